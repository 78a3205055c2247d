-- The moment in the picture that the pin belongs to; null: it belongs to no moment, show it at once.
alter table stage_show.shows add column pinned_media_ms bigint;
