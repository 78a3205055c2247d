import { Fault, refuse, type Clock, type Money, type PaymentId, type RefundId } from '#kernel'
import type { IntentState, PaymentProvider, ProviderEvent } from '../contract.ts'

interface FakeIntent { readonly amount: Money; state: IntentState; readonly page: string }
interface FakeRefund {
  readonly paymentId: PaymentId
  readonly amount: Money
  state: 'processing' | 'refunded' | 'failed'
}

type Call = 'createIntent' | 'readIntent' | 'refund' | 'readRefund'
/** lost: it never got there. unanswered: it was done, but nobody heard. down: not reached. */
export type Trouble = 'none' | 'lost' | 'unanswered' | 'down'

let events = 0

/** A provider in memory that misbehaves as told; its events wait in `outbox` to be delivered. */
export function makeFakeProvider(deps: { clock: Clock }) {
  const intents = new Map<PaymentId, FakeIntent>()
  const refunds = new Map<RefundId, FakeRefund>()
  const outbox: ProviderEvent[] = []
  let trouble: (call: Call) => Trouble = () => 'none'
  let firstState: IntentState = 'challenge'

  function troubled<T>(call: Call, work: () => T): Promise<T> {
    const what = trouble(call)
    if (what === 'down') {
      return Promise.reject(new Fault('payments.provider_down', { retryable: true }))
    }
    const value = what === 'lost' ? undefined : work()
    if (what === 'none') return Promise.resolve(value as T)
    return Promise.reject(new Fault('payments.no_answer', { retryable: true }))
  }
  const next = () => ({ eventId: `evt_${++events}`, atMs: deps.clock.nowMs() })
  function setIntent(id: PaymentId, state: IntentState): void {
    const it = intents.get(id)
    if (!it) return
    it.state = state
    outbox.push({ kind: 'intent', ...next(), paymentId: id, state, amount: it.amount })
  }

  const provider: PaymentProvider = {
    name: 'fake',
    createIntent: ({ paymentId, amount }) => troubled('createIntent', () => {
      if (!intents.has(paymentId)) {
        intents.set(paymentId, { amount, state: firstState, page: `/fake/${paymentId}` })
        setIntent(paymentId, firstState)
      }
      const it = intents.get(paymentId)!
      return { state: it.state, challengeUrl: it.state === 'challenge' ? it.page : null }
    }),
    readIntent: (id) => troubled('readIntent', () => {
      const it = intents.get(id)
      if (!it) return null
      const { state, amount } = it
      return { state, amount, challengeUrl: state === 'challenge' ? it.page : null }
    }),
    refund: ({ refundId, paymentId, amount }) => troubled('refund', () => {
      const known = refunds.get(refundId)
      if (known) return { state: known.state }
      const isFree = intents.get(paymentId)?.state === 'captured'
        && ![...refunds.values()].some((it) => it.paymentId === paymentId && it.state !== 'failed')
      const made: FakeRefund = { paymentId, amount, state: isFree ? 'processing' : 'failed' }
      refunds.set(refundId, made)
      return { state: made.state }
    }),
    readRefund: (id) => troubled('readRefund', () => {
      const it = refunds.get(id)
      return it ? { state: it.state } : null
    }),
    readWebhook: () => refuse('trade.payments.webhook_malformed'),
  }

  return {
    provider, outbox, intents, refunds, setIntent,
    /** The buyer answers the challenge; false when there is none. */
    answer(id: PaymentId, said: 'captured' | 'declined'): boolean {
      if (intents.get(id)?.state !== 'challenge') return false
      setIntent(id, said)
      return true
    },
    finishRefund(id: RefundId, state: 'refunded' | 'failed'): boolean {
      const it = refunds.get(id)
      if (it?.state !== 'processing') return false
      it.state = state
      if (state === 'refunded') intents.get(it.paymentId)!.state = 'refunded'
      outbox.push({ kind: 'refund', ...next(), refundId: id, state, amount: it.amount })
      return true
    },
    setTrouble: (judge: (call: Call) => Trouble) => { trouble = judge },
    setFirstState: (state: IntentState) => { firstState = state },
  }
}

export type FakeProvider = ReturnType<typeof makeFakeProvider>
