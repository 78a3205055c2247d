import type { Money, OfferId, ProductId, ShowId } from '#kernel'
import type { OfferTerms } from './contract.ts'

/** An offer as its table has it. */
export interface OfferRow {
  readonly id: OfferId
  readonly show_id: ShowId
  readonly product_id: ProductId
  readonly prices: Readonly<Record<string, Money>>
  readonly units: number
  readonly per_buyer_cap: number
  readonly media_ms: number
  readonly opens_at_ms: number
  readonly closes_at_ms: number
  readonly closed_at_ms: number | null
}

export const toTerms = (row: OfferRow): OfferTerms => ({
  id: row.id, showId: row.show_id, productId: row.product_id, prices: row.prices,
  units: row.units, perBuyerCap: row.per_buyer_cap, mediaMs: Number(row.media_ms),
  opensAtMs: Number(row.opens_at_ms), closesAtMs: Number(row.closes_at_ms),
})

/** Over by hand or by time; the sweeper only writes down what is true already. */
export const stateAt = (row: OfferRow, nowMs: number): 'open' | 'closed' =>
  row.closed_at_ms === null && nowMs < Number(row.closes_at_ms) ? 'open' : 'closed'
