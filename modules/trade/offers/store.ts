import { sql, type QueryExecutorProvider } from 'kysely'
import type { OfferId, ShowId } from '#kernel'
import type { OfferTerms } from './contract.ts'
import type { OfferRow } from './model.ts'

type Tx = QueryExecutorProvider

/** Offers of a show whose time is over, written down as such: they no longer stand in the way. */
export async function closeOver(tx: Tx, showId: ShowId, nowMs: number): Promise<OfferRow[]> {
  const { rows } = await sql<OfferRow>`
    update trade_offers.offers set closed_at_ms = closes_at_ms, closed_why = 'time'
    where show_id = ${showId} and closed_at_ms is null and closes_at_ms <= ${nowMs}
    returning *`.execute(tx)
  return rows
}

/** False when another offer of the show is open; a rival in flight is waited for. */
export async function insertOffer(tx: Tx, terms: OfferTerms): Promise<boolean> {
  const { rows } = await sql`
    insert into trade_offers.offers (id, show_id, product_id, prices, units, per_buyer_cap,
      media_ms, opens_at_ms, closes_at_ms)
    values (${terms.id}, ${terms.showId}, ${terms.productId}, ${JSON.stringify(terms.prices)},
      ${terms.units}, ${terms.perBuyerCap}, ${terms.mediaMs}, ${terms.opensAtMs},
      ${terms.closesAtMs})
    on conflict (show_id) where closed_at_ms is null do nothing returning id`.execute(tx)
  return rows.length > 0
}

export async function closeOffer(
  tx: Tx, id: OfferId, why: string, nowMs: number,
): Promise<OfferRow | undefined> {
  const { rows } = await sql<OfferRow>`
    update trade_offers.offers set closed_at_ms = ${nowMs}, closed_why = ${why}
    where id = ${id} and closed_at_ms is null returning *`.execute(tx)
  return rows[0]
}

export async function selectOffers(db: Tx, ids: readonly OfferId[]): Promise<OfferRow[]> {
  const { rows } = await sql<OfferRow>`
    select * from trade_offers.offers where id = any(${ids}::text[])`.execute(db)
  return rows
}

export async function selectOpen(
  db: Tx, showId: ShowId, nowMs: number,
): Promise<OfferRow | undefined> {
  const { rows } = await sql<OfferRow>`
    select * from trade_offers.offers
    where show_id = ${showId} and closed_at_ms is null and closes_at_ms > ${nowMs}`.execute(db)
  return rows[0]
}

export async function selectOver(db: Tx, nowMs: number, limit: number): Promise<OfferRow[]> {
  const { rows } = await sql<OfferRow>`
    select * from trade_offers.offers where closed_at_ms is null and closes_at_ms <= ${nowMs}
    order by closes_at_ms limit ${limit}`.execute(db)
  return rows
}

export async function selectOfShow(db: Tx, showId: ShowId, limit: number): Promise<OfferRow[]> {
  const { rows } = await sql<OfferRow>`
    select * from trade_offers.offers where show_id = ${showId}
    order by id desc limit ${limit}`.execute(db)
  return rows
}
