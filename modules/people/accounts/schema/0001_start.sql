create table people_accounts.people (
  id text primary key,
  email text unique,
  display_name text not null,
  is_demo boolean not null default false,
  created_at_ms bigint not null
);
create table people_accounts.roles (
  person_id text not null references people_accounts.people (id),
  role text not null check (role in ('merchant', 'producer', 'host', 'moderator')),
  primary key (person_id, role)
);
create table people_accounts.sessions (
  token_hash text primary key,
  id text not null unique,
  person_id text not null references people_accounts.people (id),
  created_at_ms bigint not null,
  expires_at_ms bigint not null
);
create index sessions_by_person on people_accounts.sessions (person_id);
create table people_accounts.links (
  token_hash text primary key,
  email text not null,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  used_at_ms bigint
);
create index links_by_email on people_accounts.links (email, created_at_ms);
-- Personal data keyed by its subject; an address never changes, a new one is a new row.
create table people_accounts.deliveries (
  id text primary key,
  person_id text not null references people_accounts.people (id),
  country text not null,
  body jsonb not null,
  created_at_ms bigint not null
);
create index deliveries_by_person on people_accounts.deliveries (person_id, created_at_ms);
