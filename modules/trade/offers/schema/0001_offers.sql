create schema if not exists trade_offers;

create table trade_offers.offers (
  id text collate "C" primary key,
  show_id text collate "C" not null,
  product_id text collate "C" not null,
  prices jsonb not null,
  units integer not null check (units > 0),
  per_buyer_cap integer not null check (per_buyer_cap > 0),
  opens_at_ms bigint not null,
  closes_at_ms bigint not null check (closes_at_ms > opens_at_ms),
  closed_at_ms bigint,
  closed_why text check (closed_why in ('time', 'by_hand', 'sale_stopped', 'sold_out')),
  constraint offers_closed_for_a_reason check ((closed_at_ms is null) = (closed_why is null))
);

create unique index offers_one_open_per_show on trade_offers.offers (show_id)
  where closed_at_ms is null;
create index offers_of_show on trade_offers.offers (show_id, id);
create index offers_open_by_end on trade_offers.offers (closes_at_ms) where closed_at_ms is null;
