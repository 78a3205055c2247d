create schema if not exists stage_show;

create table stage_show.shows (
  id text collate "C" primary key,
  slug text not null,
  title text not null,
  merchant text not null,
  state text not null check (state in ('scheduled', 'live', 'ended')),
  signal text not null check (signal in ('none', 'receiving', 'lost')),
  -- When the media process last spoke, by the clock of the one who listened.
  signal_at_ms bigint not null,
  -- Stamp of the last report taken, by the clock of the media process: an older one comes too late.
  reported_at_ms bigint not null,
  video jsonb,
  problem text,
  starts_at_ms bigint not null,
  started_at_ms bigint,
  ended_at_ms bigint,
  sale_stopped boolean not null,
  pinned_product_id text,
  line_up text[] not null,
  is_demo boolean not null,
  is_directed boolean not null,
  has_recording boolean not null,
  -- What the media process has been told to do and has not yet confirmed.
  media_owes text check (media_owes in ('drop', 'stop')),
  created_at_ms bigint not null,
  constraint shows_slug unique (slug),
  constraint shows_started check (state <> 'live' or started_at_ms is not null),
  constraint shows_ended check ((state = 'ended') = (ended_at_ms is not null))
);

create index shows_by_state on stage_show.shows (state, starts_at_ms);
create index shows_receiving on stage_show.shows (signal_at_ms) where signal = 'receiving';
create index shows_media_owes on stage_show.shows (id) where media_owes is not null;

create table stage_show.keys (
  show_id text collate "C" primary key references stage_show.shows (id),
  stream_key text not null,
  key_hash text not null unique,
  made_at_ms bigint not null
);
