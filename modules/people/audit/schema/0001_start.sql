create table people_audit.rows (
  seq bigint primary key,
  at_ms bigint not null,
  person_id text not null,
  act text not null,
  subject text not null,
  details jsonb not null,
  hash text not null
);
-- The end of the chain: locked by each writer, so that rows follow each other.
create table people_audit.head (
  one boolean primary key default true check (one),
  seq bigint not null,
  hash text not null
);
insert into people_audit.head (one, seq, hash) values (true, 0, '');
