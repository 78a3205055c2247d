create schema if not exists stage_backstage;

create table stage_backstage.stages (
  show_id text collate "C" primary key,
  -- Goes up with every change, so that the media process knows the newer list.
  revision bigint not null,
  layout text not null check (layout in ('solo', 'side', 'grid', 'spotlight', 'corner')),
  -- Whom the layout puts first: 'host' or a guest.
  spotlight text not null,
  -- The media process has not confirmed the list as it stands.
  media_owes boolean not null
);
create index stages_media_owes on stage_backstage.stages (show_id) where media_owes;

create table stage_backstage.guests (
  id text collate "C" primary key,
  show_id text collate "C" not null,
  state text not null check (state in ('invited', 'waiting', 'on_stage', 'left', 'removed')),
  -- Links and keys are secrets: only their SHA-256 is kept.
  token_hash text not null unique,
  key_hash text unique,
  name text not null,
  language text not null,
  mute text not null check (mute in ('open', 'muted', 'asked')),
  -- Who raised a hand; null: invited by a link.
  person_id text,
  place integer not null,
  invited_by text not null,
  invited_at_ms bigint not null,
  expires_at_ms bigint not null,
  ended_at_ms bigint,
  constraint guests_key check (state in ('invited', 'left', 'removed') or key_hash is not null)
);
create index guests_here on stage_backstage.guests (show_id)
  where state in ('invited', 'waiting', 'on_stage');

create table stage_backstage.hands (
  show_id text collate "C" not null,
  person_id text collate "C" not null,
  name text not null,
  raised_at_ms bigint not null,
  primary key (show_id, person_id)
);
