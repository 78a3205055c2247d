import { Fault, type Clock, type Log, type Money, type OrderId } from '#kernel'
import type { PaymentProvider, Payments, ProviderEvent } from './contract.ts'
import { afterEvent, isSameMoney, stepOf, type StoredPayment } from './model.ts'
import { toRow } from './opening.ts'
import type { PaymentsStore } from './store.ts'

export interface ApplyingDeps<Tx> {
  readonly store: PaymentsStore<Tx>
  readonly provider: PaymentProvider
  readonly clock: Clock
  readonly log: Log
}

type Applied = Awaited<ReturnType<Payments<unknown>['applyEvent']>>
type IntentEvent = Extract<ProviderEvent, { kind: 'intent' }>
type RefundEvent = Extract<ProviderEvent, { kind: 'refund' }>

/** Records what the provider said: each event once, never backwards, never another amount. */
export function makeApplying<Tx>(deps: ApplyingDeps<Tx>) {
  const { store, provider, clock, log } = deps

  async function alarm(
    tx: Tx, orderId: OrderId, expected: Money, event: ProviderEvent,
  ): Promise<void> {
    const details = {
      eventId: event.eventId, said: event.state,
      expectedMinor: expected.amountMinor, expectedCurrency: expected.currency,
      saidMinor: event.amount.amountMinor, saidCurrency: event.amount.currency,
    }
    const error = new Fault('payments.amount_differs')
    log.error('payments.amount_differs', { error, orderId, ...details })
    await store.addStep({ orderId, atMs: clock.nowMs(), what: 'payment_alarm', details }, tx)
  }

  async function setPayment(tx: Tx, row: StoredPayment, state: StoredPayment['state']) {
    await store.setState(tx, row.id, state, clock.nowMs())
    await store.addStep({
      orderId: row.orderId, atMs: clock.nowMs(), what: stepOf(state),
      details: { paymentId: row.id },
    }, tx)
    return toRow({ ...row, state })
  }

  async function applyIntent(tx: Tx, row: StoredPayment, event: IntentEvent): Promise<Applied> {
    const same: Applied = { changed: false, payment: toRow(row), orderId: row.orderId }
    const state = afterEvent(row.state, event.state)
    if (state === null) return same
    // A refund of our own is under way: its own event says how it ended.
    if (state === 'refunded' && await store.hasOpenRefund(tx, row.id)) return same
    return { changed: true, payment: await setPayment(tx, row, state), orderId: row.orderId }
  }

  async function applyRefund(tx: Tx, row: StoredPayment, event: RefundEvent): Promise<Applied> {
    const same: Applied = { changed: false, payment: toRow(row), orderId: row.orderId }
    const refund = await store.readRefund(event.refundId, tx)
    const isNew = refund?.state === 'open'
      || (refund?.state === 'failed' && event.state === 'refunded' && row.state === 'captured')
    if (!refund || !isNew) return same
    await store.setRefundState(tx, refund.refundId, event.state)
    await store.addStep({
      orderId: row.orderId, atMs: clock.nowMs(),
      what: event.state === 'refunded' ? 'refund_done' : 'refund_failed',
      details: { refundId: refund.refundId, paymentId: row.id, ...row.amount },
    }, tx)
    if (event.state === 'failed') return { ...same, changed: true }
    await store.setState(tx, row.id, 'refunded', clock.nowMs())
    return { ...same, changed: true, payment: toRow({ ...row, state: 'refunded' }) }
  }

  async function lockRow(tx: Tx, event: ProviderEvent): Promise<StoredPayment | null> {
    if (event.kind === 'intent') return store.lockPayment(tx, event.paymentId)
    const refund = await store.readRefund(event.refundId, tx)
    return refund && store.lockPayment(tx, refund.paymentId)
  }

  return async function applyEvent(tx: Tx, event: ProviderEvent): Promise<Applied> {
    const row = await lockRow(tx, event)
    if (!row) {
      log.warn('payments.event_of_nobody', { eventId: event.eventId, kind: event.kind })
      return { changed: false, payment: null, orderId: null }
    }
    const same: Applied = { changed: false, payment: toRow(row), orderId: row.orderId }
    if (!await store.seeEvent(tx, provider.name, event.eventId, clock.nowMs())) return same
    if (!isSameMoney(row.amount, event.amount)) {
      await alarm(tx, row.orderId, row.amount, event)
      return same
    }
    return event.kind === 'intent' ? applyIntent(tx, row, event) : applyRefund(tx, row, event)
  }
}
