import type { Money, OrderId, PaymentId, RefundId } from '#kernel'
import type { IntentState, PaymentRow, PaymentState, ProviderEvent } from './contract.ts'

/** What an event of the provider makes of a payment: the next state, or null when it says nothing
 *  new. Captured money stays captured until it is refunded; a decline can be overtaken by a
 *  capture, because the provider has the money then. */
export function afterEvent(state: PaymentState, said: IntentState): PaymentState | null {
  if (state === 'refunded') return null
  if (said === 'refunded') return 'refunded'
  if (state === 'captured') return null
  if (said === 'captured') return 'captured'
  if (state === 'declined') return null
  if (said === 'declined') return 'declined'
  if (said === 'challenge') return state === 'challenge' ? null : 'challenge'
  return state === 'created' ? 'unknown' : null
}

/** What a call that opened a payment answered (null: nothing clear). Captures wait as `unknown` for
 *  their event: only `applyEvent` may record them, in the transaction that settles the order. */
export function afterAnswer(state: PaymentState, said: IntentState | null): PaymentState | null {
  if (said === 'challenge' || said === 'declined') return afterEvent(state, said)
  return state === 'created' ? 'unknown' : null
}

export const isOpen = (state: PaymentState): boolean =>
  state === 'created' || state === 'challenge' || state === 'unknown'

/** Asks wait longer each time, up to 64 times; a challenge waits for its buyer first. */
export const CHALLENGE_PATIENCE = 12
export const MOST_DOUBLINGS = 6

/** A decline is looked at again, three times: the provider may have changed its mind, or have heard
 *  of a payment only after it was given up, and the word of it may be lost. */
export const DECLINED_PATIENCE = 720
export const DECLINED_ASKS = 3

const patienceOf = (state: string): number =>
  state === 'challenge' ? CHALLENGE_PATIENCE : state === 'declined' ? DECLINED_PATIENCE : 1

export const isDue = (
  matter: { state: string; changedAtMs: number; askedAtMs: number; asks: number },
  nowMs: number, olderThanMs: number,
): boolean => {
  if (matter.state === 'declined' && matter.asks >= DECLINED_ASKS) return false
  const base = olderThanMs * patienceOf(matter.state)
  const wait = base * 2 ** Math.min(matter.asks, MOST_DOUBLINGS)
  return Math.max(matter.changedAtMs, matter.askedAtMs) <= nowMs - wait
}

/** When a refund that is owed may be tried again: 10 s, doubling, at most an hour. */
export const refundNotBefore = (nowMs: number, failures: number): number =>
  failures === 0 ? nowMs : nowMs + Math.min(3600_000, 10_000 * 2 ** Math.min(failures - 1, 12))

export const isSameMoney = (a: Money, b: Money): boolean =>
  a.amountMinor === b.amountMinor && a.currency === b.currency

/** What an answer to a question says, as an event: the same answer has the same id. */
export const intentEvent = (
  paymentId: PaymentId, state: IntentState, amount: Money, atMs: number,
): ProviderEvent =>
  ({ kind: 'intent', eventId: `asked:${paymentId}:${state}`, paymentId, state, amount, atMs })

export const refundEvent = (
  refundId: RefundId, state: 'refunded' | 'failed', amount: Money, atMs: number,
): ProviderEvent =>
  ({ kind: 'refund', eventId: `asked:${refundId}:${state}`, refundId, state, amount, atMs })

export interface StepRow {
  readonly orderId: OrderId
  readonly atMs: number
  readonly what: PaymentStep
  readonly details: Record<string, string | number | boolean | null>
}

/** Names of steps in the history of an order; the apps have a sentence for each. */
export type PaymentStep =
  | 'payment_opened' | 'payment_challenge' | 'payment_unknown' | 'payment_captured'
  | 'payment_declined' | 'payment_refunded' | 'payment_alarm'
  | 'refund_opened' | 'refund_unknown' | 'refund_done' | 'refund_failed'

export const stepOf = (state: PaymentState): PaymentStep =>
  state === 'created' ? 'payment_opened' : `payment_${state}`

/** A payment with what only this module needs to know. */
export interface StoredPayment extends PaymentRow {
  readonly orderNumber: string
}
