import { expect, test } from 'vitest'
import { ok, type PersonId, type ShowId } from '#kernel'
import { seatOrders, seatStage } from './needs.ts'

const show = 'sho_1' as ShowId
const ada = 'per_1' as PersonId

function begin() {
  const needs: unknown[] = []
  const seats = {
    need: (...need: unknown[]) => void needs.push(need),
    wish: () => false, untilMs: () => null,
  }
  return { needs, seats }
}

test('a hand that is up and an invitation are a need, a hand that is down is none', async () => {
  const { needs, seats } = begin()
  let hand = 'down'
  const stage = seatStage(
    { hand: async () => hand, setHand: async () => ok(hand) } as never, seats)
  await stage.hand(show, ada)
  await stage.setHand(show, { personId: ada, name: 'Ada' }, false)
  expect(needs).toEqual([])
  hand = 'up'
  expect(await stage.setHand(show, { personId: ada, name: 'Ada' }, true)).toEqual(ok('up'))
  hand = 'invited'
  expect(await stage.hand(show, ada)).toBe('invited')
  expect(needs).toEqual([[show, ada, false], [show, ada, true]])
})

test('units that are held or paid are a need, those of demo shoppers are none', () => {
  const { needs, seats } = begin()
  const told: string[] = []
  const tell = seatOrders({
    batchPlaced: () => void told.push('batch'), orderChanged: () => void told.push('order'),
  } as never, seats)
  const placed = (isDemo: boolean) => ({ order: { showId: show }, buyerId: ada, isDemo })
  const changed = (state: string, isDemo = false) =>
    tell.orderChanged({ showId: show, buyerId: ada, state, isDemo } as never)
  tell.batchPlaced({ placed: [placed(true)] } as never)
  changed('paid', true)
  changed('expired')
  expect(needs).toEqual([])
  tell.batchPlaced({ placed: [placed(false)] } as never)
  changed('paid')
  expect(needs).toEqual([[show, ada, true], [show, ada, true]])
  expect(told).toEqual(['batch', 'order', 'order', 'batch', 'order'])
})
