-- Facts, written in the transaction of their change. xid tells which transaction, so that a reader
-- can wait for the ones that began earlier and commit later.
create table house.outbox (
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity primary key,
  id text not null,
  name text not null,
  version integer not null,
  aggregate text not null,
  at_ms bigint not null,
  payload jsonb not null
);
create index outbox_by_xid on house.outbox (xid, seq);
-- How far each listener is: everything of transactions below xid; and, while it works on the window
-- [xid, until), everything in that window up to seq.
create table house.cursors (
  listener text primary key,
  xid xid8 not null,
  until xid8,
  seq bigint not null
);
