import { Fault, type Clock, type Ids, type Log, type PaymentId } from '#kernel'
import { paymentLimits, type OpenMatter, type PaymentProvider, type Payments, type ProviderEvent,
} from './contract.ts'
import { withDeadline } from './deadline.ts'
import { intentEvent, refundEvent, refundNotBefore } from './model.ts'
import { toRow } from './opening.ts'
import type { PaymentsStore } from './store.ts'

export interface RefundingDeps<Tx> {
  readonly store: PaymentsStore<Tx>
  readonly provider: PaymentProvider
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

/** Refunds, and questions to the provider about what is still open. */
export function makeRefunding<Tx>(deps: RefundingDeps<Tx>) {
  const { store, provider, clock, log } = deps
  const inTime = <T>(work: Promise<T>) => withDeadline(clock, paymentLimits.callMs, work)

  const openRefund: Payments<Tx>['openRefund'] = async (tx, input) => {
    const payment = await store.lockRefundable(tx, input.orderId, input.paymentId)
    // Asked again under the lock: the first look may have waited for another refund's commit.
    if (!payment || await store.hasOpenRefund(tx, payment.id)) return null
    const refundId = deps.ids.make('ref')
    const { orderId, reason, restock, nowMs, owed = false } = input
    const failures = owed ? await store.countFailedRefunds(tx, payment.id) : 0
    await store.insertRefund(tx, {
      refundId, paymentId: payment.id, orderId, reason, restock, owed, createdAtMs: nowMs,
      notBeforeMs: refundNotBefore(nowMs, failures),
    })
    await store.addStep({
      orderId, atMs: nowMs, what: 'refund_opened',
      details: { refundId, paymentId: payment.id, reason, restock, ...payment.amount },
    }, tx)
    return { refundId, payment: toRow(payment) }
  }

  const readOpenRefund = async (id: Parameters<Payments<Tx>['pushRefund']>[0]) => {
    const refund = await store.readRefund(id)
    const payment = refund && await store.readPayment(refund.paymentId)
    if (!refund || !payment) throw new Fault('payments.refund_missing')
    return { refund, payment }
  }

  const pushRefund: Payments<Tx>['pushRefund'] = async (refundId) => {
    const { refund, payment } = await readOpenRefund(refundId)
    if (refund.state !== 'open') return refund.state
    try {
      const { id: paymentId, amount } = payment
      return (await inTime(provider.refund({ refundId, paymentId, amount }))).state
    } catch (error) {
      if (!(error instanceof Fault && error.retryable)) throw error
      log.warn('payments.refund_unknown', { refundId, code: error.code })
      await store.addStep({
        orderId: refund.orderId, atMs: clock.nowMs(), what: 'refund_unknown', details: { refundId },
      })
      return 'unknown'
    }
  }

  async function askPayment(id: PaymentId, sinceMs: number): Promise<ProviderEvent | null> {
    const row = await store.readPayment(id)
    if (!row) return null
    const answer = await inTime(provider.readIntent(id))
    const nowMs = clock.nowMs()
    if (answer === null) {
      const isAbsent = nowMs - sinceMs >= paymentLimits.absentMs
      return isAbsent ? intentEvent(id, 'declined', row.amount, nowMs) : null
    }
    if (answer.challengeUrl !== null && answer.challengeUrl !== row.challengeUrl) {
      await store.setChallengeUrl(id, answer.challengeUrl)
    }
    const isNews = answer.state !== 'processing'
      && !(answer.state === 'challenge' && row.state === 'challenge')
    return isNews ? intentEvent(id, answer.state, answer.amount, nowMs) : null
  }

  const ask = async (matter: OpenMatter): Promise<ProviderEvent | null> => {
    await store.markAsked(matter, clock.nowMs())
    if (matter.kind === 'payment') return askPayment(matter.paymentId, matter.sinceMs)
    const { refund, payment } = await readOpenRefund(matter.refundId)
    if (refund.state !== 'open') return null
    const answer = await inTime(provider.readRefund(matter.refundId))
    const state = answer?.state ?? await pushRefund(matter.refundId)
    if (state !== 'refunded' && state !== 'failed') return null
    return refundEvent(matter.refundId, state, payment.amount, clock.nowMs())
  }

  return { openRefund, pushRefund, ask }
}
