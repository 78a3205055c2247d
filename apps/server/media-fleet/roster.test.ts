import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeIds, pickNode, systemClock, systemRandom, type ShowId } from '#kernel'
import { makeRoster, SETTLE_MS } from './roster.ts'

const names = ['media-1', 'media-2', 'media-3']
const ids = makeIds({ clock: systemClock, random: systemRandom })
const shows = Array.from({ length: 60 }, () => ids.make('sho'))
const view = (held: readonly ShowId[] = [], receiving: readonly ShowId[] = []) =>
  ({ rtmpPort: 1, held: [...held], receiving: [...receiving] })

function makeFull() {
  const roster = makeRoster(names)
  for (const name of names) roster.heard(name, view(), 0)
  return roster
}

describe('the roster', () => {
  test('knows an owner before anybody was heard of', () => {
    const roster = makeRoster(names)
    for (const show of shows) expect(roster.ownerOf(show)).toBe(pickNode(show, names))
  })

  test('moves only the shows of the one that died, at once when nobody is there', () => {
    const roster = makeFull()
    const before = new Map(shows.map((show) => [show, roster.ownerOf(show)]))
    expect(roster.failed('media-2', 'refused')).toBe(true)
    for (const show of shows) {
      const owner = roster.ownerOf(show)
      if (before.get(show) === 'media-2') expect(owner).not.toBe('media-2')
      else expect(owner).toBe(before.get(show))
    }
  })

  test('takes one late answer for late, two for dead', () => {
    const roster = makeFull()
    expect([roster.failed('media-2', 'silent'), roster.isLive('media-2')]).toEqual([false, true])
    expect([roster.failed('media-2', 'silent'), roster.isLive('media-2')]).toEqual([true, false])
    roster.heard('media-2', view(), 9)
    expect([roster.failed('media-2', 'silent'), roster.isLive('media-2')]).toEqual([false, true])
  })

  test('leaves a show where it is when the dead one is back, until its publisher returns', () => {
    const roster = makeFull()
    const show = shows.find((one) => roster.ownerOf(one) === 'media-2')!
    roster.failed('media-2', 'refused')
    const other = roster.ownerOf(show)
    roster.heard(other, view([show], [show]), 1_000)
    roster.heard('media-2', view(), 1_500)
    expect(roster.ownerOf(show)).toBe(other)
    // Somebody sends: nothing moves.
    expect(roster.plan(show)).toEqual({ to: other, from: undefined })
    roster.heard(other, view([show]), 2_000)
    expect(roster.ownerOf(show)).toBe(other)
    expect(roster.plan(show)).toEqual({ to: 'media-2', from: other })
    roster.assign(show, 'media-2', 2_100)
    // What the other one said a moment earlier changes nothing.
    roster.heard(other, view([show]), 2_200)
    expect(roster.ownerOf(show)).toBe('media-2')
    roster.heard('media-2', view([show], [show]), 2_300)
    expect(roster.ownerOf(show)).toBe('media-2')
  })

  test('believes the one that holds the folder, and forgets what nobody holds', () => {
    const roster = makeFull()
    const show = shows.find((one) => roster.ownerOf(one) === 'media-1')!
    roster.assign(show, 'media-1', 0)
    roster.heard('media-3', view([show]), SETTLE_MS + 1)
    expect(roster.ownerOf(show)).toBe('media-3')
    roster.heard('media-3', view(), 2 * SETTLE_MS + 3)
    expect(roster.ownerOf(show)).toBe('media-1')
  })

  test('names a living owner, whatever happens, while anybody lives', () => {
    const event = fc.record({
      name: fc.constantFrom(...names), what: fc.constantFrom('heard', 'refused', 'silent', 'place'),
      held: fc.subarray(shows.slice(0, 6)), receives: fc.boolean(), laterMs: fc.nat(3_000),
      show: fc.constantFrom(...shows.slice(0, 6)),
    })
    fc.assert(fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const roster = makeRoster(names)
      let nowMs = 0
      for (const { name, what, held, receives, laterMs, show } of events) {
        nowMs += laterMs
        if (what === 'heard') roster.heard(name, view(held, receives ? held : []), nowMs)
        else if (what === 'place') roster.assign(show, roster.plan(show).to, nowMs)
        else roster.failed(name, what as 'refused')
        const owner = roster.ownerOf(show)
        const { to, from } = roster.plan(show)
        if (names.some(roster.isLive)) {
          expect([owner, to].every(roster.isLive)).toBe(true)
          if (from !== undefined) expect(roster.isLive(from)).toBe(true)
        }
        expect(from).not.toBe(to)
      }
    }))
  })
})
