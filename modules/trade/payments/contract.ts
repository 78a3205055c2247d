import Type, { type Static } from 'typebox'
import { idPattern, type Api, type Money, type OrderId, type PaymentId, type RefundId,
  type RefusalDoc, type Result } from '#kernel'

/** Limits: milliseconds. */
export const paymentLimits = {
  /** One call to the provider, then its answer is unknown. */
  callMs: 4000,
  /** A payment the provider has never heard of ends after this long. */
  absentMs: 60_000,
  /** Ids of events are remembered this long; a provider stops sending well before. */
  seenEventsMs: 7 * 24 * 3600_000,
} as const

/** Every refusal of this module. */
export const refusalCodes = [
  {
    code: 'trade.payments.declined', status: 409,
    doc: 'The provider declined. Another try is possible while the hold lasts.',
  },
  {
    code: 'trade.payments.webhook_forged', status: 401,
    doc: 'A webhook with a wrong or missing signature.',
  },
  {
    code: 'trade.payments.webhook_stale', status: 401,
    doc: 'A webhook whose time is more than 5 minutes off: a replay.',
  },
  {
    code: 'trade.payments.webhook_malformed', status: 400,
    doc: 'A signed webhook that does not parse.',
  },
  { code: 'trade.payments.unknown', status: 404, doc: 'No such payment, or not yours.' },
  {
    code: 'trade.payments.provider_down', status: 503,
    doc: 'The provider does not answer. Nothing was charged; try again.',
  },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type PaymentsRefusal = (typeof refusalCodes)[number]['code']

/** unknown: the provider did not answer clearly; pending until reconciled, never success or
 *  failure. */
export type PaymentState =
  'created' | 'challenge' | 'unknown' | 'captured' | 'declined' | 'refunded'

/** A payment as its buyer sees it. `challengeUrl`: a page of the provider to show in a frame. */
export const PaymentSchema = Type.Object({
  id: Type.String(),
  orderId: Type.String(),
  state: Type.Union([
    Type.Literal('created'), Type.Literal('challenge'), Type.Literal('unknown'),
    Type.Literal('captured'), Type.Literal('declined'), Type.Literal('refunded'),
  ]),
  amount: Type.Object({ amountMinor: Type.Integer(), currency: Type.String() }),
  challengeUrl: Type.Union([Type.String(), Type.Null()]),
})
/** See PaymentSchema. */
export type Payment = Static<typeof PaymentSchema>

const OrderParams = Type.Object({ orderId: Type.String({ pattern: idPattern('ord') }) })

/** HTTP surface. */
export const api = {
  'POST /api/orders/:orderId/pay': {
    act: 'visitor', perMinute: 30,
    doc: 'Asks the provider for a payment of a held order. '
      + 'Again: the same payment while it is open, a new one after a decline.',
    params: OrderParams, reply: PaymentSchema,
  },
  'POST /webhooks/sandbox': {
    act: 'signed', perMinute: 6000, raw: ['application/json'], bodyLimitBytes: 16_384,
    doc: 'What the sandbox provider says. '
      + 'Signed with HMAC-SHA256 over time and body; replays are refused.',
    reply: Type.Object({ received: Type.Literal(true) }),
  },
  'POST /api/desk/orders/:orderId/refund': {
    act: 'orders.refund', perMinute: 30, doc: 'Refunds a paid order in full through its provider.',
    params: OrderParams,
    body: Type.Object({
      reason: Type.String({ minLength: 1, maxLength: 200 }), restock: Type.Boolean(),
    }, { additionalProperties: false }),
    reply: Type.Object({
      state: Type.Union([Type.Literal('refund_pending'), Type.Literal('refunded')]),
    }),
  },
} as const satisfies Api

/** What a provider says about one intent, in our words. */
export type IntentState = 'challenge' | 'captured' | 'declined' | 'refunded' | 'processing'

/** What a provider told us by webhook or by being asked. `eventId` makes it idempotent. */
export type ProviderEvent =
  | {
    readonly kind: 'intent'; readonly eventId: string; readonly paymentId: PaymentId
    readonly state: IntentState; readonly amount: Money; readonly atMs: number
  }
  | {
    readonly kind: 'refund'; readonly eventId: string; readonly refundId: RefundId
    readonly state: 'refunded' | 'failed'; readonly amount: Money; readonly atMs: number
  }

/** The port every payment provider fills; one conformance suite for all (testing.ts). A call that
 *  gets no clear answer throws `Fault('payments.no_answer', {retryable: true})`, and the caller
 *  records unknown; one that never reached the provider throws `payments.provider_down`. */
export interface PaymentProvider {
  readonly name: string
  /** Idempotent by paymentId. */
  createIntent(input: {
    paymentId: PaymentId; amount: Money; orderNumber: string; returnUrl: string
  }): Promise<{ state: IntentState; challengeUrl: string | null }>
  /** null: the provider has never heard of it. */
  readIntent(paymentId: PaymentId):
    Promise<{ state: IntentState; amount: Money; challengeUrl: string | null } | null>
  /** Idempotent by refundId. */
  refund(input: { refundId: RefundId; paymentId: PaymentId; amount: Money }):
    Promise<{ state: 'refunded' | 'processing' | 'failed' }>
  readRefund(refundId: RefundId): Promise<{ state: 'refunded' | 'processing' | 'failed' } | null>
  /** Checks signature and age, then translates. Pure but for the key it holds. */
  readWebhook(
    headers: Readonly<Record<string, string | string[] | undefined>>, body: Uint8Array,
    nowMs: number,
  ): Result<ProviderEvent, { code: PaymentsRefusal }>
}

/** A payment or refund whose end is not known yet, for reconciliation. */
export type OpenMatter =
  | {
    readonly kind: 'payment'; readonly paymentId: PaymentId; readonly orderId: OrderId
    readonly sinceMs: number
  }
  | {
    readonly kind: 'refund'; readonly refundId: RefundId; readonly orderId: OrderId
    readonly sinceMs: number
  }

/** A payment as the house keeps it. */
export interface PaymentRow {
  readonly id: PaymentId
  readonly orderId: OrderId
  readonly provider: string
  readonly state: PaymentState
  readonly amount: Money
  readonly challengeUrl: string | null
  readonly createdAtMs: number
}

/** A refund as the house keeps it. `owed`: see `openRefund`. */
export interface RefundRow {
  readonly refundId: RefundId
  readonly paymentId: PaymentId
  readonly orderId: OrderId
  readonly restock: boolean
  readonly owed: boolean
  readonly state: 'open' | 'refunded' | 'failed'
}

/** What flows ask of payments. `tx` is the flow's transaction (Kysely). */
export interface Payments<Tx> {
  /** Opens (or finds the open) payment of an order at the provider. Unclear answers give
   *  `unknown`. */
  open(input: {
    orderId: OrderId; amount: Money; orderNumber: string; returnUrl: string; nowMs: number
  }): Promise<PaymentRow>
  /** Records what the provider said; false when it was known already (duplicate) or steps backwards
   *  (a late `challenge` after `captured`). Amount or currency that differ are logged as a Fault
   *  and left as an alarm in the history. */
  applyEvent(tx: Tx, event: ProviderEvent):
    Promise<{ changed: boolean; payment: PaymentRow | null; orderId: OrderId | null }>
  /** Starts a refund: row first, then the provider is asked by `pushRefund`. */
  openRefund(tx: Tx, input: {
    orderId: OrderId; reason: string; restock: boolean; nowMs: number
    /** This payment, when the order may have more than one that was captured. */
    paymentId?: PaymentId
    /** No goods stand for this money: a refund that failed is opened again, later and later. */
    owed?: boolean
  }): Promise<{ refundId: RefundId; payment: PaymentRow } | null>
  pushRefund(refundId: RefundId): Promise<'refunded' | 'processing' | 'failed' | 'unknown'>
  readRefund(refundId: RefundId, tx?: Tx): Promise<RefundRow | null>
  /** The order that an event is about, before it is applied; null when we know nothing of it. */
  findOrder(event: ProviderEvent): Promise<OrderId | null>
  /** What has been open longer than `olderThanMs`, oldest first. */
  listOpen(nowMs: number, olderThanMs: number, limit: number): Promise<OpenMatter[]>
  /** Asks the provider about one matter; null when it still has no answer. */
  ask(matter: OpenMatter): Promise<ProviderEvent | null>
  readByOrder(orderId: OrderId, tx?: Tx): Promise<PaymentRow[]>
  /** Steps of payments and refunds of an order, for its history. */
  readSteps(orderId: OrderId): Promise<{
    atMs: number; what: string; details: Record<string, string | number | boolean | null>
  }[]>
  readonly provider: PaymentProvider
}
