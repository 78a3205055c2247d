// Generated from schema/*.sql: npm run generate
import type { ColumnType } from 'kysely'

export interface OffersTable {
  id: string
  show_id: string
  product_id: string
  prices: ColumnType<unknown, string, string>
  units: number
  per_buyer_cap: number
  opens_at_ms: number
  closes_at_ms: number
  closed_at_ms: number | null
  closed_why: string | null
  media_ms: number
}

export interface TradeOffersTables {
  'trade_offers.offers': OffersTable
}
