import { Fault, type OfferId, type OrderId, type PersonId, type VariantId } from '#kernel'
import type { DeskOrder } from '#trade/orders/contract'
import type { HoldRequest } from '#trade/stock/contract'
import type { SettlePaymentDeps } from './deps.ts'

/** Only as long as this transaction: the units are committed in it. */
const SECOND_HOLD_MS = 60_000

/** Captured money finds its units: those held, else those that can be held again. */
export function makeBringBack<Tx>(
  deps: Pick<SettlePaymentDeps<Tx>, 'stock' | 'orders' | 'clock'>,
) {
  const { stock, orders, clock } = deps

  async function commit(tx: Tx, id: OrderId, country: string): Promise<DeskOrder | null> {
    const taken = await stock.commit(tx, id, country, clock.nowMs())
    if (!taken.committed) return null
    const paid = await orders.markPaid(tx, id, taken.warehouseId, clock.nowMs())
    // The order changed hands between our look and the commit: undo all of it and look again.
    if (!paid) throw new Fault('settle.order_moved', { retryable: true })
    return paid
  }

  async function holdAgain(tx: Tx, order: DeskOrder): Promise<boolean> {
    const nowMs = clock.nowMs()
    const request: HoldRequest = {
      orderId: order.id as OrderId, variantId: order.variantId as VariantId,
      allotmentId: order.offerId as OfferId | null, buyerId: order.buyerId as PersonId,
      quantity: order.quantity, expiresAtMs: nowMs + SECOND_HOLD_MS,
    }
    await stock.release(tx, [request.orderId], nowMs)
    const [fate] = await stock.holdAll(tx, [request], nowMs)
    if (fate?.held) return true
    // After the end of an offer nobody else can have got this order's units at its price, so units
    // of the ordinary stock keep the promise without selling the offer twice.
    if (request.allotmentId === null || fate?.code !== 'trade.stock.offer_not_open') return false
    const [second] = await stock.holdAll(tx, [{ ...request, allotmentId: null }], nowMs)
    return second?.held ?? false
  }

  /** The paid order; null when no goods can stand for this payment. */
  return async function bringBack(
    tx: Tx, order: DeskOrder, country: string,
  ): Promise<DeskOrder | null> {
    const id = order.id as OrderId
    if (order.state !== 'held' && order.state !== 'expired') return null
    if (order.state === 'held') {
      const paid = await commit(tx, id, country)
      if (paid) return paid
    }
    if (!await holdAgain(tx, order)) return null
    const current = await orders.read(id, tx)
    if (current?.state === 'expired') await orders.reviveExpired(tx, id, clock.nowMs())
    const paid = await commit(tx, id, country)
    if (!paid) throw new Fault('settle.order_moved', { retryable: true })
    return paid
  }
}
