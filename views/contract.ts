import Type, { type Static } from 'typebox'
import { idPattern, type Api } from '#kernel'
import { DeliverySchema } from '#people/accounts/contract'
import { DeskOrderSchema, OrderStepSchema, ShowTotalsSchema } from '#trade/orders/contract'
import { PaymentSchema } from '#trade/payments/contract'

/** One order with everything the desk needs to answer a call about it. */
export const OrderFileSchema = Type.Object({
  order: DeskOrderSchema,
  buyerName: Type.String(),
  /** Personal data: shown to staff who may read orders, never logged. */
  delivery: Type.Union([DeliverySchema, Type.Null()]),
  warehouse: Type.Union([Type.String(), Type.Null()]),
  payments: Type.Array(PaymentSchema),
  /** Oldest first: what happened, by every module that knows a part of it. */
  steps: Type.Array(OrderStepSchema),
})
/** See OrderFileSchema. */
export type OrderFile = Static<typeof OrderFileSchema>

/** HTTP surface of the views: reading only. */
export const api = {
  'GET /api/desk/orders/:orderId': {
    act: 'orders.read', doc: 'One order with its buyer, parcel, payments and history. Reading it is recorded.',
    params: Type.Object({ orderId: Type.String({ pattern: idPattern('ord') }) }), reply: OrderFileSchema,
  },
  'GET /api/shows/:showId/totals': {
    act: 'show.read', doc: 'Orders and money of a show, demo shoppers apart.',
    params: Type.Object({ showId: Type.String({ pattern: idPattern('sho') }) }), reply: ShowTotalsSchema,
  },
} as const satisfies Api
