import { assert, ok, refuse, type Clock, type OrderId, type Refusal, type Result,
  type Transactor } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { DeskOrder, Order, Orders } from '#trade/orders/contract'
import type { Stock } from '#trade/stock/contract'

export interface CancelOrderDeps<Tx> {
  readonly database: Transactor<Tx>
  readonly stock: Pick<Stock<Tx>, 'release'>
  readonly orders: Pick<Orders<Tx>, 'read' | 'markCancelled'>
  readonly clock: Clock
  /** After the units are back: rooms and the buyer are told. */
  readonly afterCommit?: (order: DeskOrder) => void
}

/** A buyer gives an unpaid order up; its units are for sale again at once. */
export function makeCancelOrder<Tx>(
  deps: CancelOrderDeps<Tx>,
): (who: Who, orderId: OrderId) => Promise<Result<Order, Refusal>> {
  const { database, stock, orders, clock } = deps
  return async (who, orderId) => {
    const buyerId = who.personId
    const known = await orders.read(orderId)
    if (buyerId === null || known?.buyerId !== buyerId) return refuse('trade.orders.unknown')
    const cancelled = await database.transaction(async (tx) => {
      const nowMs = clock.nowMs()
      const released = await stock.release(tx, [orderId], nowMs)
      if (released.length === 0) return null
      const order = await orders.markCancelled(tx, orderId, buyerId, nowMs)
      assert(order, `${orderId} had its units held but was not awaiting payment`)
      return order
    })
    if (cancelled) {
      deps.afterCommit?.(cancelled)
      return ok(cancelled)
    }
    // A second tap finds what the first one did.
    const now = await orders.read(orderId)
    return now?.state === 'cancelled' ? ok(now) : refuse('trade.orders.not_payable')
  }
}
