-- A link that a phone reads off a screen makes a session that can do less.
alter table people_accounts.links add column purpose text check (purpose in ('camera'));
alter table people_accounts.sessions add column purpose text check (purpose in ('camera'));
