import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeIds, pickNode, systemClock, systemRandom } from './index.ts'

const nodes = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }),
  { minLength: 1, maxLength: 16 })
const keys = fc.array(fc.string({ maxLength: 30 }), { maxLength: 50 })

describe('pickNode', () => {
  it('answers a node of the list, whatever the order of the list', () => {
    fc.assert(fc.property(nodes, fc.string(), (list, key) => {
      const picked = pickNode(key, list)
      expect(list).toContain(picked)
      expect(pickNode(key, list.toReversed())).toBe(picked)
      expect(pickNode(key, new Set(list))).toBe(picked)
    }))
    expect(pickNode('key', [])).toBeUndefined()
  })

  it('moves only the keys of the node that goes, and brings back only what it had', () => {
    fc.assert(fc.property(nodes, keys, fc.nat(), (list, all, at) => {
      const gone = list[at % list.length]!
      const left = list.filter((node) => node !== gone)
      for (const key of all) {
        const before = pickNode(key, list)
        if (before !== gone) expect(pickNode(key, left)).toBe(before)
      }
    }))
  })

  it('shares ids of shows out evenly, also those made in one millisecond', () => {
    const ids = makeIds({ clock: { ...systemClock, nowMs: () => 1_795_000_000_000 },
      random: systemRandom })
    const shows = Array.from({ length: 6000 }, () => ids.make('sho'))
    for (const count of [2, 3, 5, 16]) {
      const names = Array.from({ length: count }, (_none, at) => `media-${at + 1}`)
      const share = new Map<string, number>()
      for (const show of shows) {
        const node = pickNode(show, names)!
        share.set(node, (share.get(node) ?? 0) + 1)
      }
      const fair = shows.length / count
      for (const name of names) {
        expect(share.get(name)).toBeGreaterThan(0.8 * fair)
        expect(share.get(name)).toBeLessThan(1.2 * fair)
      }
    }
  })
})
