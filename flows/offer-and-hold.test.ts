import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeManualClock, silentLog, type OfferId, type OrderId, type ProductId } from '#kernel'
import { writeFacts, type Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import type { Show } from '#stage/show/contract'
import type { Product } from '#trade/catalog/contract'
import { offerLimits, type Offer, type OfferDraft } from '#trade/offers/contract'
import { checkOrders } from '#trade/orders/testing'
import { checkStock } from '#trade/stock/testing'
import { makeCancelOrder } from './cancel-order.ts'
import { makeExpire } from './expire.ts'
import { makeOpenOffer } from './open-offer.ts'
import { euro, fillSale, makeSale, makeSaleWorld, type Sale } from './place-order/testing.ts'

const test = useTestDatabase({ only: ['trade_stock', 'trade_orders', 'trade_offers'] })

let world = makeSaleWorld()
let clock = makeManualClock()
let sale: Sale<Tx>

beforeEach(async () => {
  world = makeSaleWorld()
  clock = makeManualClock()
  sale = makeSale<Tx>(test.database, writeFacts, world, { clock })
  await sql`truncate trade_stock.warehouses, trade_stock.pools, trade_stock.levels,
    trade_stock.allotments, trade_stock.allotment_variants, trade_stock.takings,
    trade_stock.holds, trade_orders.orders, trade_orders.steps, trade_offers.offers,
    house.outbox`.execute(test.database.kysely)
})

afterEach(async () => {
  expect(await checkStock(test.database.kysely)).toEqual([])
  expect(await checkOrders(test.database.kysely)).toEqual([])
})

const told = async (name: string) => (await sql<{ n: number }>`
  select count(*)::int as n from house.outbox where name = ${name}`
  .execute(test.database.kysely)).rows[0]!.n

async function buy(offerId: OfferId | null = null, who = world.buyer(), quantity = 1) {
  const unitAmountMinor = offerId ? 1990 : 2490
  const answer = await sale.flow.place(who, world.aWish({ offerId, unitAmountMinor, quantity }))
  return answer.ok ? answer.value.id as string as OrderId : answer.refusal.code
}

describe('opening and closing an offer', () => {
  const pinned: ProductId[] = []
  const heard: string[] = []
  let show: Show
  const product = () => ({
    id: world.productId, status: 'active', variants: world.variantIds.map((id) => ({ id })),
  }) as string | object as Product

  beforeEach(() => {
    pinned.length = 0
    heard.length = 0
    show = {
      id: world.showId, state: 'live', saleStopped: false, lineUp: [world.productId],
    } as string | object as Show
  })
  const flow = (change: { product?: Product | null; lagCapMs?: number } = {}) => makeOpenOffer<Tx>({
    database: test.database, stock: sale.stock, offers: sale.offers, clock, ids: sale.ids,
    log: silentLog, lagCapMs: change.lagCapMs ?? -offerLimits.readMs,
    shows: {
      read: async (id) => (id === world.showId ? show : null),
      readSelling: async () => new Map([[world.showId, world.played.selling]]),
    },
    catalog: {
      read: async () => (change.product === undefined ? product() : change.product),
      listMarkets: async () => [{ country: 'DE', currency: 'EUR', locale: 'de' }],
    },
    pin: async (_show, productId) => {
      pinned.push(productId)
      return show
    },
    afterOpen: (offer) => heard.push(`open ${offer.left}`),
    afterClose: (offer) => heard.push(`closed ${offer.left}`),
  })
  const draft = (change: Partial<OfferDraft> = {}): OfferDraft => ({
    productId: world.productId, prices: { DE: euro(1990) }, units: 3, perBuyerCap: 2, seconds: 60,
    ...change,
  })
  const opened = async (...given: Parameters<typeof flow>): Promise<Offer> => {
    const answer = await flow(...given).open(world.showId, draft())
    if (!answer.ok) throw new Error(answer.refusal.code)
    return answer.value
  }

  it('pins the product, sets units aside, and can be bought at its price', async () => {
    await fillSale(sale, test.database, world, { stock: 10 })
    const offer = await opened()
    expect(offer).toMatchObject({ state: 'open', units: 3, left: 3, perBuyerCap: 2 })
    expect(pinned).toEqual([world.productId])
    const who = world.buyer()
    expect(await buy(offer.id as OfferId, who, 2)).toMatch(/^ord_/)
    expect(await buy(offer.id as OfferId, who, 1)).toBe('trade.stock.cap_reached')
    expect(await buy(offer.id as OfferId, world.buyer(), 2)).toBe('trade.stock.sold_out')
    expect(await flow().close(world.showId, offer.id as OfferId))
      .toMatchObject({ ok: true, value: { state: 'closed', left: 1 } })
    expect(heard).toEqual(['open 3', 'closed 1'])
    expect(await buy(offer.id as OfferId)).toBe('trade.stock.offer_not_open')
  })

  it('is announced first and can be bought by everyone from one instant on', async () => {
    await fillSale(sale, test.database, world, { stock: 10 })
    const offer = await opened({ lagCapMs: 6000 })
    expect(offer.opensAtMs).toBe(clock.nowMs() + 6000 + offerLimits.readMs)
    await clock.advance(7499)
    expect(await buy(offer.id as OfferId)).toBe('trade.offers.too_early')
    await clock.advance(1)
    expect(await buy(offer.id as OfferId)).toMatch(/^ord_/)
  })

  it('belongs to the frame that the producer saw, and opens by the time of the act', async () => {
    const seenMs = clock.nowMs() - 1500
    const answer = await flow({ lagCapMs: 6000 }).open(world.showId, { ...draft(), seenMs })
    expect(answer).toMatchObject({
      ok: true, value: { mediaMs: seenMs, opensAtMs: clock.nowMs() + 7500 },
    })
    expect(await flow().close(world.showId, answer.ok ? answer.value.id as OfferId : '' as OfferId))
      .toMatchObject({ ok: true })
    const lie = await flow().open(world.showId, { ...draft(), seenMs: clock.nowMs() + 60_000 })
    expect(lie).toMatchObject({ ok: true, value: { mediaMs: clock.nowMs() } })
  })

  it('is judged again where the units are, whatever let the order through', async () => {
    await fillSale(sale, test.database, world, { stock: 10 })
    const offer = await opened({ lagCapMs: 6000 })
    const fates = await test.database.transaction((tx) => sale.stock.holdReclaiming(tx, [{
      orderId: sale.ids.make('ord'), variantId: world.variantIds[0],
      allotmentId: offer.id as OfferId, buyerId: world.buyer().personId!, quantity: 1,
      expiresAtMs: clock.nowMs() + 60_000,
    }], clock.nowMs()))
    expect(fates.fates).toMatchObject([{ held: false, code: 'trade.stock.offer_not_open' }])
  })

  it.each([
    ['a show that has ended', () => { show = { ...show, state: 'ended' } }, 'stage.show.ended'],
    ['a show that is not live', () => { show = { ...show, state: 'scheduled' } },
      'stage.show.not_live'],
    ['a stopped sale', () => { show = { ...show, saleStopped: true } },
      'trade.orders.sale_stopped'],
    ['a sale that is stopped meanwhile', () => { world.played.selling = 'sale_stopped' },
      'trade.orders.sale_stopped'],
    ['a product outside the line-up', () => { show = { ...show, lineUp: [] } },
      'stage.show.product_not_in_line_up'],
  ])('refuses %s', async (_name, change, code) => {
    change()
    expect(await flow().open(world.showId, draft())).toMatchObject({ refusal: { code } })
    expect([pinned, await told('OfferOpened')]).toEqual([[], 0])
  })

  it.each([
    [{}, 'no price'], [{ US: euro(1) }, 'a market that is not ours'],
    [{ DE: { amountMinor: 5, currency: 'USD' } }, 'another currency'],
  ])('refuses prices like %j: %s', async (prices, _why) => {
    expect(await flow().open(world.showId, draft({ prices: prices as OfferDraft['prices'] })))
      .toMatchObject({ refusal: { code: 'trade.offers.price_missing' } })
  })

  it('refuses a second one, an archived product and an offer of another show', async () => {
    const offer = await opened()
    expect(await flow().open(world.showId, draft()))
      .toMatchObject({ refusal: { code: 'trade.offers.another_open' } })
    expect(await flow({ product: null }).open(world.showId, draft()))
      .toMatchObject({ refusal: { code: 'trade.catalog.unknown' } })
    expect(await flow().close(sale.ids.make('sho'), offer.id as OfferId))
      .toMatchObject({ refusal: { code: 'trade.offers.unknown' } })
  })

  it('ends with the sale, once', async () => {
    await opened()
    expect(await flow().closeOpen(world.showId, 'sale_stopped')).toMatchObject({ state: 'closed' })
    expect(await flow().closeOpen(world.showId, 'sale_stopped')).toBeNull()
    expect(await told('OfferClosed')).toBe(1)
  })
})

describe('expiry', () => {
  const swept: string[] = []
  const flow = () => makeExpire<Tx>({
    database: test.database, stock: sale.stock, orders: sale.orders, offers: sale.offers, clock,
    log: silentLog,
    afterExpired: (orders) => swept.push(...orders.map((order) => order.id)),
    afterOver: (offers) => swept.push(...offers.map((offer) => offer.id)),
  })

  beforeEach(() => { swept.length = 0 })

  it('gives unpaid units back to stock, offer and buyer, and tells it once', async () => {
    const offerId = await fillSale(sale, test.database, world,
      { stock: 2, offer: 2, perBuyerCap: 2, seconds: 900 })
    const who = world.buyer()
    const order = await buy(offerId, who, 2)
    await clock.advance(599_999)
    expect(await flow().sweep()).toEqual({ orders: 0, offers: 0 })
    await clock.advance(1)
    const both = await Promise.all([flow().sweep(), flow().sweep()])
    expect(both[0].orders + both[1].orders).toBe(1)
    expect(swept).toEqual([order])
    expect(await told('OrderExpired')).toBe(1)
    expect(await buy(offerId, who, 2)).toMatch(/^ord_/)
  })

  it('ends offers whose time has passed', async () => {
    const offerId = await fillSale(sale, test.database, world, { stock: 2, offer: 2, seconds: 60 })
    const timer = flow().start(1000)
    await clock.advance(60_000)
    await expect.poll(() => swept).toEqual([offerId])
    timer.cancel()
    expect(await buy(offerId)).toBe('trade.stock.offer_not_open')
  })

  it('sweeps a crowd in several turns', async () => {
    await fillSale(sale, test.database, world, { stock: 450 })
    await Promise.all(Array.from({ length: 450 }, () => buy()))
    await clock.advance(600_000)
    expect(await flow().sweep()).toEqual({ orders: 450, offers: 0 })
  })
})

describe('giving an order up', () => {
  const cancel = () => makeCancelOrder<Tx>({
    database: test.database, stock: sale.stock, orders: sale.orders, clock,
  })

  it('gives the units back at once; a second tap finds it done', async () => {
    await fillSale(sale, test.database, world, { stock: 1 })
    const who = world.buyer()
    const order = await buy(null, who) as OrderId
    const both = await Promise.all([cancel()(who, order), cancel()(who, order)])
    const done = { value: { state: 'cancelled' } }
    expect(both).toMatchObject([done, done])
    expect(await told('OrderCancelled')).toBe(1)
    expect(await buy()).toMatch(/^ord_/)
  })

  it('is refused to anyone else, and once it is paid', async () => {
    await fillSale(sale, test.database, world, { stock: 1 })
    const who = world.buyer()
    const order = await buy(null, who) as OrderId
    expect(await cancel()(world.buyer(), order))
      .toMatchObject({ refusal: { code: 'trade.orders.unknown' } })
    expect(await cancel()(who, sale.ids.make('ord')))
      .toMatchObject({ refusal: { code: 'trade.orders.unknown' } })
    await test.database.transaction(async (tx) => {
      const left = await sale.stock.commit(tx, order, 'DE', clock.nowMs())
      if (left.committed) await sale.orders.markPaid(tx, order, left.warehouseId, clock.nowMs())
    })
    expect(await cancel()(who, order))
      .toMatchObject({ refusal: { code: 'trade.orders.not_payable' } })
  })

  it('races the sweeper without locking up', async () => {
    await fillSale(sale, test.database, world, { stock: 30 })
    const buyers = Array.from({ length: 30 }, () => world.buyer())
    const orders = await Promise.all(buyers.map((who) => buy(null, who)))
    await clock.advance(600_000)
    const sweeper = makeExpire<Tx>({
      database: test.database, stock: sale.stock, orders: sale.orders, offers: sale.offers, clock,
      log: silentLog,
    })
    const [swept, ...cancelled] = await Promise.all([sweeper.sweep(),
      ...orders.map((order, index) => cancel()(buyers[index]!, order as OrderId))])
    expect(swept.orders + cancelled.filter((one) => one.ok).length).toBe(30)
  })
})
