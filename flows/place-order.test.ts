import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeManualClock, silentLog, systemClock, type Refusal, type Result } from '#kernel'
import { connect, writeFacts, type Database, type Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { checkOrders } from '#trade/orders/testing'
import type { Order } from '#trade/orders/contract'
import { checkStock } from '#trade/stock/testing'
import { fillSale, makeSale, makeSaleWorld, personOf, euro } from './place-order/testing.ts'
import { intentOf, type PlacedBatch } from './place-order/batch.ts'

const test = useTestDatabase({ only: ['trade_stock', 'trade_orders', 'trade_offers'] })

let world = makeSaleWorld()
type Change = Parameters<typeof makeSale<Tx>>[3]
const open = (change: Change = {}, database: Database = test.database) =>
  makeSale<Tx>(database, writeFacts, world, change)

beforeEach(async () => {
  world = makeSaleWorld()
  await sql`truncate trade_stock.warehouses, trade_stock.pools, trade_stock.levels,
    trade_stock.allotments, trade_stock.allotment_variants, trade_stock.takings,
    trade_stock.holds, trade_orders.orders, trade_orders.steps, trade_offers.offers,
    house.outbox`.execute(test.database.kysely)
})

afterEach(async () => {
  expect(await checkStock(test.database.kysely)).toEqual([])
  expect(await checkOrders(test.database.kysely)).toEqual([])
})

const said = (answer: Result<Order, Refusal>) => (answer.ok ? 'held' : answer.refusal.code)
const countOrders = async () => (await sql<{ n: number }>`
  select count(*)::int as n from trade_orders.orders`.execute(test.database.kysely)).rows[0]!.n

describe('what is checked before the batch', () => {
  it('places an order with its number, price and hold', async () => {
    const sale = open()
    await fillSale(sale, test.database, world, { stock: 5 })
    const who = world.buyer()
    const answer = await sale.flow.place(who, world.aWish({ quantity: 2 }))
    expect(answer).toMatchObject({ ok: true, value: {
      state: 'held', quantity: 2, unit: euro(2490), total: euro(4980), title: 'Silk scarf',
      productId: world.productId, market: 'DE', offerId: null,
    } })
    if (!answer.ok) return
    expect(answer.value.number).toMatch(/^SC-\d{6,}$/)
    expect(answer.value.holdUntilMs - answer.value.placedAtMs).toBe(600_000)
    expect(await sale.orders.listMine(personOf(who), 10)).toEqual([answer.value])
  })

  it('tells at once who wants to buy at the right price, whatever becomes of it', async () => {
    const tried: unknown[] = []
    const sale = open({ onTried: (...who) => void tried.push(who) })
    await fillSale(sale, test.database, world, { stock: 0 })
    const who = world.buyer()
    await sale.flow.place(who, world.aWish({ unitAmountMinor: 1 }))
    await sale.flow.place({ ...who, isDemo: true }, world.aWish())
    expect(tried).toEqual([])
    expect(said(await sale.flow.place(who, world.aWish()))).toBe('trade.stock.sold_out')
    expect(tried).toEqual([[world.showId, who.personId]])
  })

  it('takes the price from the offer, never from the buyer', async () => {
    const sale = open()
    const offerId = await fillSale(sale, test.database, world, { stock: 5, offer: 5 })
    const place = (change: object) =>
      sale.flow.place(world.buyer(), world.aWish({ offerId, ...change }))
    expect(await place({ unitAmountMinor: 1 })).toEqual({ ok: false, refusal: {
      code: 'trade.orders.price_changed', details: { amountMinor: 1990, currency: 'EUR' },
    } })
    expect(said(await place({ unitAmountMinor: 2490 }))).toBe('trade.orders.price_changed')
    expect(said(await place({ unitAmountMinor: 1990 }))).toBe('held')
  })

  it.each([
    ['an offer nobody knows', { offerId: 'off_00000000000000000000000000' },
      'trade.offers.unknown'],
    ['a variant nobody knows', { variantId: 'var_00000000000000000000000000' },
      'trade.stock.variant_unknown'],
    ['a market without a price', { market: 'JP' }, 'trade.orders.market_not_served'],
    ['a market by the name of a property', { market: 'constructor' },
      'trade.orders.market_not_served'],
    ['a show that is not on', { showId: 'sho_00000000000000000000000000' },
      'trade.orders.show_not_live'],
    ['more than there is', { quantity: 20 }, 'trade.stock.sold_out'],
  ])('refuses %s', async (_name, change, code) => {
    const sale = open()
    await fillSale(sale, test.database, world, { stock: 5 })
    expect(said(await sale.flow.place(world.buyer(), world.aWish(change)))).toBe(code)
    expect(await countOrders()).toBe(0)
  })

  it('refuses an offer of another show', async () => {
    const sale = open()
    const offerId = await fillSale(sale, test.database, world, { stock: 5, offer: 5 })
    const wish = world.aWish({ offerId, showId: 'sho_00000000000000000000000000' })
    expect(said(await sale.flow.place(world.buyer(), wish))).toBe('trade.offers.unknown')
  })

  it('refuses somebody who has no session', async () => {
    const nobody = { ...world.buyer(), personId: null }
    expect(said(await open().flow.place(nobody, world.aWish())))
      .toBe('people.accounts.sign_in_needed')
  })

  it('refuses an address that is not the buyer\'s, or in another country', async () => {
    const sale = open()
    await fillSale(sale, test.database, world, { stock: 5 })
    const [owner, thief] = [world.buyer(), world.buyer()]
    const wish = world.aWish()
    world.played.countries.set(`${thief.personId} ${wish.deliveryId}`, null)
    const answers = await Promise.all([
      sale.flow.place(owner, wish),
      sale.flow.place(thief, world.aWish({ deliveryId: wish.deliveryId })),
    ])
    expect(answers.map(said)).toEqual(['held', 'people.accounts.delivery_unknown'])
    const abroad = world.buyer()
    const far = world.aWish()
    world.played.countries.set(`${abroad.personId} ${far.deliveryId}`, 'FR')
    expect(said(await sale.flow.place(abroad, far))).toBe('trade.orders.market_not_served')
  })

  it.each([
    ['sale_stopped', 'trade.orders.sale_stopped'], ['not_live', 'trade.orders.show_not_live'],
  ] as const)('refuses when the show is %s', async (state, code) => {
    const sale = open()
    await fillSale(sale, test.database, world, { stock: 5 })
    world.played.selling = state
    expect(said(await sale.flow.place(world.buyer(), world.aWish()))).toBe(code)
  })

  it('sells in a replay at the ordinary price, never by an offer of then', async () => {
    const sale = open()
    const offerId = await fillSale(sale, test.database, world, { stock: 5, offer: 3 })
    world.played.selling = 'replay'
    const byOffer = world.aWish({ offerId, unitAmountMinor: 1990 })
    expect(said(await sale.flow.place(world.buyer(), byOffer))).toBe('trade.orders.show_not_live')
    expect(said(await sale.flow.place(world.buyer(), world.aWish()))).toBe('held')
  })

  it('turns away what is beyond the queue, and says so', async () => {
    const sale = open({ limits: { waiting: 3, batch: 2 } })
    await fillSale(sale, test.database, world, { stock: 50 })
    const answers = await Promise.all(Array.from({ length: 12 }, () =>
      sale.flow.place(world.buyer(), world.aWish())))
    const busy = answers.filter((one) => said(one) === 'trade.orders.busy').length
    expect(busy).toBeGreaterThan(0)
    expect(await countOrders()).toBe(12 - busy)
  })
})

describe('the same key', () => {
  it('gives the same order: later, at the same moment, and with other content', async () => {
    const sale = open()
    await fillSale(sale, test.database, world, { stock: 50 })
    const who = world.buyer()
    const wish = world.aWish()
    const first = await Promise.all([1, 2, 3].map(() => sale.flow.place(who, wish)))
    const again = await sale.flow.place(who, { ...wish, quantity: 7 })
    expect(new Set([...first, again].map((one) => one.ok && one.value.id)).size).toBe(1)
    expect(await countOrders()).toBe(1)
  })

  it('is the buyer\'s own: two people may send the same', async () => {
    const sale = open()
    await fillSale(sale, test.database, world, { stock: 50 })
    const wish = world.aWish()
    await sale.flow.place(world.buyer(), wish)
    expect(said(await sale.flow.place(world.buyer(), wish))).toBe('held')
    expect(await countOrders()).toBe(2)
  })

  it('answers the order also when the price or the show have changed since', async () => {
    const sale = open()
    await fillSale(sale, test.database, world, { stock: 1 })
    const who = world.buyer()
    const wish = world.aWish()
    const first = await sale.flow.place(who, wish)
    world.played.prices = { DE: euro(9990) }
    expect(await sale.flow.place(who, wish)).toEqual(first)
    world.played.prices = { DE: euro(2490) }
    world.played.selling = 'not_live'
    expect(await sale.flow.place(who, wish)).toEqual(first)
  })

  it('gives one order when two processes get it at once', async () => {
    const sales = [open(), open()]
    await fillSale(sales[0]!, test.database, world, { stock: 500 })
    const wishes = Array.from({ length: 60 }, () => ({ who: world.buyer(), wish: world.aWish() }))
    const answers = await Promise.all(wishes.flatMap(({ who, wish }) =>
      sales.map((sale) => sale.flow.place(who, wish))))
    expect(answers.every((one) => one.ok)).toBe(true)
    expect(await countOrders()).toBe(60)
  })
})

describe('many at once', () => {
  it('two processes sell an offer exactly, keep the cap, and tell what is left', async () => {
    const other = connect({ url: test.url, poolSize: 2, log: silentLog })
    const told: PlacedBatch[] = []
    const sales = [
      open({ afterCommit: (batch) => told.push(batch), limits: { batch: 20 } }),
      open({ limits: { batch: 20 } }, other),
    ]
    const offerId = await fillSale(sales[0]!, test.database, world,
      { stock: 90, offer: 130, perBuyerCap: 2 })
    const buyers = Array.from({ length: 100 }, () => world.buyer())
    const answers = await Promise.all(Array.from({ length: 400 }, (_, index) => {
      const variantId = world.variantIds[index % 3 === 0 ? 1 : 0]
      const wish = world.aWish({ offerId, variantId, unitAmountMinor: 1990 })
      return sales[index % 2]!.flow.place(buyers[index % 100]!, wish)
    }))
    await other.close()
    const codes = new Set(answers.map(said))
    expect([...codes].sort()).toEqual(
      ['held', 'trade.stock.cap_reached', 'trade.stock.sold_out'])
    expect(answers.filter((one) => one.ok)).toHaveLength(130)
    expect(await countOrders()).toBe(130)
    expect(told.length).toBeGreaterThan(0)
    const lefts = told.map((batch) => batch.offersLeft.get(offerId!)!)
    expect(lefts).toEqual([...lefts].sort((a, b) => b - a))
  })

  it('lets holds that are over make room, and expires their orders with it', async () => {
    const clock = makeManualClock(systemClock.nowMs())
    const told: PlacedBatch[] = []
    const sale = open({ clock, afterCommit: (batch) => told.push(batch) })
    await fillSale(sale, test.database, world, { stock: 1 })
    const first = await sale.flow.place(world.buyer(), world.aWish())
    expect(said(await sale.flow.place(world.buyer(), world.aWish()))).toBe('trade.stock.sold_out')
    await clock.advance(600_000)
    expect(said(await sale.flow.place(world.buyer(), world.aWish()))).toBe('held')
    if (!first.ok) throw new Error('the first order was refused')
    expect(await sale.orders.read(first.value.id as never)).toMatchObject({ state: 'expired' })
    expect(told.at(-1)!.expired.map((one) => one.id)).toEqual([first.value.id])
  })

  it('keeps selling when the hook throws', async () => {
    const sale = open({ afterCommit: () => { throw new Error('nobody listens') } })
    await fillSale(sale, test.database, world, { stock: 2 })
    expect(said(await sale.flow.place(world.buyer(), world.aWish()))).toBe('held')
    expect(said(await sale.flow.place(world.buyer(), world.aWish()))).toBe('held')
  })
})

describe('a database that goes away', () => {
  it('loses and doubles no order when connections are cut in the middle of batches', async () => {
    const sale = open({ limits: { batch: 8 } })
    await fillSale(sale, test.database, world, { stock: 500 })
    const wishes = Array.from({ length: 160 }, () => ({ who: world.buyer(), wish: world.aWish() }))
    let cutting = true
    const cutter = (async () => {
      const knife = connect({ url: test.url, poolSize: 1, log: silentLog })
      while (cutting) {
        await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where backend_type = 'client backend' and datname = current_database()
          and pid <> pg_backend_pid()`.execute(knife.kysely)
        await systemClock.sleep(7)
      }
      await knife.close()
    })()
    const acknowledged = new Map<string, string>()
    let faults = 0
    const buy = async ({ who, wish }: (typeof wishes)[number]) => {
      for (let attempt = 0; ; attempt++) {
        if (attempt > 3) cutting = false
        try {
          const answer = await sale.flow.place(who, wish)
          if (answer.ok) acknowledged.set(intentOf({ buyerId: personOf(who), key: wish.key }),
            answer.value.id)
          return
        } catch (error) {
          expect(error).toMatchObject({ code: 'store.unavailable', retryable: true })
          faults++
        }
      }
    }
    await Promise.all(wishes.map(buy))
    cutting = false
    await cutter
    expect(faults).toBeGreaterThan(0)
    expect(acknowledged.size).toBe(160)
    const { rows } = await sql<{ id: string; buyer_id: string; key: string }>`
      select id, buyer_id, key from trade_orders.orders`.execute(test.database.kysely)
    expect(new Map(rows.map((row) => [`${row.buyer_id} ${row.key}`, row.id])))
      .toEqual(acknowledged)
  })
})
