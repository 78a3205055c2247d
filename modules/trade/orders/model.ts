import type { Money, OrderId } from '#kernel'
import type { DeskOrder, Order, OrderState } from './contract.ts'

/** An order as its table has it; the number is printed as `SC-100001`. */
export interface OrderRow {
  readonly id: OrderId
  readonly number: number
  readonly key: string
  readonly buyer_id: string
  readonly is_demo: boolean
  readonly show_id: string
  readonly offer_id: string | null
  readonly product_id: string
  readonly variant_id: string
  readonly title: string
  readonly variant_title: string
  readonly quantity: number
  readonly unit_minor: number
  readonly currency: string
  readonly market: string
  readonly delivery_id: string
  readonly state: OrderState
  readonly warehouse_id: string | null
  readonly placed_at_ms: number
  readonly hold_until_ms: number
}

const PREFIX = 'SC-'

export const printNumber = (number: number): string => `${PREFIX}${number}`

/** What a person typed as an order number: with or without the prefix, in any case. */
export function readNumber(text: string): number | null {
  const digits = /^(?:sc-?)?\s*(\d{6,15})$/i.exec(text.trim())?.[1]
  return digits === undefined ? null : Number(digits)
}

export const orderKey = (buyerId: string, key: string): string => `${buyerId} ${key}`

export function toOrder(row: OrderRow): Order {
  const unit: Money = { amountMinor: Number(row.unit_minor), currency: row.currency }
  return {
    id: row.id, number: printNumber(row.number), state: row.state, showId: row.show_id,
    offerId: row.offer_id, productId: row.product_id, variantId: row.variant_id,
    title: row.title, variantTitle: row.variant_title, quantity: row.quantity, unit,
    total: { amountMinor: unit.amountMinor * row.quantity, currency: unit.currency },
    market: row.market, placedAtMs: Number(row.placed_at_ms),
    holdUntilMs: Number(row.hold_until_ms),
  }
}

export const toDeskOrder = (row: OrderRow): DeskOrder => ({
  ...toOrder(row), buyerId: row.buyer_id, isDemo: row.is_demo, warehouseId: row.warehouse_id,
  deliveryId: row.delivery_id,
})

/** From which state an order may enter which. */
export const STEPS = {
  paid: { from: ['held'], fact: 'OrderPaid', what: 'paid' },
  expired: { from: ['held'], fact: 'OrderExpired', what: 'expired' },
  cancelled: { from: ['held'], fact: 'OrderCancelled', what: 'cancelled' },
  refund_pending: { from: ['paid'], fact: 'OrderRefundStarted', what: 'refund_started' },
  refunded: { from: ['refund_pending'], fact: 'OrderRefunded', what: 'refunded' },
  /** The provider said no to a refund: the order is simply paid again, which is no news. */
  refund_failed: { from: ['refund_pending'], fact: null, what: 'refund_failed' },
  /** A payment came late and the units could be had again. */
  revived: { from: ['expired'], fact: null, what: 'revived' },
} as const

export type StepName = keyof typeof STEPS

export const stateAfter = (step: StepName): OrderState =>
  step === 'refund_failed' ? 'paid' : step === 'revived' ? 'held' : step
