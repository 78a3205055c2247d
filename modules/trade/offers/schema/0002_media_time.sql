-- The moment in the picture at which the offer was announced.
alter table trade_offers.offers add column media_ms bigint;
update trade_offers.offers set media_ms = opens_at_ms;
alter table trade_offers.offers alter column media_ms set not null;
