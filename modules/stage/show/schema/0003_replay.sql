-- A replay is public unless its producer withdraws it; a removed one has no recording any more.
alter table stage_show.shows add column replay_withdrawn boolean not null default false;
