import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeWallClock } from './wall-clock.ts'

const START_MS = 1_700_000_000_000
const SETTLE_MS = 2_000
const HOUR_MS = 3_600_000

interface Frame { sourceMs: number; nowMs: number; trueMs: number }

/** A seeded sequence of numbers from 0 to 1. */
function makeChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Sound and picture, 80 a second, on a clock that drifts by so many parts in a million. */
function sendFrames(driftPpm: number, spanMs: number): { sourceMs: number; trueMs: number }[] {
  const stretch = 1 + driftPpm / 1e6
  return Array.from({ length: spanMs / 12.5 }, (_, n) =>
    ({ sourceMs: 5_000 + n * 12.5, trueMs: START_MS + n * 12.5 * stretch }))
}

/** Each frame late on its own, as over UDP: they come out of order. */
function scatter(driftPpm: number, seed: number, spanMs: number): Frame[] {
  const chance = makeChance(seed)
  return sendFrames(driftPpm, spanMs)
    .map((frame) => ({ ...frame, nowMs: frame.trueMs + 200 * chance() }))
    .toSorted((a, b) => a.nowMs - b.nowMs)
}

/** Hiccups that hold everything up and then let it through at once, as over TCP. */
function hold(driftPpm: number, seed: number, spanMs: number): Frame[] {
  const chance = makeChance(seed)
  let heldUntilMs = 0
  return sendFrames(driftPpm, spanMs).map((frame) => {
    if (chance() < 0.05) heldUntilMs = Math.max(heldUntilMs, frame.trueMs + 200 * chance())
    return { ...frame, nowMs: Math.max(frame.trueMs, heldUntilMs) }
  })
}

const paths = fc.record({
  network: fc.constantFrom(scatter, hold), driftPpm: fc.integer({ min: -200, max: 200 }),
  seed: fc.nat(),
})

describe('wall clock of a source', () => {
  test('late arrivals and drift: an hour stays within 20 ms of the fastest path', () => {
    fc.assert(fc.property(paths, ({ network, driftPpm, seed }) => {
      const clock = makeWallClock()
      let worstMs = 0
      for (const { sourceMs, nowMs, trueMs } of network(driftPpm, seed, HOUR_MS)) {
        const errorMs = Math.abs(clock.see(sourceMs, nowMs) - trueMs)
        if (nowMs > START_MS + SETTLE_MS) worstMs = Math.max(worstMs, errorMs)
      }
      expect(worstMs).toBeLessThan(20)
    }), { numRuns: 6 })
  }, 60_000)

  test('once settled, frames lie as far apart as in the source, to 0.2 %', () => {
    fc.assert(fc.property(paths, ({ network, driftPpm, seed }) => {
      const clock = makeWallClock()
      let before: { sourceMs: number; wallMs: number } | undefined
      let worst = 0
      for (const { sourceMs, nowMs } of network(driftPpm, seed, 120_000)) {
        const wallMs = clock.see(sourceMs, nowMs)
        if (before && nowMs > START_MS + SETTLE_MS + 200) {
          const apartMs = sourceMs - before.sourceMs
          worst = Math.max(worst, Math.abs((wallMs - before.wallMs) / apartMs - 1))
        }
        before = { sourceMs, wallMs }
      }
      expect(worst).toBeLessThan(0.002)
    }), { numRuns: 20 })
  })

  test('wall time never goes back while the source goes on, also while it settles', () => {
    fc.assert(fc.property(paths, ({ network, driftPpm, seed }) => {
      const clock = makeWallClock()
      let before = { sourceMs: -Infinity, wallMs: -Infinity }
      let backMs = 0
      for (const { sourceMs, nowMs } of network(driftPpm, seed, 10_000)) {
        const wallMs = clock.see(sourceMs, nowMs)
        if (sourceMs <= before.sourceMs) continue
        backMs = Math.max(backMs, before.wallMs - wallMs)
        before = { sourceMs, wallMs }
      }
      expect(backMs).toBeLessThan(0.001)
    }), { numRuns: 100 })
  })

  test('the first frames settle it at once', () => {
    const clock = makeWallClock()
    expect(clock.wallOf(0)).toBeUndefined()
    expect(clock.see(0, START_MS + 150)).toBe(START_MS + 150)
    expect(clock.see(40, START_MS + 160)).toBe(START_MS + 160)
    expect(clock.see(80, START_MS + 80)).toBe(START_MS + 160)
    expect(clock.see(240, START_MS + 240)).toBe(START_MS + 240)
    expect(clock.wallOf(1_000)).toBe(START_MS + 1_000)
  })

  test('a network that stalls for seconds does not move it', () => {
    const clock = makeWallClock()
    for (let ms = 0; ms <= 20_000; ms += 40) clock.see(ms, START_MS + ms)
    for (let ms = 20_040; ms <= 25_000; ms += 40) {
      expect(clock.see(ms, START_MS + 25_000)).toBeCloseTo(START_MS + ms, 3)
    }
  })

  test('a path that grows longer for good is followed by 1 ms per second', () => {
    const clock = makeWallClock()
    const lateAt = (ms: number) => ms < 30_000 ? 0 : 50
    const error = (ms: number) => clock.see(ms, START_MS + ms + lateAt(ms)) - START_MS - ms
    for (let ms = 0; ms < 38_900; ms += 40) expect(error(ms)).toBeCloseTo(0, 6)
    let last = 0
    for (let ms = 38_920; ms <= 100_000; ms += 40) last = error(ms)
    expect(last).toBeCloseTo(50, 6)
    const quick = makeWallClock()
    for (let ms = 0; ms <= 10_000; ms += 40) quick.see(ms, START_MS + ms + 50)
    for (let ms = 10_040; ms <= 20_000; ms += 40) last = quick.see(ms, START_MS + ms) - ms
    expect(last - START_MS).toBeCloseTo(40, 0)
  })

  test('after a jump it starts again where the source is now', () => {
    const clock = makeWallClock()
    for (let ms = 0; ms <= 10_000; ms += 40) clock.see(ms, START_MS + ms)
    clock.jump()
    expect(clock.wallOf(3)).toBeUndefined()
    expect(clock.see(3, START_MS + 10_040)).toBe(START_MS + 10_040)
    expect(clock.see(43, START_MS + 10_080)).toBe(START_MS + 10_080)
    expect(clock.wallOf(1_003)).toBe(START_MS + 11_040)
  })

  test('a server clock that is set back does not disturb it', () => {
    const clock = makeWallClock()
    for (let ms = 0; ms <= 10_000; ms += 40) clock.see(ms, START_MS + ms)
    let wallMs = START_MS + 10_000
    for (let ms = 10_040; ms <= 12_000; ms += 40) {
      const next = clock.see(ms, START_MS - 60_000 + ms)
      expect(Math.abs(next - wallMs - 40)).toBeLessThanOrEqual(0.05)
      wallMs = next
    }
  })
})
