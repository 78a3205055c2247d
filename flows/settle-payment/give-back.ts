import type { OrderId } from '#kernel'
import type { DeskOrder } from '#trade/orders/contract'
import type { PaymentRow, ProviderEvent } from '#trade/payments/contract'
import type { Outcome, SettlePaymentDeps } from './deps.ts'

type RefundEvent = Extract<ProviderEvent, { kind: 'refund' }>

/** Money goes back: because no goods stand for it, or because a refund ended. */
export function makeGiveBack<Tx>(
  deps: Pick<SettlePaymentDeps<Tx>, 'payments' | 'stock' | 'orders' | 'clock' | 'log'>,
) {
  const { payments, stock, orders, clock, log } = deps

  /** An order whose payment came too late, or twice, or never belonged to one. */
  async function withoutGoods(
    tx: Tx, payment: PaymentRow, seen: DeskOrder | null,
  ): Promise<Outcome> {
    const nowMs = clock.nowMs()
    const id = payment.orderId
    let order = seen
    if (order?.state === 'held') {
      await stock.release(tx, [id], nowMs)
      order = (await orders.markExpired(tx, [id], nowMs))[0] ?? order
    }
    const refund = await payments.openRefund(tx, {
      orderId: id, paymentId: payment.id, owed: true, restock: false, nowMs,
      reason: order?.state === 'expired' ? 'too_late' : 'not_needed',
    })
    log.warn('settle.money_without_goods', { orderId: id, paymentId: payment.id })
    const push = refund && { refundId: refund.refundId, amount: refund.payment.amount }
    if (order?.state !== 'expired' && order?.state !== 'cancelled') return { order, push }
    return { order: await orders.markRefund(tx, id, 'refund_pending', nowMs) ?? order, push }
  }

  /** The last captured payment is gone: so is the sale. */
  async function closeOrder(tx: Tx, order: DeskOrder, restock: boolean): Promise<DeskOrder> {
    const nowMs = clock.nowMs()
    const id = order.id as OrderId
    const rows = await payments.readByOrder(id, tx)
    if (rows.some((row) => row.state === 'captured')) return order
    if (order.state !== 'paid' && order.state !== 'refund_pending') return order
    if (restock) await stock.restock(tx, id, nowMs)
    if (order.state === 'paid') await orders.markRefund(tx, id, 'refund_pending', nowMs)
    return await orders.markRefund(tx, id, 'refunded', nowMs) ?? order
  }

  async function afterFailure(
    tx: Tx, refund: NonNullable<Awaited<ReturnType<typeof payments.readRefund>>>,
    order: DeskOrder | null,
  ): Promise<Outcome> {
    const nowMs = clock.nowMs()
    const { orderId, paymentId } = refund
    if (refund.owed) {
      // Left to reconciliation, which waits longer after each failure.
      await payments.openRefund(tx, {
        orderId, paymentId, reason: 'again', restock: false, owed: true, nowMs,
      })
      return { order, push: null }
    }
    return { order: await orders.markRefund(tx, orderId, 'paid', nowMs) ?? order, push: null }
  }

  return {
    withoutGoods,
    async afterRefund(tx: Tx, event: RefundEvent, order: DeskOrder | null): Promise<Outcome> {
      const refund = await payments.readRefund(event.refundId, tx)
      if (!refund) return { order, push: null }
      if (event.state === 'failed') return afterFailure(tx, refund, order)
      return { order: order && await closeOrder(tx, order, refund.restock), push: null }
    },
    /** Refunded at the provider without us, e.g. by hand in its own desk. */
    byProvider: async (tx: Tx, order: DeskOrder | null): Promise<Outcome> =>
      ({ order: order && await closeOrder(tx, order, false), push: null }),
  }
}
