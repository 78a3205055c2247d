import { makeIds, makeManualClock, makeSeededRandom, money, silentLog, type OfferId, type OrderId,
  type PersonId, type ProductId, type ShowId, type Transactor, type VariantId } from '#kernel'
import type { DeskOrder, Orders } from '#trade/orders/contract'
import type { Payments } from '#trade/payments/contract'
import { makeFakeProvider } from '#trade/payments/testing'
import type { Stock } from '#trade/stock/contract'
import { makePayOrder } from '../../pay-order.ts'
import { makeReconcile } from '../../reconcile.ts'
import { makeRefundOrder } from '../../refund-order.ts'
import { makeSettlePayment } from '../../settle-payment.ts'

export const price = money(2490, 'EUR')
const HOLD_MS = 600_000

/** What differs between a world in memory and one in PostgreSQL. */
export interface Ground<Tx> {
  readonly database: Transactor<Tx>
  readonly stock: Pick<Stock<Tx>,
    'holdAll' | 'commit' | 'release' | 'restock' | 'releaseExpired'>
  readonly orders: Pick<Orders<Tx>, 'read' | 'insertAll' | 'markPaid' | 'markExpired'
    | 'markCancelled' | 'markRefund' | 'reviveExpired'>
  readonly payments: Payments<Tx>
}

export function makeTools(seed: number) {
  const clock = makeManualClock()
  const random = makeSeededRandom(seed)
  const ids = makeIds({ clock, random })
  return { clock, random, ids, fake: makeFakeProvider({ clock }), log: silentLog }
}
export type Tools = ReturnType<typeof makeTools>

/** A sale with the real flows over any ground, and a provider that does as it is told. */
export function makeWorld<Tx>(tools: Tools, ground: Ground<Tx>) {
  const { clock, ids, fake, log } = tools
  const { database, stock, orders, payments } = ground
  const told: DeskOrder[] = []
  const audited: string[] = []
  const tell = (order: DeskOrder) => void told.push(order)
  const { settle, push } = makeSettlePayment({
    database, payments, stock, orders, tell, clock, log,
    readCountries: async (wanted) => new Map(wanted.map((it) => [it.deliveryId, 'DE'])),
  })
  const payOrder = makePayOrder({
    orders, payments, settle, clock, returnUrl: (order) => `http://shop.test/orders/${order.id}`,
  })
  const refundOrder = makeRefundOrder({
    database, payments, orders, push, tell, clock,
    audit: { record: async (entry) => void audited.push(`${entry.act} ${entry.subject}`) },
  })
  const reconcile = makeReconcile({ payments, settle, clock, log })
  const variantId = ids.make('var') as VariantId
  const staff = { personId: ids.make('per') as PersonId }

  async function place(
    { quantity = 1, offerId = null }: { quantity?: number; offerId?: OfferId | null } = {},
  ): Promise<DeskOrder | null> {
    const nowMs = clock.nowMs()
    const id = ids.make('ord') as OrderId
    const buyerId = ids.make('per') as PersonId
    const isHeld = await database.transaction(async (tx) => {
      const [fate] = await stock.holdAll(tx, [{
        orderId: id, variantId, allotmentId: offerId, buyerId, quantity,
        expiresAtMs: nowMs + HOLD_MS,
      }], nowMs)
      if (!fate?.held) return false
      await orders.insertAll(tx, [{
        id, key: `key_${id}`, buyerId, isDemo: false, showId: ids.make('sho') as ShowId, offerId,
        productId: ids.make('prd') as ProductId, variantId, title: 'Silk scarf',
        variantTitle: 'Jade', quantity, unit: price, market: 'DE', deliveryId: ids.make('adr'),
        placedAtMs: nowMs, holdUntilMs: nowMs + HOLD_MS,
      }])
      return true
    })
    return isHeld ? orders.read(id) : null
  }

  return {
    ...tools, ...ground, variantId, told, audited, place, settle, reconcile,
    pay: (order: DeskOrder) =>
      payOrder({ personId: order.buyerId as PersonId }, order.id as OrderId),
    payAs: payOrder,
    refund: (order: DeskOrder, restock = false, who: { personId: PersonId | null } = staff) =>
      refundOrder(who, { orderId: order.id as OrderId, reason: 'asked', restock }),
    read: (order: DeskOrder) => orders.read(order.id as OrderId),
    expire: () => database.transaction(async (tx) => {
      const over = await stock.releaseExpired(tx, clock.nowMs(), 100)
      await orders.markExpired(tx, over, clock.nowMs())
    }),
    cancel: (order: DeskOrder) => database.transaction(async (tx) => {
      const id = order.id as OrderId
      const released = await stock.release(tx, [id], clock.nowMs())
      if (released.length === 0) return
      await orders.markCancelled(tx, id, order.buyerId as PersonId, clock.nowMs())
    }),
    /** Delivers everything the provider has said so far, in order. */
    async deliver() {
      for (const event of fake.outbox.splice(0)) await settle(event)
    },
  }
}
export type World = ReturnType<typeof makeWorld<unknown>>
