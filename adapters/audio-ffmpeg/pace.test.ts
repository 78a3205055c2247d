import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgePace, PACE } from './pace.ts'

const PACKET_MS = 20

/** Runs sound through it as the turner does; how far heard and counted time ever lay apart. */
function follow(times: readonly number[]): { worstMs: number; jumps: number } {
  let expectedMs = times[0]!
  let lastMs = -Infinity
  let worstMs = 0
  let jumps = 0
  for (const atMs of times) {
    const pace = judgePace(expectedMs, lastMs, atMs)
    if (pace.is === 'drop') continue
    if (pace.is === 'jump') {
      jumps++
      expectedMs = atMs
    } else {
      expectedMs += (pace.silences + (pace.isRepeated ? 1 : 0)) * PACKET_MS
    }
    worstMs = Math.max(worstMs, Math.abs(expectedMs - atMs))
    expectedMs += PACKET_MS
    lastMs = atMs
  }
  return { worstMs, jumps }
}

describe('pace', () => {
  test('hours of a clock that runs up to 2 % wrong stay within 45 ms', () => {
    fc.assert(fc.property(fc.double({ min: 0.98, max: 1.02, noNaN: true }), (rate) => {
      const times = Array.from({ length: 20_000 }, (_, n) => 1_000 + n * PACKET_MS * rate)
      const { worstMs, jumps } = follow(times)
      expect(jumps).toBe(0)
      expect(worstMs).toBeLessThanOrEqual(45)
    }), { numRuns: 50 })
  })

  test('holes, doubles and late packets stay within 45 ms', () => {
    const step = fc.constantFrom(20, 20, 20, 20, 20, 21, 19, 0, -40, 60, 120, 1_500, 35)
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), (steps) => {
      let atMs = 5_000
      const times = steps.map((one) => (atMs += one))
      expect(follow(times).worstMs).toBeLessThanOrEqual(45)
    }))
  })

  test('a leap is no hole', () => {
    expect(judgePace(1_000, 980, 1_000 + PACE.jumpMs + 1)).toEqual({ is: 'jump' })
    expect(judgePace(9_000, 8_980, 1_000)).toEqual({ is: 'jump' })
    expect(judgePace(1_000, 980, 980)).toEqual({ is: 'drop' })
    expect(judgePace(1_000, 980, 1_035)).toEqual({ is: 'take', silences: 0, isRepeated: true })
    expect(judgePace(1_000, 980, 1_100)).toEqual({ is: 'take', silences: 5, isRepeated: false })
  })
})
