import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { makeIds, makeSeededRandom, silentLog, systemClock, type OfferId, type VariantId,
  type WarehouseId } from '#kernel'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { connect, type Tx } from '#adapters/store-postgres'
import type { Who } from '#people/accounts/contract'
import { stockLimits, type HoldFate, type HoldRequest } from './contract.ts'
import { makeStock, makeStockRoutes } from './index.ts'
import { aRequest, buyerId, checkStock, offerId, variantId } from './testing.ts'

const test = useTestDatabase({ only: ['trade_stock'] })
const NOW = 1_000_000
const LATER = 2_000_000
const ids = makeIds({ clock: systemClock, random: makeSeededRandom(1) })
const open = () => makeStock({ database: test.database, ids })
const held = (fates: readonly HoldFate[]) => fates.map((fate) => fate.held)

let warehouses: { berlin: WarehouseId; osaka: WarehouseId }

beforeEach(async () => {
  await sql`truncate trade_stock.warehouses, trade_stock.pools, trade_stock.levels,
    trade_stock.allotments, trade_stock.allotment_variants, trade_stock.takings,
    trade_stock.holds`.execute(test.database.kysely)
  const stock = open()
  warehouses = {
    berlin: await stock.ensureWarehouse({ name: 'Berlin', country: 'DE', serves: ['DE', 'FR'] }),
    osaka: await stock.ensureWarehouse({ name: 'Osaka', country: 'JP', serves: ['JP'] }),
  }
})

afterEach(async () => {
  expect(await checkStock(test.database.kysely)).toEqual([])
})

async function fill(units: number, variant = variantId(1), osaka = 0): Promise<void> {
  await open().setLevel(variant, warehouses.berlin, units)
  if (osaka > 0) await open().setLevel(variant, warehouses.osaka, osaka)
}

const allot = (units: number, change: {
  id?: OfferId; perBuyerCap?: number; variantIds?: VariantId[]
} = {}) => test.database.transaction((tx) => open().openAllotment(tx, {
  id: offerId(1), variantIds: [variantId(1)], units, perBuyerCap: 20, opensAtMs: 0,
  closesAtMs: 10 * LATER, ...change,
}))

const hold = (...requests: HoldRequest[]) =>
  test.database.transaction((tx) => open().holdAll(tx, requests, NOW))
const reclaim = (nowMs: number, ...requests: HoldRequest[]) =>
  test.database.transaction((tx) => open().holdReclaiming(tx, requests, nowMs))
const inTx = <T>(run: (tx: Tx) => Promise<T>) => test.database.transaction(run)

describe('holds', () => {
  it('STK1, STK2: a batch takes from pool and offer and names what is left', async () => {
    await fill(10)
    await allot(4)
    const wishes = [
      aRequest({ quantity: 3, allotmentId: offerId(1) }), aRequest({ quantity: 3 }),
      aRequest({ quantity: 2, allotmentId: offerId(1) }),
      aRequest({ quantity: 1, allotmentId: offerId(1) }),
    ]
    const outcome = await reclaim(NOW, ...wishes)
    expect(held(outcome.fates)).toEqual([true, true, false, true])
    expect(outcome.offersLeft.get(offerId(1))).toBe(0)
    expect(outcome.variantsLeft.get(variantId(1))).toBe(3)
    expect(await open().readLevels()).toMatchObject([{ onHand: 10, held: 7 }])
    expect((await open().readAllotments([offerId(1)])).get(offerId(1)))
      .toEqual({ units: 4, taken: 4 })
  })

  it('STK3: the cap counts what earlier batches gave', async () => {
    await fill(10)
    await allot(10, { perBuyerCap: 2 })
    const wish = (quantity: number) =>
      aRequest({ buyerId: buyerId(1), quantity, allotmentId: offerId(1) })
    expect(held(await hold(wish(1)))).toEqual([true])
    expect(await hold(wish(2))).toEqual([
      { held: false, code: 'trade.stock.cap_reached', left: 1 },
    ])
    expect(held(await hold(wish(1)))).toEqual([true])
  })

  it('STK13: one that is held may not be held again, one that was released may', async () => {
    await fill(5)
    const wish = aRequest({ quantity: 2 })
    await hold(wish)
    await expect(hold(wish)).rejects.toThrow('holds already')
    const released = await inTx((tx) => open().release(tx, [wish.orderId], NOW))
    expect(released).toEqual([wish.orderId])
    expect(held(await hold({ ...wish, quantity: 4 }))).toEqual([true])
    expect(await open().readLevels()).toMatchObject([{ held: 4 }])
  })

  it('STK7: a hold that ends gives back to pool, offer and buyer, once', async () => {
    await fill(5)
    await allot(5, { perBuyerCap: 2 })
    const wish = aRequest({ buyerId: buyerId(1), quantity: 2, allotmentId: offerId(1) })
    await hold(wish)
    const [first, second] = await Promise.all([1, 2].map(() =>
      inTx((tx) => open().release(tx, [wish.orderId], NOW))))
    expect([...first!, ...second!]).toEqual([wish.orderId])
    expect((await open().readAllotments([offerId(1)])).get(offerId(1))?.taken).toBe(0)
    expect(held(await hold({ ...aRequest(wish), orderId: aRequest().orderId }))).toEqual([true])
  })

  it('STK7: the sweeper releases what is over and nothing else, beside another one', async () => {
    await fill(10)
    const over = [1, 2, 3].map(() => aRequest({ expiresAtMs: NOW + 10 }))
    const fresh = aRequest({ expiresAtMs: LATER })
    await hold(...over, fresh)
    const sweep = () => inTx((tx) => open().releaseExpired(tx, NOW + 10, 100))
    const swept = (await Promise.all([sweep(), sweep()])).flat()
    expect(swept.sort()).toEqual(over.map((one) => one.orderId).sort())
    expect(await open().readLevels()).toMatchObject([{ held: 1 }])
  })

  it('STK10: holds that are over make room and their orders are named', async () => {
    await fill(3)
    await allot(3, { perBuyerCap: 3 })
    const old = aRequest({ quantity: 2, expiresAtMs: NOW, allotmentId: offerId(1) })
    const fresh = aRequest({ quantity: 1, expiresAtMs: LATER })
    await hold(old, fresh)
    const wishes = [aRequest({ quantity: 2 }), aRequest({ quantity: 1 })]
    expect(held(await hold(...wishes))).toEqual([false, false])
    const outcome = await reclaim(NOW, ...wishes)
    expect(outcome.expired).toEqual([old.orderId])
    expect(held(outcome.fates)).toEqual([true, false])
  })

  it('STK10: what another transaction has locked is left to the sweeper, never waited for',
    async () => {
      await fill(1)
      await allot(1)
      await hold(aRequest({ expiresAtMs: NOW, allotmentId: offerId(1) }))
      await inTx(async (tx) => {
        await sql`select 1 from trade_stock.allotments for update`.execute(tx)
        const outcome = await reclaim(NOW, aRequest())
        expect([held(outcome.fates), outcome.expired]).toEqual([[false], []])
      })
      expect(held((await reclaim(NOW, aRequest())).fates)).toEqual([true])
    })

  it('STK14: a closed offer takes no more, what is held stays held', async () => {
    await fill(5)
    await allot(5)
    const wish = aRequest({ allotmentId: offerId(1), expiresAtMs: LATER })
    await hold(wish)
    await inTx((tx) => open().closeAllotment(tx, offerId(1), NOW))
    expect(held(await hold(aRequest({ allotmentId: offerId(1) })))).toEqual([false])
    expect(await inTx((tx) => open().commit(tx, wish.orderId, 'DE', NOW)))
      .toMatchObject({ committed: true })
  })
})

describe('leaving and coming back', () => {
  it('STK8: leaves from the warehouse that serves the country', async () => {
    await fill(3, variantId(1), 5)
    const [near, far] = [aRequest({ quantity: 2 }), aRequest({ quantity: 2 })]
    await hold(near, far)
    expect(await inTx((tx) => open().commit(tx, near.orderId, 'FR', NOW)))
      .toEqual({ committed: true, warehouseId: warehouses.berlin })
    expect(await inTx((tx) => open().commit(tx, far.orderId, 'FR', NOW)))
      .toEqual({ committed: true, warehouseId: warehouses.osaka })
    const [level] = await open().readLevels()
    expect(level).toMatchObject({ onHand: 4, held: 0 })
    expect(level!.byWarehouse.map((one) => one.onHand)).toEqual([1, 3])
  })

  it('STK8: several shelves fill one parcel when none has enough', async () => {
    await fill(1, variantId(1), 2)
    const wish = aRequest({ quantity: 3 })
    await hold(wish)
    expect(await inTx((tx) => open().commit(tx, wish.orderId, 'DE', NOW)))
      .toEqual({ committed: true, warehouseId: warehouses.osaka })
    expect(await open().readLevels()).toMatchObject([{ onHand: 0, held: 0 }])
  })

  it('STK9: a second commit changes nothing, one after the end is refused', async () => {
    await fill(5)
    const [paid, late] = [aRequest({ expiresAtMs: LATER }), aRequest({ expiresAtMs: NOW })]
    await hold(paid, late)
    const twice = await Promise.all([1, 2].map(() =>
      inTx((tx) => open().commit(tx, paid.orderId, 'DE', NOW))))
    expect(twice.every((one) => one.committed)).toBe(true)
    const over = { committed: false, code: 'trade.stock.hold_over' }
    expect(await inTx((tx) => open().commit(tx, late.orderId, 'DE', NOW))).toEqual(over)
    expect(await inTx((tx) => open().commit(tx, aRequest().orderId, 'DE', NOW))).toEqual(over)
    expect(await open().readLevels()).toMatchObject([{ onHand: 4, held: 1 }])
  })

  it('STK11: a restock goes back to its shelf, to the offer and to the cap, once', async () => {
    await fill(2, variantId(1), 2)
    await allot(2, { perBuyerCap: 2 })
    const wish = aRequest({
      quantity: 2, buyerId: buyerId(1), allotmentId: offerId(1), expiresAtMs: LATER,
    })
    await hold(wish)
    expect(await inTx((tx) => open().restock(tx, wish.orderId, NOW))).toBe(false)
    await inTx((tx) => open().commit(tx, wish.orderId, 'JP', NOW))
    const both = await Promise.all([1, 2].map(() =>
      inTx((tx) => open().restock(tx, wish.orderId, NOW))))
    expect(both.sort()).toEqual([false, true])
    expect((await open().readLevels())[0]!.byWarehouse.map((one) => one.onHand)).toEqual([2, 2])
    expect((await open().readAllotments([offerId(1)])).get(offerId(1))?.taken).toBe(0)
  })
})

describe('counting', () => {
  it('STK12: one level is set, the pool follows, never below what is held', async () => {
    await fill(5, variantId(1), 3)
    await hold(aRequest({ quantity: 6 }))
    expect(await open().setLevel(variantId(1), warehouses.berlin, 2)).toBe('trade.stock.below_held')
    expect(await open().setLevel(variantId(1), warehouses.berlin, 3))
      .toMatchObject({ onHand: 6, held: 6 })
    expect(await open().setLevel(variantId(1), aRequest().orderId as string as WarehouseId, 1))
      .toBe('trade.stock.warehouse_unknown')
  })

  it('STK12: a warehouse is found again by its name or its id', async () => {
    const stock = open()
    const again = await stock.ensureWarehouse({ name: 'Berlin', country: 'DE', serves: ['AT'] })
    expect(again).toBe(warehouses.berlin)
    await stock.ensureWarehouse({ id: again, name: 'Spandau', country: 'DE', serves: ['DE'] })
    expect((await stock.listWarehouses()).map((one) => one.name)).toEqual(['Spandau', 'Osaka'])
  })
})

describe('many at once', () => {
  it('STK6: two processes sell exactly what there is, keep caps and never lock up', async () => {
    await fill(300)
    await fill(120, variantId(2))
    await allot(200, { variantIds: [variantId(1), variantId(2)], perBuyerCap: 3 })
    const other = connect({ url: test.url, poolSize: 6, log: silentLog })
    const random = makeSeededRandom(7)
    let taken = 0
    const one = async (database: typeof test.database) => {
      const stock = makeStock({ database, ids })
      for (let round = 0; round < 12; round++) {
        const wishes = Array.from({ length: 12 }, () => aRequest({
          variantId: variantId(random.int(1, 2)), buyerId: buyerId(random.int(1, 150)),
          allotmentId: random.int(0, 1) === 1 ? offerId(1) : null, quantity: random.int(1, 3),
          expiresAtMs: random.int(0, 4) === 0 ? NOW : LATER,
        }))
        const outcome = await database.transaction((tx) => stock.holdReclaiming(tx, wishes, NOW))
        taken += outcome.fates.filter((fate) => fate.held).length
        if (round % 3 === 0) {
          await database.transaction((tx) => stock.releaseExpired(tx, NOW, 50))
        }
        const some = wishes.find((_, index) => outcome.fates[index]!.held)
        if (some) await database.transaction((tx) => stock.commit(tx, some.orderId, 'DE', NOW))
      }
    }
    await Promise.all([test.database, test.database, test.database, other, other, other].map(one))
    const { rows } = await sql<{ left: number }>`
      select on_hand - held as left from trade_stock.pools order by 1`.execute(other.kysely)
    await other.close()
    expect(rows.map((row) => row.left)).toEqual([0, 0])
    expect(taken).toBeGreaterThan(200)
  })
})

it('STK6: an ordinary sale of one variant is exact over several processes', async () => {
  await fill(100)
  const other = connect({ url: test.url, poolSize: 4, log: silentLog })
  const sell = async (database: typeof test.database) => {
    const stock = makeStock({ database, ids })
    let taken = 0
    for (let round = 0; round < 12; round++) {
      const { fates } = await database.transaction((tx) =>
        stock.holdReclaiming(tx, [aRequest(), aRequest({ quantity: 2 })], NOW))
      taken += (fates[0]!.held ? 1 : 0) + (fates[1]!.held ? 2 : 0)
    }
    return taken
  }
  const taken = await Promise.all([test.database, test.database, other, other].map(sell))
  await other.close()
  expect(taken.reduce((sum, one) => sum + one, 0)).toBe(100)
})

describe('counts from staff', () => {
  const who: Who = {
    personId: buyerId(1), sessionId: null, roles: ['merchant'], displayName: '', isDemo: false,
  }
  const recorded: unknown[] = []
  const put = (variant: string, warehouseId: string) => makeStockRoutes({
    stock: open(),
    catalog: { readVariants: async (wanted) => new Map(wanted
      .filter((one) => one === variantId(1)).map((one) => [one, {} as never])) },
    audit: { record: async (entry) => void recorded.push(entry) },
  }).handlers['PUT /api/stock/:variantId/:warehouseId']!({
    who, params: { variantId: variant, warehouseId }, body: { onHand: 4 },
  })

  it('STK15: are taken for what the catalog knows, and recorded', async () => {
    expect(await put(variantId(1), warehouses.berlin)).toMatchObject({ value: { onHand: 4 } })
    expect(recorded).toEqual([{
      personId: buyerId(1), act: 'stock.edit', subject: variantId(1),
      details: { warehouseId: warehouses.berlin, onHand: 4 },
    }])
  })

  it.each([
    [variantId(2), 'whs', 'trade.stock.variant_unknown'],
    ["' or true --", 'whs', 'trade.stock.variant_unknown'],
    [variantId(1), '../../etc', 'trade.stock.warehouse_unknown'],
  ])('STK15: %s in %s is refused', async (variant, warehouse, code) => {
    expect(await put(variant, warehouse)).toMatchObject({ refusal: { code } })
    expect(await open().readLevels()).toEqual([])
  })

  it.each([-1, 1.5, stockLimits.onHandMax + 1, Number.NaN])(
    'STK15: %d is not a count', async (onHand) => {
      await expect(open().setLevel(variantId(1), warehouses.berlin, onHand)).rejects.toThrow('bug')
    })
})
