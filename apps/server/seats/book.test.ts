import { describe, expect, test } from 'vitest'
import { makeIds, makeManualClock, systemRandom, type PersonId, type ShowId } from '#kernel'
import { makeSeats, seatLimits } from './book.ts'

function begin(limits: Partial<Record<keyof typeof seatLimits, number>> = {}) {
  const clock = makeManualClock()
  const ids = makeIds({ clock, random: systemRandom })
  const seats = makeSeats({ clock, limits: { ...seatLimits, ...limits } as typeof seatLimits })
  return {
    clock, seats, show: ids.make('sho') as ShowId, other: ids.make('sho') as ShowId,
    person: () => ids.make('per') as PersonId,
  }
}

describe('seats', () => {
  test('last ten minutes from the last act on, at one show only', async () => {
    const { clock, seats, show, other, person } = begin()
    const ada = person()
    expect(seats.untilMs(show, ada, 'n')).toBeNull()
    seats.need(show, ada, false)
    const untilMs = clock.nowMs() + seatLimits.seatMs
    expect(seats.untilMs(show, ada, 'n')).toBe(untilMs)
    expect(seats.untilMs(other, ada, 'n')).toBeNull()
    expect(seats.untilMs(show, person(), 'n')).toBeNull()
    await clock.advance(seatLimits.seatMs)
    expect(seats.untilMs(show, ada, 'n')).toBeNull()
  })

  test('a click alone gets one network few of them; units that are held always count', () => {
    const { seats, show, person } = begin({ lightPerNetwork: 2 })
    const crowd = [person(), person(), person()]
    for (const one of crowd) seats.need(show, one, false)
    const seated = (network: string) =>
      crowd.map((one) => seats.untilMs(show, one, network) !== null)
    expect(seated('a')).toEqual([true, true, false])
    expect(seated('a')).toEqual([true, true, false])
    seats.need(show, crowd[2]!, true)
    // What was firm stays so when the same person clicks again.
    seats.need(show, crowd[2]!, false)
    expect(seated('a')).toEqual([true, true, true])
  })

  test('a network has room again when its seats are over', async () => {
    const { clock, seats, show, person } = begin({ lightPerNetwork: 1 })
    const [ada, bea] = [person(), person()]
    seats.need(show, ada, false)
    seats.untilMs(show, ada, 'a')
    await clock.advance(seatLimits.seatMs - 1)
    seats.need(show, bea, false)
    expect(seats.untilMs(show, bea, 'a')).toBeNull()
    await clock.advance(1)
    expect(seats.untilMs(show, bea, 'a')).not.toBeNull()
  })

  test('wishes are few', async () => {
    const { clock, seats, show, person } = begin()
    const ada = person()
    const wish = () => seats.wish(show, ada)
    expect([wish(), wish(), wish(), wish()]).toEqual([true, true, true, false])
    expect(seats.wish(show, person())).toBe(true)
    await clock.advance(seatLimits.seatMs)
    expect(wish()).toBe(true)
  })

  test('the oldest are forgotten first', () => {
    const { seats, show, person } = begin({ peopleKept: 3 })
    const people = [person(), person(), person(), person()]
    for (const one of people) seats.need(show, one, true)
    expect(people.map((one) => seats.untilMs(show, one, 'a') !== null))
      .toEqual([false, true, true, true])
    expect(seats.size).toBe(3)
  })
})
