create schema if not exists stage_replay;

-- One row for every show that went live; learnt from facts.
create table stage_replay.replays (
  show_id text collate "C" primary key,
  started_at_ms bigint,
  ended_at_ms bigint,
  -- The cut in recording time; the first one is made once the show has ended.
  has_cut boolean not null default false,
  in_ms bigint not null default 0 check (in_ms >= 0),
  out_ms bigint check (out_ms > in_ms),
  is_public boolean not null default true,
  -- The media process has not confirmed cut and publication as they stand.
  owes_media boolean not null default false,
  removed_why text check (removed_why in ('by_hand', 'expired', 'quota')),
  removing_at_ms bigint,
  removed_at_ms bigint
);

create index replays_owed on stage_replay.replays (show_id)
  where owes_media or (removing_at_ms is not null and removed_at_ms is null);

-- What was before viewers from when on; null: nothing. The id is the fact's.
create table stage_replay.pins (
  show_id text collate "C" not null,
  id text collate "C" not null,
  wall_ms bigint not null,
  product_id text,
  title text,
  is_hidden boolean not null default false,
  primary key (show_id, id)
);
