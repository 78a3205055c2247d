import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { writeFacts, type Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import type { OfferId, OrderId, PaymentId, PersonId } from '#kernel'
import { makeOrders } from '#trade/orders'
import { checkOrders } from '#trade/orders/testing'
import { makePayments } from '#trade/payments'
import { makeMemoryPayments, makeMemoryTransactor } from '#trade/payments/testing'
import { makeStock } from '#trade/stock'
import { checkStock } from '#trade/stock/testing'
import { makeMemoryOrders, makeMemoryStock } from './settle-payment/testing/memory-trade.ts'
import { simulate } from './settle-payment/testing/simulate.ts'
import { makeTools, makeWorld, type World } from './settle-payment/testing/world.ts'

const test = useTestDatabase({ only: ['trade_stock', 'trade_orders', 'trade_payments'] })

interface Sale {
  readonly world: World
  units(): Promise<{ onHand: number; held: number }>
}

async function inMemory(units: number, seed = 1): Promise<Sale> {
  const tools = makeTools(seed)
  const database = makeMemoryTransactor()
  const shelf = makeMemoryStock(database)
  const world = makeWorld(tools, {
    database, stock: shelf.stock, orders: makeMemoryOrders(database),
    payments: makeMemoryPayments({ ...tools, database, provider: tools.fake.provider }),
  })
  shelf.setUnits(world.variantId, units)
  return { world: world as unknown as World, units: async () => shelf.readUnits(world.variantId) }
}

async function inPostgres(units: number, seed = 1): Promise<Sale> {
  const tools = makeTools(seed)
  const { database } = test
  await sql`truncate trade_stock.warehouses, trade_stock.pools, trade_stock.levels,
    trade_stock.allotments, trade_stock.allotment_variants, trade_stock.takings,
    trade_stock.holds, trade_orders.orders, trade_orders.steps, trade_payments.payments,
    trade_payments.refunds, trade_payments.steps, trade_payments.seen_events, house.outbox`
    .execute(database.kysely)
  const stock = makeStock<Tx>({ database, ids: tools.ids })
  const world = makeWorld(tools, {
    database, stock, orders: makeOrders<Tx>({ database, writeFacts, ids: tools.ids }),
    payments: makePayments<Tx>({ ...tools, database, provider: tools.fake.provider }),
  })
  const warehouse = await stock.ensureWarehouse({ name: 'Leipzig', country: 'DE', serves: ['DE'] })
  await stock.setLevel(world.variantId, warehouse, units)
  return {
    world: world as unknown as World,
    async units() {
      const [level] = await stock.readLevels([world.variantId])
      return { onHand: level!.onHand, held: level!.held }
    },
  }
}

const grounds = [['memory', inMemory], ['PostgreSQL', inPostgres]] as const

describe.each(grounds)('paying and refunding over %s', (ground, open) => {
  let sale: Sale
  let world: World
  beforeEach(async () => {
    sale = await open(3)
    world = sale.world
  })
  const place = async (wish?: { quantity?: number; offerId?: OfferId | null }) =>
    (await world.place(wish))!
  const pay = async (order: Awaited<ReturnType<typeof place>>) => {
    const paid = await world.pay(order)
    if (!paid.ok) throw new Error(paid.refusal.code)
    return paid.value.id as PaymentId
  }
  const payAndCapture = async (order: Awaited<ReturnType<typeof place>>) => {
    const id = await pay(order)
    world.fake.answer(id, 'captured')
    await world.deliver()
    return id
  }
  const state = async (order: Awaited<ReturnType<typeof place>>) => (await world.read(order))?.state

  it('a capture pays the order, takes the units and tells the room', async () => {
    const order = await place({ quantity: 2 })
    await payAndCapture(order)
    expect(await state(order)).toBe('paid')
    expect(await sale.units()).toEqual({ onHand: 1, held: 0 })
    expect(world.told.at(-1)).toMatchObject({ id: order.id, state: 'paid' })
  })

  it('a decline leaves the units held, and a second try pays', async () => {
    const order = await place()
    const first = await pay(order)
    world.fake.answer(first, 'declined')
    await world.deliver()
    expect(await state(order)).toBe('held')
    const second = await payAndCapture(order)
    expect(second).not.toBe(first)
    expect(await state(order)).toBe('paid')
  })

  it('a provider that captures or declines at once is heard at once', async () => {
    world.fake.setFirstState('captured')
    const order = await place()
    expect(await world.pay(order)).toMatchObject({ ok: true, value: { state: 'captured' } })
    expect(await state(order)).toBe('paid')
    world.fake.setFirstState('declined')
    expect(await world.pay(await place())).toEqual(
      { ok: false, refusal: { code: 'trade.payments.declined' } })
  })

  it('takes no money from a stranger, and none for an order that is over', async () => {
    const order = await place()
    const stranger = { personId: world.ids.make('per') as PersonId }
    const unknown = { ok: false, refusal: { code: 'trade.payments.unknown' } }
    expect(await world.payAs(stranger, order.id as OrderId)).toEqual(unknown)
    expect(await world.payAs({ personId: null }, order.id as OrderId)).toEqual(unknown)
    expect(await world.payAs(stranger, world.ids.make('ord') as OrderId)).toEqual(unknown)
    await world.clock.advance(600_000)
    expect(await world.pay(order)).toEqual(
      { ok: false, refusal: { code: 'trade.orders.not_payable' } })
  })

  it('says when the provider is down, and asks again with the same payment', async () => {
    const order = await place()
    world.fake.setTrouble(() => 'down')
    expect(await world.pay(order)).toEqual(
      { ok: false, refusal: { code: 'trade.payments.provider_down' } })
    world.fake.setTrouble(() => 'none')
    await pay(order)
    expect(await world.payments.readByOrder(order.id as OrderId)).toHaveLength(1)
  })

  it('a capture after the hold brings the order back while units are left', async () => {
    const order = await place()
    const id = await pay(order)
    await world.clock.advance(600_000)
    await world.expire()
    expect(await state(order)).toBe('expired')
    world.fake.answer(id, 'captured')
    await world.deliver()
    expect(await state(order)).toBe('paid')
    expect(await sale.units()).toEqual({ onHand: 2, held: 0 })
  })

  it('a capture after the hold but before the sweeper pays as well', async () => {
    const order = await place()
    const id = await pay(order)
    await world.clock.advance(600_000)
    world.fake.answer(id, 'captured')
    await world.deliver()
    expect(await state(order)).toBe('paid')
    expect(await sale.units()).toEqual({ onHand: 2, held: 0 })
  })

  it('a late capture keeps the promise of an offer that is over', async () => {
    if (ground === 'memory') return
    const offerId = world.ids.make('off') as OfferId
    const stock = world.stock as unknown as ReturnType<typeof makeStock<Tx>>
    await test.database.transaction((tx) => stock.openAllotment(tx, {
      id: offerId, variantIds: [world.variantId], units: 1, perBuyerCap: 1,
      opensAtMs: world.clock.nowMs(), closesAtMs: world.clock.nowMs() + 60_000,
    }))
    const order = await place({ offerId })
    const id = await pay(order)
    await world.clock.advance(600_000)
    await world.expire()
    world.fake.answer(id, 'captured')
    await world.deliver()
    expect(await state(order)).toBe('paid')
  })

  it.each([['swept', true], ['not swept', false]])(
    'a capture without units goes back by itself (%s)', async (_, isSwept) => {
      const order = await place()
      const id = await pay(order)
      await world.clock.advance(600_000)
      if (isSwept) await world.expire()
      const others = isSwept ? await place({ quantity: 3 }) : await place({ quantity: 2 })
      await payAndCapture(others)
      if (!isSwept) {
        const { onHand } = await sale.units()
        expect(onHand).toBe(1)
        const last = await world.database.transaction(async (tx) => {
          await world.stock.release(tx, [order.id as OrderId], world.clock.nowMs())
          return null
        })
        expect(last).toBeNull()
        await payAndCapture(await place())
      }
      world.fake.answer(id, 'captured')
      await world.deliver()
      expect(await state(order)).toBe('expired')
      const [refundId] = [...world.fake.refunds.keys()]
      world.fake.finishRefund(refundId!, 'refunded')
      await world.deliver()
      expect(world.fake.intents.get(id)?.state).toBe('refunded')
      expect((await world.payments.readByOrder(order.id as OrderId))[0]?.state).toBe('refunded')
      expect(await world.payments.listOpen(world.clock.nowMs(), 0, 10)).toEqual([])
    })

  it('a second capture of one order goes back, and the order stays paid', async () => {
    const order = await place()
    const first = await pay(order)
    world.fake.answer(first, 'declined')
    await world.deliver()
    const second = await payAndCapture(order)
    world.fake.setIntent(first, 'captured')
    await world.deliver()
    for (const id of world.fake.refunds.keys()) world.fake.finishRefund(id, 'refunded')
    await world.deliver()
    expect(await state(order)).toBe('paid')
    expect(world.fake.intents.get(first)?.state).toBe('refunded')
    expect(world.fake.intents.get(second)?.state).toBe('captured')
  })

  it('staff refund a paid order once, with a record; the units go back when asked', async () => {
    const order = await place()
    await payAndCapture(order)
    const both = await Promise.all([world.refund(order, true), world.refund(order, true)])
    expect(both.map((result) => result.ok).toSorted()).toEqual([false, true])
    expect(both.find((result) => !result.ok)).toEqual(
      { ok: false, refusal: { code: 'trade.orders.not_refundable' } })
    expect(world.audited).toEqual([`order.refund ${order.id}`])
    expect(await state(order)).toBe('refund_pending')
    for (const id of world.fake.refunds.keys()) world.fake.finishRefund(id, 'refunded')
    await world.deliver()
    expect(await state(order)).toBe('refunded')
    expect(await sale.units()).toEqual({ onHand: 3, held: 0 })
    expect(world.told.map((it) => it.state)).toEqual(['paid', 'refund_pending', 'refunded'])
  })

  it('a refund that fails puts the order back to paid, and it can be tried again', async () => {
    const order = await place()
    await payAndCapture(order)
    await world.refund(order)
    world.fake.finishRefund([...world.fake.refunds.keys()][0]!, 'failed')
    await world.deliver()
    expect(await state(order)).toBe('paid')
    expect((await world.refund(order)).ok).toBe(true)
    world.fake.finishRefund([...world.fake.refunds.keys()][1]!, 'refunded')
    await world.deliver()
    expect(await state(order)).toBe('refunded')
    expect(await sale.units()).toEqual({ onHand: 2, held: 0 })
  })

  it('refuses to refund what nobody has paid, and an order that is none', async () => {
    const order = await place()
    expect(await world.refund(order)).toEqual(
      { ok: false, refusal: { code: 'trade.orders.not_refundable' } })
    expect(await world.refund({ ...order, id: world.ids.make('ord') })).toEqual(
      { ok: false, refusal: { code: 'trade.orders.unknown' } })
  })

  it('an unanswered refund stays pending until reconciliation learns its end', async () => {
    const order = await place()
    await payAndCapture(order)
    world.fake.setTrouble(() => 'unanswered')
    expect(await world.refund(order)).toEqual({ ok: true, value: { state: 'refund_pending' } })
    world.fake.setTrouble(() => 'none')
    world.fake.finishRefund([...world.fake.refunds.keys()][0]!, 'refunded')
    world.fake.outbox.length = 0
    await world.clock.advance(5000)
    expect(await world.reconcile()).toEqual({ asked: 1, settled: 1 })
    expect(await state(order)).toBe('refunded')
  })

  it('a lost webhook is made up for by reconciliation', async () => {
    const order = await place()
    const id = await pay(order)
    world.fake.answer(id, 'captured')
    world.fake.outbox.length = 0
    await world.clock.advance(59_000)
    expect(await world.reconcile()).toEqual({ asked: 0, settled: 0 })
    await world.clock.advance(1000)
    expect(await world.reconcile()).toEqual({ asked: 1, settled: 1 })
    expect(await state(order)).toBe('paid')
  })

  it('a refund made at the provider by hand is heard', async () => {
    const order = await place()
    const id = await payAndCapture(order)
    world.fake.setIntent(id, 'refunded')
    await world.deliver()
    expect(await state(order)).toBe('refunded')
  })

  it('an act that cannot be recorded is not done', async () => {
    const order = await place()
    await payAndCapture(order)
    world.audited.push = () => {
      throw new Error('the audit log is full')
    }
    await expect(world.refund(order)).rejects.toThrow('full')
    expect(await state(order)).toBe('paid')
    expect(world.fake.refunds.size).toBe(0)
  })
})

describe('every captured payment ends in a paid order or a refund', () => {
  it('in memory, over 300 seeds', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { world, units } = await inMemory(4, seed)
      expect([seed, await simulate(world, 60)]).toEqual([seed, []])
      expect([seed, (await units()).held]).toEqual([seed, 0])
    }
  })

  it('in PostgreSQL, with stock and orders telling the same story', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { world } = await inPostgres(4, seed)
      expect([seed, await simulate(world, 50)]).toEqual([seed, []])
      expect([seed, await checkStock(test.database.kysely)]).toEqual([seed, []])
      expect([seed, await checkOrders(test.database.kysely)]).toEqual([seed, []])
    }
  })
})
