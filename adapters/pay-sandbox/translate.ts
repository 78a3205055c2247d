import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { isId, money, type Money, type PaymentId, type RefundId } from '#kernel'
import type { IntentState, ProviderEvent } from '#trade/payments/contract'

const Status = Type.Union([
  Type.Literal('requires_action'), Type.Literal('processing'), Type.Literal('succeeded'),
  Type.Literal('declined'), Type.Literal('refunded'),
])
const RefundStatus = Type.Union([
  Type.Literal('pending'), Type.Literal('succeeded'), Type.Literal('failed'),
])
const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Currency = Type.String({ pattern: '^[A-Z]{3}$' })
const Reference = Type.String({ maxLength: 64 })

const IntentSchema = Type.Object({
  reference: Reference, amount: Amount, currency: Currency, status: Status,
  challengeUrl: Type.Union([Type.String({ maxLength: 500 }), Type.Null()]),
})
const RefundSchema = Type.Object({
  reference: Reference, amount: Amount, currency: Currency, status: RefundStatus,
})
const EventSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 100 }),
  type: Type.String({ maxLength: 60 }),
  createdAtMs: Type.Integer({ minimum: 0 }),
  data: Type.Union([
    Type.Object({ reference: Reference, amount: Amount, currency: Currency, status: Status }),
    RefundSchema,
  ]),
})

const INTENT_STATES: Readonly<Record<Static<typeof Status>, IntentState>> = {
  requires_action: 'challenge', processing: 'processing', succeeded: 'captured',
  declined: 'declined', refunded: 'refunded',
}
const REFUND_STATES: Readonly<
  Record<Static<typeof RefundStatus>, 'refunded' | 'processing' | 'failed'>
> = { pending: 'processing', succeeded: 'refunded', failed: 'failed' }

/** Only a page of the web, or a path of our own: never `javascript:` and the like. */
const isPage = (url: string): boolean => /^(https?:\/\/|\/(?![/\\]))[^\s"'<>\\]*$/.test(url)

/** An intent as the provider tells it; undefined when it is not one. */
export function readIntentAnswer(value: unknown):
  { state: IntentState; amount: Money; challengeUrl: string | null } | undefined {
  if (!Value.Check(IntentSchema, value)) return undefined
  const { status, amount, currency, challengeUrl } = value
  if (challengeUrl !== null && !isPage(challengeUrl)) return undefined
  return { state: INTENT_STATES[status], amount: money(amount, currency), challengeUrl }
}

/** A refund as the provider tells it; undefined when it is not one. */
export function readRefundAnswer(value: unknown):
  { state: 'refunded' | 'processing' | 'failed' } | undefined {
  return Value.Check(RefundSchema, value) ? { state: REFUND_STATES[value.status] } : undefined
}

function refundEvent(id: string, atMs: number, data: Static<typeof RefundSchema>) {
  const state = REFUND_STATES[data.status]
  const refundId = data.reference as RefundId
  if (!isId('ref', refundId) || state === 'processing') return undefined
  const amount = money(data.amount, data.currency)
  return { kind: 'refund', eventId: id, refundId, state, amount, atMs } as const
}

/** The body of a webhook, in our words; undefined when it is none of the kinds we know. */
export function readEvent(body: string): ProviderEvent | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  if (!Value.Check(EventSchema, value)) return undefined
  const { id, type, createdAtMs: atMs, data } = value
  if (type.startsWith('refund.')) {
    return Value.Check(RefundSchema, data) ? refundEvent(id, atMs, data) : undefined
  }
  const isIntent = type.startsWith('intent.') && data.status in INTENT_STATES
  if (!isIntent || !isId('pay', data.reference)) return undefined
  return {
    kind: 'intent', eventId: id, paymentId: data.reference as PaymentId, atMs,
    state: INTENT_STATES[data.status as Static<typeof Status>],
    amount: money(data.amount, data.currency),
  }
}

/** `t=1795329600,v1=<64 hex>`; undefined when it does not look like that. */
export function readSignature(header: unknown): { seconds: number; hex: string } | undefined {
  const match = typeof header === 'string' ? /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) : null
  return match ? { seconds: Number(match[1]), hex: match[2]! } : undefined
}
