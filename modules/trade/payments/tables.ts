// Generated from schema/*.sql: npm run generate
import type { ColumnType, Generated } from 'kysely'

export interface PaymentsTable {
  id: string
  order_id: string
  order_number: string
  provider: string
  state: string
  amount_minor: number
  currency: string
  challenge_url: string | null
  created_at_ms: number
  changed_at_ms: number
  asked_at_ms: Generated<number>
  asks: Generated<number>
}

export interface RefundsTable {
  id: string
  payment_id: string
  order_id: string
  reason: string
  restock: boolean
  owed: boolean
  state: string
  created_at_ms: number
  not_before_ms: number
  asked_at_ms: Generated<number>
  asks: Generated<number>
}

export interface SeenEventsTable {
  provider: string
  event_id: string
  seen_at_ms: number
}

export interface StepsTable {
  seq: ColumnType<number, never, never>
  order_id: string
  at_ms: number
  what: string
  details: ColumnType<unknown, string, string>
}

export interface TradePaymentsTables {
  'trade_payments.payments': PaymentsTable
  'trade_payments.refunds': RefundsTable
  'trade_payments.seen_events': SeenEventsTable
  'trade_payments.steps': StepsTable
}
