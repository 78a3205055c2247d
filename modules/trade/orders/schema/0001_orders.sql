create schema if not exists trade_orders;

-- What people read and say: printed as SC-100001.
create sequence trade_orders.numbers as bigint start 100001 cache 1;

create table trade_orders.orders (
  id text collate "C" primary key,
  number bigint not null default nextval('trade_orders.numbers') unique,
  key text collate "C" not null,
  buyer_id text collate "C" not null,
  is_demo boolean not null,
  show_id text collate "C" not null,
  offer_id text collate "C",
  product_id text collate "C" not null,
  variant_id text collate "C" not null,
  title text not null,
  variant_title text not null,
  quantity integer not null check (quantity > 0),
  unit_minor bigint not null check (unit_minor >= 0),
  currency text not null check (octet_length(currency) = 3),
  market text not null,
  delivery_id text not null,
  state text not null default 'held'
    check (state in ('held', 'paid', 'expired', 'cancelled', 'refund_pending', 'refunded')),
  warehouse_id text collate "C",
  placed_at_ms bigint not null,
  hold_until_ms bigint not null,
  -- One intent, one order: also when it is sent twice at the same moment.
  constraint orders_once unique (buyer_id, key)
) with (fillfactor = 90);

create index orders_of_show on trade_orders.orders (show_id, id);

-- What happened after an order was placed; placing itself is in the order.
create table trade_orders.steps (
  seq bigint generated always as identity primary key,
  order_id text collate "C" not null references trade_orders.orders (id),
  at_ms bigint not null,
  what text not null,
  details jsonb not null
);

create index steps_of_order on trade_orders.steps (order_id, seq);
