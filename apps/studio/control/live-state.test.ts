import { describe, expect, test } from 'vitest'
import type { RoomSnapshot } from '#stage/gateway/contract'
import type { Show } from '#stage/show/contract'
import { hear, startState, type Heard, type LiveState, type Sold } from './live-state.ts'

const room = { viewers: 12, demoViewers: 8, chat: [], offer: null } as unknown as RoomSnapshot
const show = { id: 'sho', video: { kbps: 2500 } } as unknown as Show
const sold = (id: string, atMs: number, state = 'held') => ({ id, atMs, state }) as unknown as Sold
const after = (...news: Heard[]): LiveState => news.reduce(hear, startState)

describe('the control room hears', () => {
  test('a snapshot, and events only after it', () => {
    expect(after({ is: 'events', events: [{ k: 'viewers', count: 3, demo: 0 }] }).room).toBeNull()
    const state = after({ is: 'snapshot', room },
      { is: 'events', events: [{ k: 'viewers', count: 13, demo: 9 }] })
    expect([state.room?.viewers, state.room?.demoViewers]).toEqual([13, 9])
  })
  test('levels of some variants and keeps the others', () => {
    const level = (variantId: string, onHand: number): Heard =>
      ({ is: 'staff', events: [{ k: 'levels', levels: [{ variantId, onHand, held: 1 }] }] })
    expect(after(level('a', 5), level('b', 7), level('a', 4)).levels)
      .toEqual({ a: { onHand: 4, held: 1 }, b: { onHand: 7, held: 1 } })
  })
  test('an order again: it changes in place and keeps the time at which it was bought', () => {
    const order = (one: Sold): Heard => ({ is: 'staff', events: [{ k: 'sold', order: one }] })
    const state = after(order(sold('a', 1)), order(sold('b', 2)), order(sold('a', 9, 'paid')))
    expect(state.sold).toEqual([sold('b', 2), sold('a', 1, 'paid')])
  })
  test('earlier orders, without going back on what it knows better', () => {
    const state = after({ is: 'staff', events: [{ k: 'sold', order: sold('a', 5, 'paid') }] },
      { is: 'earlier', sold: [sold('a', 5), sold('z', 1)] })
    expect(state.sold).toEqual([sold('a', 5, 'paid'), sold('z', 1)])
  })
  test('orders and samples without end, and keeps only the latest', () => {
    const news = Array.from({ length: 400 }, (_one, at): Heard[] => [
      { is: 'staff', events: [{ k: 'sold', order: sold(`o${at}`, at) }] }, { is: 'sample', at },
    ]).flat()
    const state = after(
      { is: 'snapshot', room }, { is: 'staff', events: [{ k: 'stage', show }] }, ...news)
    expect([state.sold.length, state.sold[0]?.id]).toEqual([40, 'o399'])
    expect([state.samples.length, state.samples.at(-1)])
      .toEqual([300, { at: 399, viewers: 12, kbps: 2500 }])
  })
  test('that a new try after a loss is still a loss to a person', () => {
    const status = (...all: ('open' | 'lost' | 'connecting')[]) =>
      after(...all.map((one): Heard => ({ is: 'status', status: one }))).status
    expect(status('open', 'lost', 'connecting')).toBe('lost')
    expect(status('open', 'lost', 'connecting', 'open')).toBe('open')
  })
})
