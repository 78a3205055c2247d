import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AWAY_MS, keptOf, makePlaces, SEATS_PER_VIEWER, type Entry, type Need, type Place,
} from './places.ts'

const SEAT_MS = 600_000

function begin(most: number, kept: number) {
  const places = makePlaces({ most, kept })
  let count = 0
  return {
    places,
    enter(viewer: string, need: Need = 'none', nowMs = 0): Entry | undefined {
      const entry = places.enter(`s${count++}`, { viewer, need, untilMs: nowMs + SEAT_MS }, nowMs)
      if (entry) places.open(entry.place)
      return entry
    },
  }
}
const namesOf = (all: readonly Place[]) => all.map(({ viewer }) => viewer)

describe('places', () => {
  test('some are kept for seats; whoever is longest without need makes room in time', () => {
    const { enter, places } = begin(10, 2)
    for (let n = 0; n < 8; n++) expect(enter(`v${n}`, 'none', n)).toBeDefined()
    expect(enter('late')).toBeUndefined()
    expect(namesOf(enter('b0', 'seat', 20)!.asked)).toEqual([])
    const last = enter('b1', 'seat', 21)!
    expect([namesOf(last.asked), last.gone]).toEqual([['v0'], undefined])
    // Before they are gone: at once, those who were asked first.
    expect(enter('b2', 'seat', 22)!.gone?.viewer).toBe('v0')
    expect(enter('b3', 'seat', 23)!.gone?.viewer).toBe('v1')
    expect([places.size, places.moves]).toEqual([10, 2])
  })

  test('nobody is moved for somebody who can have an ordinary place', () => {
    const { enter } = begin(10, 2)
    for (let n = 0; n < 7; n++) enter(`v${n}`)
    expect(enter('b', 'seat')).toMatchObject({ gone: undefined, asked: [] })
  })

  test('all seats taken: nobody is moved, and the next has to wait', () => {
    const { enter } = begin(3, 1)
    for (const name of ['a', 'b', 'c']) enter(name, 'seat', 1)
    expect(enter('d', 'seat', 2)).toBeUndefined()
    // A seat lasts ten minutes; then its viewer is one like all others.
    expect(enter('d', 'seat', SEAT_MS + 2)!.gone?.viewer).toBe('a')
  })

  test('a wish gets of the kept places less than half, and throws nobody out', () => {
    const { enter } = begin(12, 4)
    for (let n = 0; n < 8; n++) enter(`v${n}`)
    expect(enter('w0', 'wish')).toMatchObject({ gone: undefined, asked: [] })
    expect(enter('w1', 'wish')).toMatchObject({ gone: undefined, asked: [] })
    expect(enter('w2', 'wish')).toBeUndefined()
    expect(enter('b0', 'seat')).toMatchObject({ gone: undefined, asked: [] })
  })

  test('one viewer has few seats, however often they come', () => {
    const { enter, places } = begin(4, 1)
    for (const name of ['v0', 'v1', 'v2']) enter(name)
    for (let n = 0; n < 10; n++) enter('greedy', 'seat', n)
    expect(SEATS_PER_VIEWER).toBe(2)
    expect(places.moves).toBeLessThanOrEqual(2)
  })

  test('who gets a seat while asked to leave may stay', () => {
    const { enter, places } = begin(3, 1)
    const [first] = [enter('v0', 'none', 0)!, enter('v1', 'none', 1)]
    expect(namesOf(enter('b', 'seat', 2)!.asked)).toEqual(['v0'])
    const asked = places.keep(first.place, { viewer: 'v0', need: 'seat', untilMs: 99_000 }, 3)
    expect([first.place.isLeaving, namesOf(asked)]).toEqual([false, ['v1']])
    expect(enter('v0', 'none', 4)).toBeUndefined()
  })

  test('who made room comes back after a minute, or with a seat', () => {
    const { enter, places } = begin(2, 0)
    const [, other] = [enter('v0', 'none', 0), enter('v1', 'none', 1)!]
    expect(enter('b', 'seat', 2)!.gone?.viewer).toBe('v0')
    places.leave(other.place)
    expect(enter('v0', 'none', AWAY_MS)).toBeUndefined()
    expect(enter('v0', 'wish', AWAY_MS)).toBeUndefined()
    const back = enter('v0', 'seat', AWAY_MS)!
    places.leave(back.place)
    expect(enter('v0', 'none', AWAY_MS + 2)).toBeDefined()
  })

  test('a tenth is kept when nobody says, at least two, at most half', () => {
    expect([0, 1, 2, 3, 10, 200].map(keptOf)).toEqual([0, 0, 1, 1, 2, 20])
  })
})

const act = fc.record({
  viewer: fc.integer({ min: 0, max: 6 }).map((n) => `v${n}`),
  need: fc.constantFrom<Need>('none', 'none', 'wish', 'seat'),
  what: fc.constantFrom('enter', 'enter', 'enter', 'leave', 'keep', 'obey'),
  pick: fc.nat(99),
  waitMs: fc.constantFrom(0, 0, 100, 5_000, 61_000, SEAT_MS),
  isUnderWay: fc.boolean(),
})

test('whatever comes: no place too many, no seat lost, and nobody moved comes back soon', () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 9 }), fc.nat(3), fc.array(act, { maxLength: 120 }),
    (most, keptWish, acts) => {
      const kept = Math.min(keptWish, most)
      const places = makePlaces({ most, kept })
      const inside = new Map<Place, number>()
      const movedMs = new Map<string, number>()
      let nowMs = 1_000_000
      const went = (place: Place) => {
        expect(inside.get(place)! <= nowMs, 'a seat was moved').toBe(true)
        movedMs.set(place.viewer, nowMs)
      }
      for (const [n, { viewer, need, what, pick, waitMs, isUnderWay }] of acts.entries()) {
        nowMs += waitMs
        const untilMs = nowMs + (need === 'seat' ? SEAT_MS : 0)
        const some = [...inside.keys()][pick % Math.max(1, inside.size)]
        if (what === 'enter') {
          const isBack = nowMs - (movedMs.get(viewer) ?? -Infinity) < AWAY_MS
          const entry = places.enter(`s${n}`, { viewer, need, untilMs }, nowMs)
          if (!entry) continue
          if (isBack) expect(need).toBe('seat')
          if (need !== 'seat') expect([entry.gone, entry.asked]).toEqual([undefined, []])
          if (need === 'none') expect(places.size).toBeLessThanOrEqual(most - kept)
          if (!isUnderWay) places.open(entry.place)
          const isSeat = need === 'seat'
            && [...inside.keys()].filter((one) => one.viewer === viewer).length < SEATS_PER_VIEWER
          if (entry.gone) {
            if (!entry.gone.isLeaving) went(entry.gone)
            inside.delete(entry.gone)
          }
          inside.set(entry.place, isSeat ? untilMs : 0)
          entry.asked.forEach(went)
        } else if (what === 'keep' && some) {
          const before = inside.get(some)!
          const others = [...inside.keys()].filter((one) => one !== some && one.viewer === viewer)
          const asked = places.keep(some, { viewer, need, untilMs }, nowMs)
          if (need === 'seat' && others.length < SEATS_PER_VIEWER) {
            inside.set(some, Math.max(before, untilMs))
            movedMs.delete(viewer)
          }
          asked.forEach(went)
        } else if (some && (what === 'leave' || some.isLeaving)) {
          places.leave(some)
          inside.delete(some)
        }
        expect(places.size).toBe(inside.size)
        expect(places.size).toBeLessThanOrEqual(most)
      }
    }), { numRuns: 400 })
})
