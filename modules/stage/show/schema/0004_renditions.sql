-- What viewers get beside the picture as it is sent: 'none', 'audio' (sound alone) or 'all' (a small
-- picture too). Null: what the media process makes by itself.
alter table stage_show.shows add column renditions text
  constraint shows_renditions check (renditions in ('none', 'audio', 'all'));
