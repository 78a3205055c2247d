import { ok, refuse, type Clock, type OrderId, type PersonId, type Refusal, type Result,
  type Transactor } from '#kernel'
import type { Audit } from '#people/audit/contract'
import type { DeskOrder, Orders } from '#trade/orders/contract'
import type { Payments } from '#trade/payments/contract'
import type { Outcome } from './settle-payment/deps.ts'

export interface RefundOrderDeps<Tx> {
  readonly database: Transactor<Tx>
  readonly payments: Pick<Payments<Tx>, 'openRefund'>
  readonly orders: Pick<Orders<Tx>, 'read' | 'markRefund'>
  readonly audit: Audit
  /** From settle-payment: asks the provider and hears its answer. */
  readonly push: (push: NonNullable<Outcome['push']>) => Promise<void>
  readonly tell: (order: DeskOrder) => void
  readonly clock: Clock
}

export interface RefundWish {
  readonly orderId: OrderId
  readonly reason: string
  readonly restock: boolean
}

/** Undoes the transaction: the order was no longer paid when its turn came. */
class NotPaid extends Error {}

/** A member of staff gives the money of a paid order back, in full and once. */
export function makeRefundOrder<Tx>(deps: RefundOrderDeps<Tx>) {
  const { payments, orders, clock } = deps

  async function start(personId: PersonId, wish: RefundWish) {
    let isRecorded = false
    return deps.database.transaction(async (tx) => {
      const nowMs = clock.nowMs()
      const opened = await payments.openRefund(tx, { ...wish, nowMs })
      const order = opened && await orders.markRefund(tx, wish.orderId, 'refund_pending', nowMs)
      if (!opened || !order) throw new NotPaid()
      // Inside, so that an act without a record is undone; once, also when the database retries.
      if (!isRecorded) {
        await deps.audit.record({
          personId, act: 'order.refund', subject: wish.orderId,
          details: {
            reason: wish.reason, restock: wish.restock, refundId: opened.refundId,
            ...opened.payment.amount,
          },
        })
      }
      isRecorded = true
      return { order, push: { refundId: opened.refundId, amount: opened.payment.amount } }
    })
  }

  return async function refundOrder(
    who: { readonly personId: PersonId | null }, wish: RefundWish,
  ): Promise<Result<{ state: 'refund_pending' | 'refunded' }, Refusal>> {
    const order = await orders.read(wish.orderId)
    if (!order) return refuse('trade.orders.unknown')
    if (order.state !== 'paid' || who.personId === null) {
      return refuse('trade.orders.not_refundable')
    }
    try {
      const started = await start(who.personId, wish)
      deps.tell(started.order)
      await deps.push(started.push)
    } catch (error) {
      if (error instanceof NotPaid) return refuse('trade.orders.not_refundable')
      throw error
    }
    const now = await orders.read(wish.orderId)
    return ok({ state: now?.state === 'refunded' ? 'refunded' : 'refund_pending' })
  }
}
