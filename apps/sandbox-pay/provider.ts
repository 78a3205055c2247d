import { secretToken, type Clock, type Random } from '#kernel'
import type { Ledger, PayEvent } from './ledger.ts'
import {
  afterAnswer, firstStatus, scenarioOf, wellBehaved,
  type Behaviour, type Intent, type IntentStatus, type NewIntent, type NewRefund, type Refund,
} from './model.ts'
import { makeWebhooks } from './webhooks.ts'

const PROCESSING_MS = 1500
const REFUND_MS = 400
const EVENTS_KEPT_MS = 7 * 24 * 3600_000

export interface ProviderDeps {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: Random
  readonly webhookTarget: string
  readonly webhookSecret: string
}

/** Two requests with one reference that do not say the same. */
export class Conflict extends Error {}

/** The bank that is none: intents, challenges, refunds, and an event for every change. */
export function makeProvider(deps: ProviderDeps) {
  const { ledger, clock, random } = deps
  const saved = ledger.readSetting('behaviour')
  let behaviour: Behaviour = { ...wellBehaved, ...(saved ? JSON.parse(saved) as Behaviour : {}) }
  const webhooks = makeWebhooks({
    ledger, clock, random, target: deps.webhookTarget, secret: deps.webhookSecret,
    behaviour: () => behaviour,
  })
  const happens = (rate: number) => random.int(1, 1_000_000) <= rate * 1_000_000

  function addEvent(type: string, subject: string, data: Record<string, unknown>): PayEvent | null {
    const id = `evt_${secretToken(random, 16)}`
    const createdAtMs = clock.nowMs()
    const body = JSON.stringify({ id, type, createdAtMs, data })
    const isLost = webhooks.loses()
    const event = ledger.addEvent({ id, subject, body, createdAtMs }, isLost ? 'lost' : 'waiting')
    return isLost ? null : event
  }

  /** A change and its event in one go; the event leaves only after both are on disk. */
  function change<T>(work: () => { value: T; event: PayEvent | null }): T {
    const { value, event } = ledger.atomic(work)
    if (event) webhooks.send(event)
    return value
  }

  const tellIntent = (it: Intent) => addEvent(`intent.${it.status}`, it.id,
    { reference: it.reference, amount: it.amount, currency: it.currency, status: it.status })
  const tellRefund = (it: Refund) => addEvent(`refund.${it.status}`, it.intent,
    { reference: it.reference, amount: it.amount, currency: it.currency, status: it.status })

  const setIntent = (it: Intent, status: IntentStatus): Intent => change(() => {
    ledger.setIntentStatus(it.id, status)
    const value = { ...it, status }
    return { value, event: tellIntent(value) }
  })

  const finishProcessing = (id: string) => {
    const it = ledger.findIntent(id)
    if (it?.status === 'processing') setIntent(it, 'succeeded')
  }

  function finishRefund(reference: string): void {
    const refund = ledger.findRefund(reference)
    const intent = refund && ledger.findIntent(refund.intent)
    if (refund?.status !== 'pending' || !intent) return
    const fails = intent.scenario === 'refund_fails' || happens(behaviour.refundFailRate)
    change(() => {
      const value: Refund = { ...refund, status: fails ? 'failed' : 'succeeded' }
      ledger.setRefundStatus(reference, value.status)
      if (!fails) ledger.setIntentStatus(intent.id, 'refunded')
      return { value, event: tellRefund(value) }
    })
  }

  function createIntent(wish: NewIntent): Intent {
    const known = ledger.findIntent(wish.reference)
    if (known) {
      if (known.amount !== wish.amount || known.currency !== wish.currency) throw new Conflict()
      return known
    }
    const scenario = scenarioOf(wish, behaviour)
    const intent = change(() => {
      const value: Intent = {
        id: `pi_${secretToken(random, 24)}`, reference: wish.reference, amount: wish.amount,
        currency: wish.currency, order: wish.order, scenario, status: firstStatus(scenario),
        createdAtMs: clock.nowMs(),
      }
      ledger.insertIntent(value)
      return { value, event: tellIntent(value) }
    })
    if (intent.status === 'processing') {
      clock.after(PROCESSING_MS, () => finishProcessing(intent.id))
    }
    return intent
  }

  /** The buyer's answer counts once: a second one shows what the first one did. */
  function answer(key: string, said: 'approve' | 'decline'): Intent | null {
    const it = ledger.findIntent(key)
    const next = it && afterAnswer(it.status, said)
    if (!it || !next) return it
    return setIntent(it, next === 'succeeded' && happens(behaviour.declineRate) ? 'declined' : next)
  }

  function createRefund(wish: NewRefund): Refund | null {
    const known = ledger.findRefund(wish.reference)
    const intent = ledger.findIntent(wish.intent)
    if (known) {
      if (known.intent !== intent?.id || known.amount !== wish.amount) throw new Conflict()
      return known
    }
    if (!intent) return null
    const mayRefund = intent.status === 'succeeded' && intent.amount === wish.amount
      && !ledger.findLiveRefund(intent.id)
    const refund: Refund = {
      reference: wish.reference, intent: intent.id, amount: wish.amount,
      currency: intent.currency, status: mayRefund ? 'pending' : 'failed',
      createdAtMs: clock.nowMs(),
    }
    change(() => {
      ledger.insertRefund(refund)
      return { value: refund, event: mayRefund ? null : tellRefund(refund) }
    })
    if (mayRefund) clock.after(REFUND_MS, () => finishRefund(refund.reference))
    return refund
  }

  return {
    createIntent, answer, createRefund, happens,
    findIntent: ledger.findIntent,
    findRefund: ledger.findRefund,
    behaviour: () => behaviour,
    setBehaviour(wish: Partial<Behaviour>): Behaviour {
      behaviour = { ...behaviour, ...wish }
      ledger.writeSetting('behaviour', JSON.stringify(behaviour))
      return behaviour
    },
    /** Takes up what a crash left: waiting webhooks, payments in work, open refunds. */
    resume(): void {
      ledger.prune(clock.nowMs() - EVENTS_KEPT_MS)
      webhooks.resume()
      for (const it of ledger.listProcessing()) {
        clock.after(PROCESSING_MS, () => finishProcessing(it.id))
      }
      for (const it of ledger.listPendingRefunds()) {
        clock.after(REFUND_MS, () => finishRefund(it.reference))
      }
    },
    stop: webhooks.stop,
  }
}

export type Provider = ReturnType<typeof makeProvider>
