// Generated from schema/*.sql: npm run generate
import type { ColumnType, Generated } from 'kysely'

export interface OrdersTable {
  id: string
  number: Generated<number>
  key: string
  buyer_id: string
  is_demo: boolean
  show_id: string
  offer_id: string | null
  product_id: string
  variant_id: string
  title: string
  variant_title: string
  quantity: number
  unit_minor: number
  currency: string
  market: string
  delivery_id: string
  state: Generated<string>
  warehouse_id: string | null
  placed_at_ms: number
  hold_until_ms: number
}

export interface StepsTable {
  seq: ColumnType<number, never, never>
  order_id: string
  at_ms: number
  what: string
  details: ColumnType<unknown, string, string>
}

export interface TradeOrdersTables {
  'trade_orders.orders': OrdersTable
  'trade_orders.steps': StepsTable
}
