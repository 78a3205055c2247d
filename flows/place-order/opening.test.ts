import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeManualClock, makeSeededRandom, ok, type Refusal, type Result } from '#kernel'
import { drawOrder, makeOpening } from './opening.ts'

interface Order { readonly buyer: string, readonly key: number }

function makeWorld(change: { momentMs?: number, keptMost?: number, roomFor?: () => boolean } = {}) {
  const clock = makeManualClock(10_000)
  const through: string[] = []
  const opening = makeOpening<Order, string>({
    clock, random: makeSeededRandom(7), momentMs: change.momentMs ?? 1000,
    keptMost: change.keptMost ?? 100, buyerOf: (order) => order.buyer,
    submit(order) {
      if (change.roomFor && !change.roomFor()) return null
      through.push(`${order.buyer}${order.key}`)
      return Promise.resolve(ok(`${order.buyer}${order.key}`))
    },
  })
  const answers: (Result<string, Refusal> | null)[] = []
  const enter = (buyer: string, key = 1) => {
    const answer = opening.enter({ buyer, key }, { id: 'off_1', opensAtMs: 12_000 })
    if (answer) void answer.then((value) => answers.push(value))
    else answers.push(null)
  }
  return { clock, through, opening, answers, enter }
}

describe('the moment in which an offer opens', () => {
  it('refuses what comes before it and keeps nothing of it', async () => {
    const world = makeWorld()
    await world.clock.advance(1999)
    for (let key = 0; key < 50; key++) world.enter('early', key)
    await world.clock.advance(5000)
    expect(world.through).toEqual([])
    expect(world.answers).toHaveLength(50)
    expect(world.answers[0]).toEqual({
      ok: false, refusal: { code: 'trade.offers.too_early', details: { opensAtMs: 12_000 } },
    })
    expect(world.opening.kept).toBe(0)
  })

  it('keeps those of the first moment until it is over, then lets all of them go on', async () => {
    const world = makeWorld()
    await world.clock.advance(2000)
    for (const buyer of ['a', 'b', 'c']) world.enter(buyer)
    await world.clock.advance(999)
    world.enter('d')
    expect([world.through, world.opening.kept]).toEqual([[], 4])
    await world.clock.advance(1)
    expect([...world.through].sort()).toEqual(['a1', 'b1', 'c1', 'd1'])
    expect(world.answers).toHaveLength(4)
    world.enter('late')
    expect(world.through.at(-1)).toBe('late1')
  })

  it('is first come, first served without a moment', async () => {
    const world = makeWorld({ momentMs: 0 })
    await world.clock.advance(2000)
    for (const buyer of ['a', 'b', 'c']) world.enter(buyer)
    expect(world.through).toEqual(['a1', 'b1', 'c1'])
  })

  it('turns away what is too much: in all, and of one buyer', async () => {
    const world = makeWorld({ keptMost: 6 })
    await world.clock.advance(2000)
    for (let key = 0; key < 9; key++) world.enter('flood', key)
    expect([world.opening.kept, world.answers.filter((one) => one === null)])
      .toEqual([4, [null, null, null, null, null]])
    for (const buyer of ['a', 'b', 'c']) world.enter(buyer)
    expect(world.opening.kept).toBe(6)
  })

  it('waits for room in the queue, and those who come meanwhile stand behind', async () => {
    let room = 1
    const world = makeWorld({ roomFor: () => room-- > 0 })
    await world.clock.advance(2000)
    for (const buyer of ['a', 'b', 'c']) world.enter(buyer)
    await world.clock.advance(1000)
    expect(world.through).toHaveLength(1)
    world.enter('late')
    room = 3
    await world.clock.advance(10)
    expect(world.through.at(-1)).toBe('late1')
    expect(world.through).toHaveLength(4)
    expect(world.opening.kept).toBe(0)
  })

  it('lets everything go on at the end of the process', async () => {
    const world = makeWorld()
    await world.clock.advance(2000)
    world.enter('a')
    await world.opening.release()
    expect(world.through).toEqual(['a1'])
  })
})

describe('the order of chance', () => {
  it('loses nobody, adds nobody, and keeps the orders of one buyer as they came', () => {
    fc.assert(fc.property(
      fc.array(fc.record({ buyer: fc.constantFrom('a', 'b', 'c', 'd'), key: fc.nat(99) })),
      fc.nat(), (orders, seed) => {
        const drawn = drawOrder(orders, (one) => one.buyer, makeSeededRandom(seed))
        expect(drawn).toHaveLength(orders.length)
        for (const buyer of ['a', 'b', 'c', 'd']) {
          expect(drawn.filter((one) => one.buyer === buyer))
            .toEqual(orders.filter((one) => one.buyer === buyer))
        }
      }))
  })

  it('gives one lot to a buyer, however many orders', () => {
    const random = makeSeededRandom(3)
    const flood = Array.from({ length: 9 }, (_, key) => ({ buyer: 'flood', key }))
    let first = 0
    for (let round = 0; round < 4000; round++) {
      const drawn = drawOrder([...flood, { buyer: 'one', key: 0 }], (it) => it.buyer, random)
      if (drawn[0]!.buyer === 'one') first++
    }
    expect(first / 4000).toBeGreaterThan(0.46)
    expect(first / 4000).toBeLessThan(0.54)
  })
})
