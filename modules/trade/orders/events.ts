import Type from 'typebox'
import type { FactKind } from '#kernel'

const Placed = Type.Object({
  orderId: Type.String(),
  number: Type.String(),
  showId: Type.String(),
  offerId: Type.Union([Type.String(), Type.Null()]),
  productId: Type.String(),
  variantId: Type.String(),
  quantity: Type.Integer(),
  totalMinor: Type.Integer(),
  currency: Type.String(),
  market: Type.String(),
  buyerId: Type.String(),
  isDemo: Type.Boolean(),
})

/** An order was placed and its units are held. */
export const OrderPlaced = {
  name: 'OrderPlaced',
  version: 1,
  doc: 'An order was placed and its units are held.',
  payload: Placed,
} as const satisfies FactKind
/** The provider confirmed the payment and the units left stock. */
export const OrderPaid = {
  name: 'OrderPaid',
  version: 1,
  doc: 'The payment was confirmed and the units left stock.',
  payload: Placed,
} as const satisfies FactKind
/** Nobody paid in time; the units are for sale again. */
export const OrderExpired = {
  name: 'OrderExpired',
  version: 1,
  doc: 'Nobody paid in time; the units are for sale again.',
  payload: Placed,
} as const satisfies FactKind
/** The buyer gave the order up before paying. */
export const OrderCancelled = {
  name: 'OrderCancelled',
  version: 1,
  doc: 'The buyer gave the order up before paying.',
  payload: Placed,
} as const satisfies FactKind
/** A refund was asked for at the provider. */
export const OrderRefundStarted = {
  name: 'OrderRefundStarted',
  version: 1,
  doc: 'A refund was asked for at the provider.',
  payload: Placed,
} as const satisfies FactKind
/** The provider confirmed the refund. */
export const OrderRefunded = {
  name: 'OrderRefunded',
  version: 1,
  doc: 'The provider confirmed the refund.',
  payload: Placed,
} as const satisfies FactKind

/** All facts of this module. */
export const facts = [
  OrderPlaced,
  OrderPaid,
  OrderExpired,
  OrderCancelled,
  OrderRefundStarted,
  OrderRefunded,
] as const satisfies readonly FactKind[]
