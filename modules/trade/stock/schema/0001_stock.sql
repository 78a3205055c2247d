create schema if not exists trade_stock;

create table trade_stock.warehouses (
  id text collate "C" primary key,
  -- The order in which they were added: the first that serves a country is asked first.
  place bigint generated always as identity,
  name text not null unique,
  country text not null,
  serves text[] not null
);

-- The truth about a variant. Hot rows: room is left in the page for updates in place.
create table trade_stock.pools (
  variant_id text collate "C" primary key,
  on_hand integer not null,
  held integer not null default 0,
  constraint pools_never_oversold check (held >= 0 and held <= on_hand)
) with (fillfactor = 50);

create table trade_stock.levels (
  variant_id text collate "C" not null references trade_stock.pools (variant_id),
  warehouse_id text collate "C" not null references trade_stock.warehouses (id),
  on_hand integer not null check (on_hand >= 0),
  primary key (variant_id, warehouse_id)
);

create table trade_stock.allotments (
  id text collate "C" primary key,
  units integer not null check (units > 0),
  taken integer not null default 0,
  per_buyer_cap integer not null check (per_buyer_cap > 0),
  opens_at_ms bigint not null,
  closes_at_ms bigint not null,
  closed boolean not null default false,
  constraint allotments_never_overdrawn check (taken >= 0 and taken <= units)
) with (fillfactor = 50);

create table trade_stock.allotment_variants (
  allotment_id text collate "C" not null references trade_stock.allotments (id),
  variant_id text collate "C" not null,
  primary key (allotment_id, variant_id)
);

-- Units of an allotment that a buyer holds or has bought. Guarded by the lock of the allotment.
create table trade_stock.takings (
  allotment_id text collate "C" not null,
  buyer_id text collate "C" not null,
  units integer not null check (units >= 0),
  primary key (allotment_id, buyer_id)
);

-- Guarded by the lock of its pool: no hold changes while another transaction has that row.
create table trade_stock.holds (
  order_id text collate "C" primary key,
  variant_id text collate "C" not null,
  allotment_id text collate "C",
  buyer_id text collate "C" not null,
  quantity integer not null check (quantity > 0),
  state text not null check (state in ('held', 'committed', 'released')),
  expires_at_ms bigint not null,
  warehouse_id text collate "C"
);

create index holds_by_expiry on trade_stock.holds (expires_at_ms) where state = 'held';
