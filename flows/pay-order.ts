import { Fault, ok, refuse, type Clock, type OrderId, type PersonId, type Refusal, type Result,
} from '#kernel'
import type { DeskOrder, Orders } from '#trade/orders/contract'
import type { Payment, PaymentRow, Payments, ProviderEvent } from '#trade/payments/contract'

export interface PayOrderDeps<Tx> {
  readonly orders: Pick<Orders<Tx>, 'read'>
  readonly payments: Pick<Payments<Tx>, 'open' | 'ask' | 'readByOrder'>
  readonly settle: (event: ProviderEvent) => Promise<unknown>
  /** Where a provider that takes the whole page sends the buyer back to. */
  readonly returnUrl: (order: DeskOrder) => string
  readonly clock: Clock
}

const show = ({ id, orderId, state, amount, challengeUrl }: PaymentRow): Payment =>
  ({ id, orderId, state, amount, challengeUrl })

/** A buyer pays a held order: one open payment, whatever is pressed how often. */
export function makePayOrder<Tx>(deps: PayOrderDeps<Tx>) {
  const { orders, payments, clock } = deps

  /** A provider may capture at once; its word is heard the same way as a webhook. */
  async function hearAtOnce(row: PaymentRow): Promise<PaymentRow> {
    if (row.state !== 'unknown') return row
    try {
      const event = await payments.ask({
        kind: 'payment', paymentId: row.id, orderId: row.orderId, sinceMs: row.createdAtMs,
      })
      if (!event) return row
      await deps.settle(event)
      const rows = await payments.readByOrder(row.orderId)
      return rows.find((other) => other.id === row.id) ?? row
    } catch (error) {
      // Still unknown: reconciliation goes on asking, the buyer sees "pending".
      if (error instanceof Fault && error.retryable) return row
      throw error
    }
  }

  return async function payOrder(
    who: { readonly personId: PersonId | null }, orderId: OrderId,
  ): Promise<Result<Payment, Refusal>> {
    const order = await orders.read(orderId)
    if (!order || who.personId === null || order.buyerId !== who.personId) {
      return refuse('trade.payments.unknown')
    }
    if (order.state !== 'held' || order.holdUntilMs <= clock.nowMs()) {
      return refuse('trade.orders.not_payable')
    }
    try {
      const row = await hearAtOnce(await payments.open({
        orderId, amount: order.total, orderNumber: order.number,
        returnUrl: deps.returnUrl(order), nowMs: clock.nowMs(),
      }))
      return row.state === 'declined' ? refuse('trade.payments.declined') : ok(show(row))
    } catch (error) {
      if (error instanceof Fault && error.code === 'payments.provider_down') {
        return refuse('trade.payments.provider_down')
      }
      throw error
    }
  }
}
