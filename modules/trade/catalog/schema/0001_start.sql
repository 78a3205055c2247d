create schema if not exists trade_catalog;

create table trade_catalog.markets (
  country text collate "C" primary key check (country ~ '^[A-Z]{2}$'),
  place integer not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  locale text not null
);

create table trade_catalog.products (
  id text collate "C" primary key,
  handle text collate "C" not null,
  title text not null,
  description text not null,
  vendor text not null,
  kind text not null,
  tags text[] not null,
  words jsonb not null,
  status text not null check (status in ('active', 'archived')),
  version integer not null,
  created_at_ms bigint not null,
  changed_at_ms bigint not null,
  constraint products_one_handle unique (handle)
);
create index products_by_title on trade_catalog.products (lower(title));

create table trade_catalog.variants (
  id text collate "C" primary key,
  product_id text collate "C" not null references trade_catalog.products (id),
  place integer not null,
  title text not null,
  sku text not null,
  gtin text not null,
  weight_grams integer not null check (weight_grams >= 0),
  -- Market -> {amountMinor, currency}.
  prices jsonb not null
);
create index variants_of_product on trade_catalog.variants (product_id, place);

create table trade_catalog.pictures (
  id text collate "C" primary key,
  product_id text collate "C" not null references trade_catalog.products (id),
  place bigint generated always as identity,
  width integer not null,
  height integer not null,
  alt text not null
);
create index pictures_of_product on trade_catalog.pictures (product_id, place);

-- Previews of CSV files: taken out when applied, forgotten after an hour.
create table trade_catalog.imports (
  id text collate "C" primary key,
  expires_at_ms bigint not null,
  body jsonb not null
);
create index imports_by_expiry on trade_catalog.imports (expires_at_ms);
