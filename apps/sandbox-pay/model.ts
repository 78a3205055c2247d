import Type, { type Static } from 'typebox'

export type Scenario = Static<typeof ScenarioSchema>

export type IntentStatus =
  'requires_action' | 'processing' | 'succeeded' | 'declined' | 'refunded'
export type RefundStatus = 'pending' | 'succeeded' | 'failed'

export interface Intent {
  /** Unguessable: whoever holds it may answer the challenge. */
  readonly id: string
  readonly reference: string
  readonly amount: number
  readonly currency: string
  readonly order: string
  readonly scenario: Scenario
  readonly status: IntentStatus
  readonly createdAtMs: number
}

export interface Refund {
  readonly reference: string
  readonly intent: string
  readonly amount: number
  readonly currency: string
  readonly status: RefundStatus
  readonly createdAtMs: number
}

const Reference = Type.String({ minLength: 8, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' })
const Amount = Type.Integer({ minimum: 0, maximum: 9_000_000_000_000 })
const Rate = Type.Number({ minimum: 0, maximum: 1 })
/** How a payment goes. `challenge` asks the buyer; the rest need nobody. */
const ScenarioSchema = Type.Union([
  Type.Literal('challenge'), Type.Literal('approve'), Type.Literal('decline'),
  Type.Literal('processing'), Type.Literal('refund_fails'),
])

export const NewIntentSchema = Type.Object({
  reference: Reference,
  amount: Amount,
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  order: Type.String({ maxLength: 40 }),
  returnUrl: Type.Optional(Type.String({ maxLength: 500 })),
  scenario: Type.Optional(ScenarioSchema),
}, { additionalProperties: false })
export type NewIntent = Static<typeof NewIntentSchema>

export const NewRefundSchema = Type.Object({
  reference: Reference, intent: Reference, amount: Amount,
}, { additionalProperties: false })
export type NewRefund = Static<typeof NewRefundSchema>

/** Misbehaviour on demand. Rates are shares from 0 to 1. */
export const BehaviourSchema = Type.Object({
  /** Every webhook waits this long. */
  delayMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  /** Every answer of the API waits this long. */
  answerDelayMs: Type.Integer({ minimum: 0, maximum: 60_000 }),
  declineRate: Rate,
  /** Webhooks sent twice. */
  duplicateRate: Rate,
  /** Webhooks never sent. */
  loseRate: Rate,
  /** Webhooks of one payment overtake each other. */
  reorder: Type.Boolean(),
  /** Writes that are done but never answered. */
  noAnswerRate: Rate,
  refundFailRate: Rate,
  /** What payments that state no scenario do. */
  scenario: ScenarioSchema,
}, { additionalProperties: false })
export type Behaviour = Static<typeof BehaviourSchema>
export const BehaviourChangeSchema = Type.Partial(BehaviourSchema, { additionalProperties: false })

export const wellBehaved: Behaviour = {
  delayMs: 0, answerDelayMs: 0, declineRate: 0, duplicateRate: 0, loseRate: 0, reorder: false,
  noAnswerRate: 0, refundFailRate: 0, scenario: 'challenge',
}

/** Test amounts, as card networks have test numbers: nobody meets them by accident. */
const BY_AMOUNT: Readonly<Record<number, Scenario>> = {
  4_000_002: 'decline', 4_000_003: 'approve', 4_000_004: 'processing', 4_000_005: 'refund_fails',
}

export const scenarioOf = (wish: NewIntent, behaviour: Behaviour): Scenario =>
  wish.scenario ?? BY_AMOUNT[wish.amount] ?? behaviour.scenario

export const firstStatus = (scenario: Scenario): IntentStatus => {
  if (scenario === 'approve') return 'succeeded'
  if (scenario === 'decline') return 'declined'
  if (scenario === 'processing') return 'processing'
  return 'requires_action'
}

/** The answer of the buyer counts once; null when the intent waits for none. */
export const afterAnswer = (
  status: IntentStatus, answer: 'approve' | 'decline',
): IntentStatus | null => {
  if (status !== 'requires_action') return null
  return answer === 'approve' ? 'succeeded' : 'declined'
}
