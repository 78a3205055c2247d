import { Fault, type OrderId, type PersonId } from '#kernel'
import type { DeskOrder } from '#trade/orders/contract'
import type { ProviderEvent } from '#trade/payments/contract'
import { makeBringBack } from './settle-payment/bring-back.ts'
import type { Outcome, SettlePaymentDeps } from './settle-payment/deps.ts'
import { makeGiveBack } from './settle-payment/give-back.ts'

export type { Outcome, SettlePaymentDeps }

const nothing: Outcome = { order: null, push: null }

/** What a provider said becomes a paid order, a refund, or another try; all in one transaction. */
export function makeSettlePayment<Tx>(deps: SettlePaymentDeps<Tx>) {
  const { payments, orders, clock, log } = deps
  const bringBack = makeBringBack(deps)
  const giveBack = makeGiveBack(deps)

  async function countryOf(orderId: OrderId | null): Promise<string> {
    const order = orderId && await orders.read(orderId)
    if (!order) return ''
    const { buyerId, deliveryId, market } = order
    const wanted = [{ personId: buyerId as PersonId, deliveryId }]
    return (await deps.readCountries(wanted)).get(deliveryId) ?? market
  }

  async function apply(tx: Tx, event: ProviderEvent, country: string): Promise<Outcome> {
    const { changed, payment, orderId } = await payments.applyEvent(tx, event)
    if (!changed || !payment || !orderId) return nothing
    const order = await orders.read(orderId, tx)
    if (event.kind === 'refund') return giveBack.afterRefund(tx, event, order)
    if (payment.state === 'captured') {
      const paid = order && await bringBack(tx, order, country)
      return paid ? { order: paid, push: null } : giveBack.withoutGoods(tx, payment, order)
    }
    if (payment.state === 'refunded') return giveBack.byProvider(tx, order)
    return { order, push: null }
  }

  /** Pushed after the commit. Whatever goes wrong here, reconciliation finds the open refund. */
  async function push({ refundId, amount }: NonNullable<Outcome['push']>): Promise<void> {
    try {
      const state = await payments.pushRefund(refundId)
      if (state !== 'refunded' && state !== 'failed') return
      await settle({
        kind: 'refund', eventId: `pushed:${refundId}:${state}`, refundId, state, amount,
        atMs: clock.nowMs(),
      })
    } catch (error) {
      log.warn('settle.refund_not_pushed', {
        refundId, code: error instanceof Fault ? error.code : 'bug', error,
      })
    }
  }

  async function settle(event: ProviderEvent): Promise<DeskOrder | null> {
    const country = await countryOf(await payments.findOrder(event))
    const outcome = await deps.database.transaction((tx) => apply(tx, event, country))
    if (outcome.order) deps.tell(outcome.order)
    if (outcome.push) await push(outcome.push)
    return outcome.order
  }

  return { settle, push }
}
