// Generated from schema/*.sql: npm run generate
import type { ColumnType, Generated } from 'kysely'

export interface AllotmentVariantsTable {
  allotment_id: string
  variant_id: string
}

export interface AllotmentsTable {
  id: string
  units: number
  taken: Generated<number>
  per_buyer_cap: number
  opens_at_ms: number
  closes_at_ms: number
  closed: Generated<boolean>
}

export interface HoldsTable {
  order_id: string
  variant_id: string
  allotment_id: string | null
  buyer_id: string
  quantity: number
  state: string
  expires_at_ms: number
  warehouse_id: string | null
}

export interface LevelsTable {
  variant_id: string
  warehouse_id: string
  on_hand: number
}

export interface PoolsTable {
  variant_id: string
  on_hand: number
  held: Generated<number>
}

export interface TakingsTable {
  allotment_id: string
  buyer_id: string
  units: number
}

export interface WarehousesTable {
  id: string
  place: ColumnType<number, never, never>
  name: string
  country: string
  serves: string[]
}

export interface TradeStockTables {
  'trade_stock.allotment_variants': AllotmentVariantsTable
  'trade_stock.allotments': AllotmentsTable
  'trade_stock.holds': HoldsTable
  'trade_stock.levels': LevelsTable
  'trade_stock.pools': PoolsTable
  'trade_stock.takings': TakingsTable
  'trade_stock.warehouses': WarehousesTable
}
