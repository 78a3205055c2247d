import type { Refusal } from '#kernel'
import type { Order, PlaceOrder } from '#trade/orders/contract'
import type { Payment } from '#trade/payments/contract'

export interface Item {
  readonly productId: string
  readonly variantId: string
  readonly quantity: number
  /** The offer that was open when the buyer came, so that its end is not silent. */
  readonly offerId: string | null
}

/** Where one purchase stands. Pure: what it causes lives in use-buy.ts. */
export type BuyState =
  | { readonly step: 'closed' }
  | { readonly step: 'choose', readonly item: Item }
  | { readonly step: 'address', readonly item: Item, readonly refusal?: Refusal }
  | { readonly step: 'review', readonly item: Item, readonly refusal?: Refusal }
  | {
    readonly step: 'placing', readonly item: Item, readonly order: PlaceOrder
    readonly tries: number
  }
  | { readonly step: 'opening', readonly order: Order }
  | { readonly step: 'challenge', readonly order: Order, readonly url: string }
  | { readonly step: 'waiting', readonly order: Order }
  | { readonly step: 'unpaid', readonly order: Order, readonly refusal: Refusal }
  | { readonly step: 'paid', readonly order: Order }
  | { readonly step: 'over', readonly order: Order }

export type BuyEvent =
  | { readonly is: 'open', readonly item: Item, readonly hasDelivery: boolean }
  | { readonly is: 'change', readonly item: Partial<Item> }
  | { readonly is: 'next', readonly hasDelivery: boolean }
  | { readonly is: 'edit-address' }
  | { readonly is: 'back' }
  | { readonly is: 'place', readonly order: PlaceOrder }
  /** After a reload: an intent that has no answer yet. */
  | { readonly is: 'resume', readonly item: Item, readonly order: PlaceOrder }
  | { readonly is: 'placed', readonly order: Order }
  | { readonly is: 'refused', readonly refusal: Refusal }
  /** No answer: the same key is sent again, which can never order twice. */
  | { readonly is: 'unanswered' }
  | { readonly is: 'pay', readonly order: Order }
  | { readonly is: 'payment', readonly payment: Payment }
  | { readonly is: 'pay-refused', readonly refusal: Refusal }
  | { readonly is: 'answered-bank' }
  | { readonly is: 'order', readonly order: Order }
  | { readonly is: 'payment-state', readonly orderId: string, readonly state: string }
  | { readonly is: 'tick', readonly nowMs: number }
  | { readonly is: 'close' }

export const closed: BuyState = { step: 'closed' }

const DECLINED: Refusal = { code: 'trade.payments.declined' }
/** The server judges expiry; the page waits a little longer before it says so itself. */
const EXPIRY_GRACE_MS = 3000

/** Refusals that only mean "not now": the intent stays and is sent again. */
const TRY_AGAIN = new Set([
  'trade.orders.busy', 'http.unavailable', 'http.too_fast', 'sdk.offline', 'sdk.no_answer',
  'sdk.bad_answer',
])
const ADDRESS_REFUSALS = new Set([
  'people.accounts.delivery_unknown', 'people.accounts.country_not_served',
])

/** The held order of this purchase, once there is one. */
export const orderOf = (state: BuyState): Order | null =>
  'order' in state && 'holdUntilMs' in state.order ? state.order : null

/** Steps in which money may be under way: the page keeps asking how it ended. */
export const isPaying = (state: BuyState): boolean =>
  state.step === 'opening' || state.step === 'challenge' || state.step === 'waiting'

function placeRefused(state: BuyState, refusal: Refusal): BuyState {
  if (state.step !== 'placing') return state
  if (TRY_AGAIN.has(refusal.code)) return { ...state, tries: state.tries + 1 }
  const step = ADDRESS_REFUSALS.has(refusal.code) ? 'address' : 'review'
  return { step, item: state.item, refusal }
}

function withPayment(state: BuyState, payment: Payment): BuyState {
  const order = orderOf(state)
  if (!order || order.id !== payment.orderId || !isPaying(state)) return state
  switch (payment.state) {
    case 'challenge':
      return payment.challengeUrl
        ? { step: 'challenge', order, url: payment.challengeUrl } : { step: 'waiting', order }
    case 'declined':
      return { step: 'unpaid', order, refusal: DECLINED }
    // Captured is not yet paid: the shop says so when the units are truly the buyer's.
    case 'captured': case 'created': case 'unknown':
      return { step: 'waiting', order }
    case 'refunded':
      return { step: 'over', order }
  }
}

function withOrder(state: BuyState, order: Order): BuyState {
  if (orderOf(state)?.id !== order.id || state.step === 'paid') return state
  switch (order.state) {
    case 'paid': return { step: 'paid', order }
    case 'expired': case 'cancelled': case 'refund_pending': case 'refunded':
      return { step: 'over', order }
    case 'held': return state
  }
}

function withPaymentState(state: BuyState, orderId: string, paymentState: string): BuyState {
  const order = orderOf(state)
  if (!order || order.id !== orderId || !isPaying(state)) return state
  if (paymentState === 'declined') return { step: 'unpaid', order, refusal: DECLINED }
  return paymentState === 'captured' ? { step: 'waiting', order } : state
}

function tick(state: BuyState, nowMs: number): BuyState {
  const order = orderOf(state)
  // While the bank may still say yes, only the server knows how it ended.
  const isOver = order && (state.step === 'unpaid' || state.step === 'challenge')
    && nowMs > order.holdUntilMs + EXPIRY_GRACE_MS
  return isOver ? { step: 'over', order: { ...order, state: 'expired' } } : state
}

function choosing(state: BuyState, event: BuyEvent): BuyState {
  if (state.step !== 'choose' && state.step !== 'address' && state.step !== 'review') return state
  const { item } = state
  switch (event.is) {
    case 'change':
      return state.step === 'address' ? state
        : { step: state.step, item: { ...item, ...event.item } }
    case 'next':
      return event.hasDelivery ? { step: 'review', item } : { step: 'address', item }
    case 'edit-address':
      return { step: 'address', item }
    case 'back':
      return { step: 'choose', item }
    case 'place':
      return state.step === 'review' ? { step: 'placing', item, order: event.order, tries: 0 }
        : state
    default:
      return state
  }
}

function close(state: BuyState): BuyState {
  // An order on its way is not left without an answer.
  return state.step === 'placing' ? state : closed
}

export function buyStep(state: BuyState, event: BuyEvent): BuyState {
  switch (event.is) {
    case 'open':
      return { step: event.hasDelivery ? 'review' : 'choose', item: event.item }
    case 'resume':
      return { step: 'placing', item: event.item, order: event.order, tries: 0 }
    case 'placed':
      return state.step === 'placing' ? { step: 'opening', order: event.order } : state
    case 'refused':
      return placeRefused(state, event.refusal)
    case 'unanswered':
      return state.step === 'placing' ? { ...state, tries: state.tries + 1 } : state
    case 'pay':
      return { step: 'opening', order: event.order }
    case 'payment':
      return withPayment(state, event.payment)
    case 'pay-refused': {
      const order = orderOf(state)
      return order && isPaying(state) ? { step: 'unpaid', order, refusal: event.refusal } : state
    }
    case 'answered-bank':
      return state.step === 'challenge' ? { step: 'waiting', order: state.order } : state
    case 'order':
      return withOrder(state, event.order)
    case 'payment-state':
      return withPaymentState(state, event.orderId, event.state)
    case 'tick':
      return tick(state, event.nowMs)
    case 'close':
      return close(state)
    default:
      return choosing(state, event)
  }
}

/** Wait before the same intent is sent again. */
export const resendAfterMs = (tries: number): number =>
  Math.min(8000, 500 * 2 ** Math.min(tries, 4))
