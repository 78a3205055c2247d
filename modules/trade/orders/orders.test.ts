import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeIds, systemClock, systemRandom, type PersonId, type ShowId, type WarehouseId,
} from '#kernel'
import { writeFacts, type Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import type { Who } from '#people/accounts/contract'
import type { NewOrder } from './contract.ts'
import { makeOrders, makeOrdersRoutes } from './index.ts'
import { readNumber } from './model.ts'

const test = useTestDatabase({ only: ['trade_orders'] })
const ids = makeIds({ clock: systemClock, random: systemRandom })
const showId: ShowId = ids.make('sho')
const whs: WarehouseId = ids.make('whs')
const open = () => makeOrders<Tx>({ database: test.database, writeFacts, ids })

const anOrder = (change: Partial<NewOrder> = {}): NewOrder => ({
  id: ids.make('ord'), key: `key-${ids.make('key')}`, buyerId: ids.make('per'), isDemo: false,
  showId, offerId: null, productId: ids.make('prd'), variantId: ids.make('var'),
  title: 'Silk scarf', variantTitle: 'Red', quantity: 2,
  unit: { amountMinor: 2490, currency: 'EUR' }, market: 'DE', deliveryId: ids.make('adr'),
  placedAtMs: 1000, holdUntilMs: 601_000, ...change,
})
const inTx = <T>(run: (tx: Tx) => Promise<T>) => test.database.transaction(run)
const place = (...orders: NewOrder[]) => inTx((tx) => open().insertAll(tx, orders))
const told = async () => (await sql<{ name: string; aggregate: string; payload: object }>`
  select name, aggregate, payload from house.outbox order by seq`
  .execute(test.database.kysely)).rows

beforeEach(async () => {
  await sql`truncate trade_orders.orders, trade_orders.steps, house.outbox`
    .execute(test.database.kysely)
})

describe('placing', () => {
  it('ORD1: the same intent is found by its key and cannot be written twice', async () => {
    const order = anOrder()
    const [made] = await place(order)
    const wanted = [order, { buyerId: ids.make('per') as PersonId, key: order.key }]
    const found = await inTx((tx) => open().readByKeys(tx, wanted))
    expect([...found]).toEqual([[`${order.buyerId} ${order.key}`, made]])
    await expect(place(anOrder({ buyerId: order.buyerId, key: order.key })))
      .rejects.toMatchObject({ constraint: 'orders_once' })
  })

  it('ORD2: numbers are drawn in the order of the batch', async () => {
    const made = await place(...Array.from({ length: 50 }, () => anOrder()))
    const numbers = made.map((order) => readNumber(order.number)!)
    expect(numbers[0]).toBeGreaterThan(100_000)
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index))
  })

  it('ORD3: facts are written with the orders, or neither', async () => {
    const order = anOrder({ isDemo: true })
    await place(order)
    expect(await told()).toMatchObject([{ name: 'OrderPlaced', aggregate: order.id, payload: {
      orderId: order.id, totalMinor: 4980, currency: 'EUR', isDemo: true, buyerId: order.buyerId,
    } }])
    const lost = anOrder()
    await expect(inTx(async (tx) => {
      await open().insertAll(tx, [lost])
      throw new Error('the power went')
    })).rejects.toThrow('power')
    expect(await told()).toHaveLength(1)
    expect(await open().read(lost.id)).toBeNull()
  })
})

describe('steps', () => {
  it('ORD4: of two steps from held only one happens, and it is told once', async () => {
    const order = anOrder()
    await place(order)
    const both = await Promise.all([
      inTx((tx) => open().markPaid(tx, order.id, whs, 2000)),
      inTx(async (tx) => (await open().markExpired(tx, [order.id], 2000))[0] ?? null),
    ])
    expect(both.filter((one) => one !== null)).toHaveLength(1)
    expect(await told()).toHaveLength(2)
    expect(await inTx((tx) => open().markPaid(tx, order.id, whs, 3000))).toBeNull()
  })

  it('ORD5: only its buyer cancels an order', async () => {
    const order = anOrder()
    await place(order)
    const cancel = (buyerId: PersonId) =>
      inTx((tx) => open().markCancelled(tx, order.id, buyerId, 2000))
    expect(await cancel(ids.make('per'))).toBeNull()
    expect(await cancel(order.buyerId)).toMatchObject({ state: 'cancelled' })
  })

  it('ORD6: a refund goes forward step by step, or back to paid', async () => {
    const order = anOrder()
    await place(order)
    const refund = (to: 'refund_pending' | 'refunded' | 'paid') =>
      inTx(async (tx) => (await open().markRefund(tx, order.id, to, 3000))?.state ?? null)
    expect(await refund('refund_pending')).toBeNull()
    await inTx((tx) => open().markPaid(tx, order.id, whs, 2000))
    expect(await refund('refunded')).toBeNull()
    expect([await refund('refund_pending'), await refund('paid'), await refund('refund_pending'),
      await refund('refunded'), await refund('paid')])
      .toEqual(['refund_pending', 'paid', 'refund_pending', 'refunded', null])
  })

  it('ORD7: an expired order may be held again, a cancelled one may not', async () => {
    const [expired, cancelled] = [anOrder(), anOrder()]
    await place(expired, cancelled)
    await inTx(async (tx) => {
      await open().markExpired(tx, [expired.id], 2000)
      await open().markCancelled(tx, cancelled.id, cancelled.buyerId, 2000)
    })
    const revive = (order: NewOrder) => inTx((tx) => open().reviveExpired(tx, order.id, 3000))
    expect(await revive(expired)).toMatchObject({ state: 'held' })
    expect(await revive(cancelled)).toBeNull()
  })

  it('ORD10: the history names every step with its time', async () => {
    const order = anOrder()
    await place(order)
    await inTx((tx) => open().markPaid(tx, order.id, whs, 2000))
    expect(await open().readSteps(order.id)).toEqual([
      { atMs: 1000, what: 'placed', details: {} },
      { atMs: 2000, what: 'paid', details: { warehouseId: whs } },
    ])
    expect(await open().readSteps(ids.make('ord'))).toEqual([])
  })
})

describe('reading', () => {
  const list = async (filter: object = {}) =>
    (await open().list({ limit: 10, withDemo: true, ...filter })).orders.map((one) => one.id)

  it('ORD8: finds by show, state, number and part of a title', async () => {
    const first = anOrder()
    const second = anOrder({ title: 'Tea set 50%_off', showId: ids.make('sho') })
    const [, made] = await place(first, second)
    await inTx((tx) => open().markPaid(tx, first.id, whs, 2000))
    expect(await list()).toEqual([second.id, first.id])
    expect(await list({ showId })).toEqual([first.id])
    expect(await list({ state: 'held' })).toEqual([second.id])
    expect(await list({ search: made!.number.toLowerCase() })).toEqual([second.id])
    expect(await list({ search: made!.number.slice(3) })).toEqual([second.id])
    expect(await list({ search: 'tea' })).toEqual([second.id])
    expect(await list({ search: '50%_' })).toEqual([second.id])
    expect(await list({ search: '%' })).toEqual([second.id])
  })

  it.each(["' or true --", '\\', '%%%%', 'SC-1;drop table', '\u202e', '99999999999999999999'])(
    'ORD8: %j is only a text to search for', async (search) => {
      await place(anOrder())
      expect(await list({ search })).toEqual([])
    })

  it('ORD8: pages do not overlap and say whether there is more', async () => {
    const made = await place(...Array.from({ length: 5 }, () => anOrder()))
    const first = await open().list({ limit: 3, withDemo: true })
    const before = first.orders.at(-1)!.id
    const second = await open().list({ limit: 3, withDemo: true, before })
    expect([first.more, second.more]).toEqual([true, false])
    expect([...first.orders, ...second.orders].map((one) => one.id))
      .toEqual(made.map((one) => one.id).reverse())
  })

  it('ORD9: totals keep currencies and demo shoppers apart', async () => {
    const yen = { amountMinor: 900, currency: 'JPY' }
    const orders = [anOrder(), anOrder({ unit: yen }), anOrder({ isDemo: true }), anOrder(),
      anOrder(), anOrder()]
    await place(...orders)
    const [euro, japan, demo, refunded, cancelled] = orders.map((order) => order.id)
    await inTx(async (tx) => {
      for (const id of [euro, japan, demo, refunded]) await open().markPaid(tx, id!, whs, 2000)
      await open().markRefund(tx, refunded!, 'refund_pending', 2000)
      await open().markRefund(tx, refunded!, 'refunded', 2000)
      await open().markCancelled(tx, cancelled!, orders[4]!.buyerId, 2000)
    })
    expect(await open().readTotals(showId)).toEqual({
      orders: 3, units: 6, demoOrders: 1, demoUnits: 2, held: 1,
      paid: [{ amountMinor: 4980, currency: 'EUR' }, { amountMinor: 1800, currency: 'JPY' }],
      demoPaid: [{ amountMinor: 4980, currency: 'EUR' }],
      refunded: [{ amountMinor: 4980, currency: 'EUR' }],
    })
  })

  it('ORD11: a buyer sees their own orders only, without what is for the desk', async () => {
    const own = anOrder()
    await place(own, anOrder())
    const routes = makeOrdersRoutes({
      orders: open(), place: () => { throw new Error('not here') },
      cancel: () => { throw new Error('not here') },
    })
    const who: Who = {
      personId: own.buyerId, sessionId: null, roles: [], displayName: '', isDemo: false,
    }
    const mine = await routes.handlers['GET /api/orders/mine']!({ who })
    expect(mine).toMatchObject({ ok: true, value: [{ id: own.id }] })
    const [first] = (mine as { value: object[] }).value
    expect(Object.keys(first!)).not.toContain('buyerId')
    expect(await routes.handlers['GET /api/orders/mine']!({ who: { ...who, personId: null } }))
      .toMatchObject({ refusal: { code: 'people.accounts.sign_in_needed' } })
  })
})
