create schema if not exists trade_payments;

-- One row per try. An order has at most one that is open.
create table trade_payments.payments (
  id text collate "C" primary key,
  order_id text collate "C" not null,
  order_number text not null,
  provider text not null,
  state text not null
    check (state in ('created', 'challenge', 'unknown', 'captured', 'declined', 'refunded')),
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  challenge_url text,
  created_at_ms bigint not null,
  changed_at_ms bigint not null,
  -- When the provider was last asked, and how often: the wait doubles.
  asked_at_ms bigint not null default 0,
  asks integer not null default 0
);
create unique index payments_one_open on trade_payments.payments (order_id)
  where state in ('created', 'challenge', 'unknown');
create index payments_by_order on trade_payments.payments (order_id, created_at_ms);
create index payments_open on trade_payments.payments (changed_at_ms)
  where state in ('created', 'challenge', 'unknown');
create index payments_declined on trade_payments.payments (changed_at_ms)
  where state = 'declined' and asks < 3;

create table trade_payments.refunds (
  id text collate "C" primary key,
  payment_id text collate "C" not null references trade_payments.payments (id),
  order_id text collate "C" not null,
  reason text not null,
  restock boolean not null,
  -- No goods stand for this money: it is tried until it is back.
  owed boolean not null,
  state text not null check (state in ('open', 'refunded', 'failed')),
  created_at_ms bigint not null,
  not_before_ms bigint not null,
  asked_at_ms bigint not null default 0,
  asks integer not null default 0
);
create unique index refunds_one_open on trade_payments.refunds (payment_id) where state = 'open';
create index refunds_by_payment on trade_payments.refunds (payment_id);
create index refunds_open on trade_payments.refunds (not_before_ms) where state = 'open';

-- What the provider told us already: an event counts once.
create table trade_payments.seen_events (
  provider text not null,
  event_id text collate "C" not null,
  seen_at_ms bigint not null,
  primary key (provider, event_id)
);
create index seen_events_by_time on trade_payments.seen_events (seen_at_ms);

create table trade_payments.steps (
  seq bigint generated always as identity primary key,
  order_id text collate "C" not null,
  at_ms bigint not null,
  what text not null,
  details jsonb not null
);
create index steps_by_order on trade_payments.steps (order_id, seq);
