import Type, { type Static } from 'typebox'
import {
  idPattern,
  type Api,
  type Money,
  type OrderId,
  type PersonId,
  type RefusalDoc,
  type ShowId,
  type VariantId,
  type OfferId,
  type ProductId,
  type WarehouseId,
} from '#kernel'

/** Every refusal of this module. */
export const refusalCodes = [
  { code: 'trade.orders.unknown', status: 404, doc: 'No such order, or not yours.' },
  {
    code: 'trade.orders.price_changed',
    status: 409,
    doc: 'The price is no longer the one shown; details.amountMinor is the new one.',
  },
  { code: 'trade.orders.sale_stopped', status: 409, doc: 'The producer has stopped the sale.' },
  { code: 'trade.orders.show_not_live', status: 409, doc: 'The show does not sell now.' },
  {
    code: 'trade.orders.market_not_served',
    status: 422,
    doc: 'The product has no price in this market.',
  },
  { code: 'trade.orders.not_payable', status: 409, doc: 'The order is not waiting for a payment.' },
  {
    code: 'trade.orders.not_refundable',
    status: 409,
    doc: 'Only a paid order can be refunded, once.',
  },
  {
    code: 'trade.orders.busy',
    status: 503,
    doc: 'Too many orders at once; the same key can be sent again.',
  },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type OrdersRefusal = (typeof refusalCodes)[number]['code']

/** held: units are kept, payment is awaited. expired/cancelled: nothing was taken. */
export type OrderState = 'held' | 'paid' | 'expired' | 'cancelled' | 'refund_pending' | 'refunded'

/** One buy. `key` is made by the client once per intent: sending it again gives the same order. */
export const PlaceOrderSchema = Type.Object(
  {
    key: Type.String({ minLength: 16, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' }),
    showId: Type.String({ pattern: idPattern('sho') }),
    offerId: Type.Union([Type.String({ pattern: idPattern('off') }), Type.Null()]),
    variantId: Type.String({ pattern: idPattern('var') }),
    quantity: Type.Integer({ minimum: 1, maximum: 20 }),
    /** The market whose price was shown: ISO 3166-1 alpha-2. */
    market: Type.String({ pattern: '^[A-Z]{2}$' }),
    /** The unit price that was shown, minor units: a guard against a stale screen. */
    unitAmountMinor: Type.Integer({ minimum: 0, maximum: 9_000_000_000_000 }),
    deliveryId: Type.String({ pattern: idPattern('adr') }),
  },
  { additionalProperties: false },
)
/** See PlaceOrderSchema. */
export type PlaceOrder = Static<typeof PlaceOrderSchema>

const MoneySchema = Type.Object({ amountMinor: Type.Integer(), currency: Type.String() })

/** An order as its buyer sees it. */
export const OrderSchema = Type.Object({
  id: Type.String(),
  /** For people: printed on the parcel, said on the phone. */
  number: Type.String(),
  state: Type.Union([
    Type.Literal('held'),
    Type.Literal('paid'),
    Type.Literal('expired'),
    Type.Literal('cancelled'),
    Type.Literal('refund_pending'),
    Type.Literal('refunded'),
  ]),
  showId: Type.String(),
  offerId: Type.Union([Type.String(), Type.Null()]),
  productId: Type.String(),
  variantId: Type.String(),
  title: Type.String(),
  variantTitle: Type.String(),
  quantity: Type.Integer(),
  unit: MoneySchema,
  total: MoneySchema,
  market: Type.String(),
  placedAtMs: Type.Integer(),
  holdUntilMs: Type.Integer(),
})
/** See OrderSchema. */
export type Order = Static<typeof OrderSchema>

/** An order as the desk sees it. */
export const DeskOrderSchema = Type.Intersect([
  OrderSchema,
  Type.Object({
    buyerId: Type.String(),
    isDemo: Type.Boolean(),
    warehouseId: Type.Union([Type.String(), Type.Null()]),
    deliveryId: Type.String(),
  }),
])
/** See DeskOrderSchema. */
export type DeskOrder = Static<typeof DeskOrderSchema>

/** One line of an order's history, told in plain words by the apps from `what` and `details`. */
export const OrderStepSchema = Type.Object({
  atMs: Type.Integer(),
  what: Type.String(),
  details: Type.Record(
    Type.String(),
    Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
  ),
})
/** See OrderStepSchema. */
export type OrderStep = Static<typeof OrderStepSchema>

const OrderParams = Type.Object({ orderId: Type.String({ pattern: idPattern('ord') }) })

/** HTTP surface. `POST /api/orders` and the socket message `order` share one handler. */
export const api = {
  'POST /api/orders': {
    act: 'visitor',
    perMinute: 60,
    doc: 'Places an order: units are held for ten minutes until it is paid.',
    body: PlaceOrderSchema,
    reply: OrderSchema,
  },
  'GET /api/orders/mine': {
    act: 'visitor',
    doc: 'My orders, newest first.',
    reply: Type.Array(OrderSchema),
  },
  'POST /api/orders/:orderId/cancel': {
    act: 'visitor',
    doc: 'Gives up an unpaid order; its units go back at once.',
    params: OrderParams,
    reply: OrderSchema,
  },
  'GET /api/desk/orders': {
    act: 'orders.read',
    doc: 'Orders for the desk, newest first, by filter.',
    query: Type.Object(
      {
        showId: Type.Optional(Type.String({ maxLength: 40 })),
        state: Type.Optional(Type.String({ maxLength: 20 })),
        /** Order number, or part of a title. */
        search: Type.Optional(Type.String({ maxLength: 80 })),
        before: Type.Optional(Type.String({ maxLength: 40 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
        demo: Type.Optional(Type.Union([Type.Literal('with'), Type.Literal('without')])),
      },
      { additionalProperties: false },
    ),
    reply: Type.Object({ orders: Type.Array(DeskOrderSchema), more: Type.Boolean() }),
  },
} as const satisfies Api

/** A request that survived the first checks, priced, ready for the batch. */
export interface NewOrder {
  readonly id: OrderId
  readonly key: string
  readonly buyerId: PersonId
  readonly isDemo: boolean
  readonly showId: ShowId
  readonly offerId: OfferId | null
  readonly productId: ProductId
  readonly variantId: VariantId
  readonly title: string
  readonly variantTitle: string
  readonly quantity: number
  readonly unit: Money
  readonly market: string
  readonly deliveryId: string
  readonly placedAtMs: number
  readonly holdUntilMs: number
}

/** What flows and views ask of orders. `tx` is the flow's transaction (Kysely). */
export interface Orders<Tx> {
  /** Orders already made with these keys (idempotency): `${buyerId} ${key}` -> order. */
  readByKeys(
    tx: Tx,
    keys: readonly { buyerId: PersonId; key: string }[],
  ): Promise<ReadonlyMap<string, Order>>
  /** Writes a batch and its facts (OrderPlaced) in one go; answers them with their numbers. */
  insertAll(tx: Tx, orders: readonly NewOrder[]): Promise<Order[]>
  /** held -> paid; answers the order as it now is, or null when it was not held. */
  markPaid(tx: Tx, id: OrderId, warehouseId: WarehouseId, nowMs: number): Promise<DeskOrder | null>
  markExpired(tx: Tx, ids: readonly OrderId[], nowMs: number): Promise<DeskOrder[]>
  markCancelled(tx: Tx, id: OrderId, buyerId: PersonId, nowMs: number): Promise<DeskOrder | null>
  /** paid -> refund_pending -> refunded; null when the order is not in the state before. */
  markRefund(
    tx: Tx,
    id: OrderId,
    to: 'refund_pending' | 'refunded' | 'paid',
    nowMs: number,
  ): Promise<DeskOrder | null>
  /** An expired order whose payment came late and whose units could be held again. */
  reviveExpired(tx: Tx, id: OrderId, nowMs: number): Promise<DeskOrder | null>
  read(id: OrderId, tx?: Tx): Promise<DeskOrder | null>
  listMine(buyerId: PersonId, limit: number): Promise<Order[]>
  list(filter: {
    showId?: string
    state?: string
    search?: string
    before?: string
    limit: number
    withDemo: boolean
  }): Promise<{ orders: DeskOrder[]; more: boolean }>
  /** Steps that orders itself knows: placed, paid, expired, cancelled, refunds. */
  readSteps(id: OrderId): Promise<OrderStep[]>
  /** Totals of a show for the studio: counts and money per currency, demo shoppers apart. */
  readTotals(showId: ShowId): Promise<ShowTotals>
}

/** Orders and money of one show. Never mixes currencies; demo orders are counted apart. */
export const ShowTotalsSchema = Type.Object({
  orders: Type.Integer(),
  units: Type.Integer(),
  demoOrders: Type.Integer(),
  demoUnits: Type.Integer(),
  paid: Type.Array(MoneySchema),
  demoPaid: Type.Array(MoneySchema),
  refunded: Type.Array(MoneySchema),
  held: Type.Integer(),
})
/** See ShowTotalsSchema. */
export type ShowTotals = Static<typeof ShowTotalsSchema>
