import { describe, expect, test } from 'vitest'
import { makeLadder, type Step } from './ladder.ts'

const BITRATES = [90_000, 700_000, 2_500_000]
const PART_MS = 200

/** A line that changes, and a viewer who takes what the ladder says. */
function ride(lineBps: (atMs: number) => number, forMs: number, level = 2) {
  const ladder = makeLadder(BITRATES, 0)
  const path: { atMs: number; level: number }[] = []
  let ahead = 0.85
  let starvedMs = 0
  const take = (step: Step | null, atMs: number) => {
    if (!step) return
    level = step.level
    path.push({ atMs, level })
  }
  let loadedMs = 0
  for (let nowMs = 0; nowMs < forMs; nowMs += 50) {
    ahead -= 0.05
    if (ahead < 0) {
      starvedMs += 50
      ahead = 0
    }
    const bytes = (BITRATES[level]! * PART_MS) / 8_000
    const transferMs = (bytes * 8_000) / lineBps(nowMs)
    if (nowMs - loadedMs >= Math.max(PART_MS, transferMs)) {
      loadedMs = nowMs
      ahead = Math.min(0.85, ahead + PART_MS / 1_000)
      take(ladder.onLoaded({ nowMs, level, bytes, transferMs, durationMs: PART_MS }), nowMs)
    }
    if (nowMs % 250 === 0) take(ladder.onTick({ nowMs, level, aheadSeconds: ahead }), nowMs)
  }
  return { path, level, starvedMs }
}

describe('the ladder', () => {
  test('a good line stays at the top', () => {
    expect(ride(() => 20e6, 60_000)).toEqual({ path: [], level: 2, starvedMs: 0 })
  })

  test('goes at once to what the line carries, and not below it', () => {
    expect(ride((atMs) => atMs < 5_000 ? 20e6 : 1.2e6, 8_000).path)
      .toEqual([{ atMs: expect.closeTo(5_300, -3), level: 1 }])
    const poor = ride((atMs) => atMs < 5_000 ? 20e6 : 200e3, 12_000)
    expect(poor.path[0]?.level).toBe(0)
    expect(poor.starvedMs).toBeLessThan(2_000)
  })

  test('climbs one by one when the line is good again', () => {
    const { path } = ride((atMs) => atMs > 2_000 && atMs < 10_000 ? 200e3 : 20e6, 40_000)
    expect(path.map(({ level }) => level)).toEqual([0, 1, 2])
  })

  test('what failed is tried less and less often', () => {
    const { path } = ride(() => 1.2e6, 240_000)
    const tries = path.filter(({ level }) => level === 2).map(({ atMs }) => atMs)
    const gaps = tries.slice(1).map((atMs, n) => atMs - tries[n]!)
    expect(gaps.length).toBeGreaterThan(2)
    gaps.slice(1).forEach((gap, n) => expect(gap).toBeGreaterThan(1.5 * gaps[n]!))
  })

  test('nothing in hand is a sign too, also when no part comes at all', () => {
    const ladder = makeLadder(BITRATES, 0)
    const steps = Array.from({ length: 20 }, (_, n) => (
      ladder.onTick({ nowMs: 10_000 + n * 250, level: 2 - (n > 8 ? 1 : 0), aheadSeconds: 0.1 })
    )).filter((step) => step !== null)
    expect(steps.map(({ level }) => level)).toEqual([1, 0])
  })

  test('the poorest has nowhere to go', () => {
    const ladder = makeLadder(BITRATES, 0)
    expect(ladder.onTick({ nowMs: 5_000, level: 0, aheadSeconds: 0 })).toBeNull()
    const load = { level: 0, bytes: 3_000, transferMs: 900, durationMs: PART_MS }
    expect(ladder.onLoaded({ nowMs: 5_100, ...load })).toBeNull()
    expect(ladder.onLoaded({ nowMs: 6_100, ...load })).toBeNull()
  })
})
