-- The address of the guests' picture for an encoder. Staff read it again and again, so it is kept
-- as it is, like a stream key; it opens nothing but what viewers of the show see.
create table stage_backstage.pictures (
  show_id text collate "C" primary key,
  key text not null,
  key_hash text not null unique,
  -- Goes up with every new address, so that who came by an older one can be sent away.
  round integer not null
);
