-- What viewers met in a show, per country and transport; nothing about a person. The figures are a
-- cell of the module's model: counts, times and two histograms, which are added up.
create table insight_quality.cells (
  show_id text collate "C" not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  transport text not null check (transport in ('whep', 'hls')),
  figures jsonb not null,
  changed_at_ms bigint not null,
  primary key (show_id, country, transport)
);
