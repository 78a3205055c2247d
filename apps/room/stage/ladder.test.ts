import { describe, expect, test } from 'vitest'
import { makeLadder, type Step } from './ladder.ts'

const BITRATES = [90_000, 700_000, 2_500_000]
const PART_MS = 200

/** A line that changes, and a viewer who takes what the ladder says. Parts exist once they have
 *  happened, and come one after the other. */
function ride(lineBps: (atMs: number) => number, forMs: number, level = 2) {
  const ladder = makeLadder(BITRATES, 0)
  const path: { atMs: number; level: number }[] = []
  let playedMs = -800
  let loadedMs = 0
  let starvedMs = 0
  let coming: { bytes: number; left: number; sinceMs: number; level: number } | null = null
  const take = (step: Step | null, atMs: number) => {
    if (!step) return
    if (step.level < level) coming = null
    level = step.level
    path.push({ atMs, level })
  }
  for (let nowMs = 0; nowMs < forMs; nowMs += 10) {
    if (playedMs < loadedMs) playedMs += 10
    else starvedMs += 10
    if (!coming && loadedMs + PART_MS <= nowMs) {
      const bytes = (BITRATES[level]! * PART_MS) / 8_000
      coming = { bytes, left: bytes, sinceMs: nowMs, level }
    }
    if (coming) coming.left -= lineBps(nowMs) / 800
    if (coming && coming.left <= 0) {
      const load = {
        nowMs, level: coming.level, bytes: coming.bytes, transferMs: nowMs - coming.sinceMs,
        durationMs: PART_MS,
      }
      coming = null
      loadedMs += PART_MS
      take(ladder.onLoaded(load), nowMs)
    }
    const aheadSeconds = (loadedMs - playedMs) / 1_000
    if (nowMs % 250 === 0) take(ladder.onTick({ nowMs, level, aheadSeconds }), nowMs)
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

  test('nothing in hand is a sign too, and when no part comes at all only sound is tried', () => {
    const ladder = makeLadder(BITRATES, 0)
    const path: number[] = []
    let level = 2
    for (let nowMs = 10_000; nowMs < 15_000; nowMs += 250) {
      const step = ladder.onTick({ nowMs, level, aheadSeconds: 0.1 })
      if (step) path.push(level = step.level)
    }
    expect(path).toEqual([0])
  })

  test('the poorest has nowhere to go', () => {
    const ladder = makeLadder(BITRATES, 0)
    expect(ladder.onTick({ nowMs: 5_000, level: 0, aheadSeconds: 0 })).toBeNull()
    const load = { level: 0, bytes: 3_000, transferMs: 900, durationMs: PART_MS }
    expect(ladder.onLoaded({ nowMs: 5_100, ...load })).toBeNull()
    expect(ladder.onLoaded({ nowMs: 6_100, ...load })).toBeNull()
  })

  describe('when the small picture stands and the show goes on', () => {
    const load = (nowMs: number, bps: number) => (
      { nowMs, level: 1, bytes: 15_000, transferMs: 15_000 * 8_000 / bps, durationMs: PART_MS }
    )
    const onSmall = (bps: number | null) => {
      const ladder = makeLadder(BITRATES, 0)
      for (let n = 0; n < 6 && bps !== null; n++) ladder.onLoaded(load(1_000 + n * PART_MS, bps))
      return ladder
    }
    const sick = { nowMs: 2_500, level: 1, sick: 1 }

    test('what the line carries decides: the source, or sound alone', () => {
      expect(onSmall(20e6).onSick(sick)).toMatchObject({ level: 2, least: 2 })
      expect(onSmall(null).onSick(sick)).toMatchObject({ level: 2, least: 2 })
      expect(onSmall(1.2e6).onSick(sick)).toMatchObject({ level: 0, least: 0 })
    })

    test('a line that was too slow a moment ago is not believed to be better', () => {
      const ladder = makeLadder(BITRATES, 0)
      const slow = { level: 2, bytes: 3_000, transferMs: 300, durationMs: PART_MS }
      ladder.onLoaded({ nowMs: 4_000, ...slow })
      expect(ladder.onLoaded({ nowMs: 4_200, ...slow })?.level).toBe(0)
      expect(ladder.onSick({ nowMs: 5_000, level: 1, sick: 1 })?.level).toBe(0)
    })

    test('it is left out on every way until it is well', () => {
      const ladder = onSmall(1.2e6)
      ladder.onSick(sick)
      expect(ladder.isSick(1)).toBe(true)
      const calm = { level: 0, aheadSeconds: 1 }
      expect(ladder.onTick({ nowMs: 9_000, ...calm })).toMatchObject({ level: 2, least: 2 })
      const starved = { level: 2, aheadSeconds: 0 }
      ladder.onTick({ nowMs: 10_500, ...starved })
      expect(ladder.onTick({ nowMs: 11_000, ...starved })?.level).toBe(0)
      ladder.onWell(1)
      expect(ladder.onTick({ nowMs: 60_000, ...calm })).toMatchObject({ level: 1, least: 0 })
    })

    test('who wants no more than the small picture goes back to it', () => {
      const ladder = makeLadder(BITRATES, 0, 1)
      expect(ladder.onSick(sick)?.level).toBe(2)
      expect(ladder.onTick({ nowMs: 4_000, level: 2, aheadSeconds: 1 })).toBeNull()
      ladder.onWell(1)
      expect(ladder.onTick({ nowMs: 4_250, level: 2, aheadSeconds: 1 }))
        .toMatchObject({ level: 1, least: 0 })
    })

    test('where there is no sound alone the source is all there is', () => {
      const ladder = makeLadder(BITRATES.slice(1), 0)
      for (let n = 0; n < 6; n++) ladder.onLoaded({ ...load(n * PART_MS, 1.2e6), level: 0 })
      expect(ladder.onSick({ nowMs: 1_500, level: 0, sick: 0 })?.level).toBe(1)
      expect(makeLadder([700_000], 0).onSick({ nowMs: 1_500, level: 0, sick: 0 })).toBeNull()
    })
  })
})
