create schema if not exists stage_chat;

-- Kept: what was said in a show is part of its record. A removed line stays, marked.
create table stage_chat.messages (
  id text collate "C" primary key,
  show_id text collate "C" not null,
  person_id text collate "C" not null,
  name text not null,
  text text not null,
  at_ms bigint not null,
  is_demo boolean not null,
  is_staff boolean not null,
  removed_at_ms bigint
);

create index messages_shown on stage_chat.messages (show_id, id desc) where removed_at_ms is null;
create index messages_by_person on stage_chat.messages (show_id, person_id);

create table stage_chat.mutes (
  show_id text collate "C" not null,
  person_id text collate "C" not null,
  muted_at_ms bigint not null,
  primary key (show_id, person_id)
);
