import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ShowId } from '#kernel'
import type { RecordingSpan, StorageView } from '#stage/recording/contract'
import { replayLimits, type ReplayRow } from './contract.ts'
import { chaptersOf, cleanChapterTitle, showReplay, type PlacedPin } from './model/chapters.ts'
import { chooseDue, reportStorage, type KeepRule } from './model/keeping.ts'
import { gapsOf, momentOf, placeOf } from './model/timeline.ts'

/** Spans as a recording has them: one behind the other, with gaps in between. */
const spansOf = fc.array(fc.record({
  gapMs: fc.integer({ min: 1, max: 100_000 }), durationMs: fc.integer({ min: 1, max: 100_000 }),
}), { minLength: 1, maxLength: 30 }).map((runs) => {
  let [wallMs, atMs] = [1_700_000_000_000, 0]
  return runs.map(({ gapMs, durationMs }): RecordingSpan => {
    wallMs += gapMs
    const span = { wallMs, atMs, durationMs }
    wallMs += durationMs
    atMs += durationMs
    return span
  })
})

const moment = fc.integer({ min: 1_699_999_000_000, max: 1_700_006_000_000 })
const lengthOf = (spans: readonly RecordingSpan[]): number =>
  spans.at(-1)!.atMs + spans.at(-1)!.durationMs

describe('places', () => {
  test('RPL1 a later moment is never earlier in the recording, and always within it', () => {
    fc.assert(fc.property(spansOf, moment, moment, (spans, a, b) => {
      const [first, second] = [placeOf(spans, Math.min(a, b)), placeOf(spans, Math.max(a, b))]
      expect(first).toBeLessThanOrEqual(second)
      expect(first).toBeGreaterThanOrEqual(0)
      expect(second).toBeLessThanOrEqual(lengthOf(spans))
    }))
  })

  test('RPL1 a place comes back from its moment, at every place there is', () => {
    fc.assert(fc.property(spansOf, fc.nat(), (spans, any) => {
      const place = any % (lengthOf(spans) + 1)
      expect(placeOf(spans, momentOf(spans, place))).toBe(place)
    }))
  })

  test('RPL1 a moment in a gap is where the recording goes on', () => {
    fc.assert(fc.property(spansOf, fc.nat(), (spans, any) => {
      const n = any % spans.length
      const span = spans[n]!
      expect(placeOf(spans, span.wallMs - 1)).toBe(span.atMs)
      expect(placeOf(spans, span.wallMs)).toBe(span.atMs)
      expect(gapsOf(spans)).toHaveLength(spans.length - 1)
    }))
    expect([placeOf([], 5), momentOf([], 5), gapsOf([])]).toEqual([0, 0, []])
  })
})

const pinsOf = fc.array(fc.record({
  placeMs: fc.nat(600_000), productId: fc.constantFrom('prd_a', 'prd_b', 'prd_c', null),
  isHidden: fc.boolean(),
}), { maxLength: 40 }).map((pins) => pins.sort((a, b) => a.placeMs - b.placeMs)
  .map((pin, n): PlacedPin => ({ ...pin, id: `fct_${n}`, title: null })))

describe('chapters', () => {
  test('RPL2 lie within the cut, in order, and never twice the same one after the other', () => {
    fc.assert(fc.property(pinsOf, fc.nat(600_000), fc.nat(600_000), (pins, a, b) => {
      const [inMs, outMs] = [Math.min(a, b), Math.max(a, b) + 1]
      const replay = showReplay(pins, { inMs, outMs, leadMs: 0 })
      replay.chapters.forEach((chapter, n) => {
        expect(chapter.atMs).toBeGreaterThanOrEqual(0)
        expect(chapter.atMs).toBeLessThan(outMs - inMs)
        expect(chapter.atMs).toBeGreaterThanOrEqual(replay.chapters[n - 1]?.atMs ?? 0)
      })
      // What was pinned at any place of the cut is what the replay says.
      for (const at of [inMs, Math.floor((inMs + outMs) / 2), outMs - 1]) {
        const then = pins.findLast((pin) => pin.placeMs <= at)?.productId
        expect(replay.pins.findLast((pin) => pin.atMs <= at - inMs)?.productId).toBe(then)
      }
    }))
  })

  test('RPL2 what was passed over is no chapter, what stood at the beginning is the first', () => {
    const pin = (placeMs: number, productId: string | null): PlacedPin =>
      ({ id: `fct_${placeMs}`, placeMs, productId, title: null, isHidden: false })
    const pins = [pin(0, 'a'), pin(60_000, 'b'), pin(61_000, 'c'), pin(90_000, null),
      pin(95_000, 'c')]
    expect(chaptersOf(pins, 100_000).map(({ atMs, productId }) => [atMs, productId]))
      .toEqual([[0, 'a'], [61_000, 'c']])
    const { chapters } = showReplay(pins, { inMs: 30_000, outMs: 100_000, leadMs: 400 })
    expect(chapters.map(({ atMs, productId }) => [atMs, productId]))
      .toEqual([[0, 'a'], [31_000, 'c']])
  })

  test.each([
    ['<b>Tea</b>', '<b>Tea</b>'], ['  a\n\tb ', 'a b'], ['\u202e\u2066', null], ['', null],
    ['x'.repeat(200), 'x'.repeat(80)], [null, null], ['\ud800a', '\ufffda'],
    ['e\u0301', '\u00e9'],
  ])('RPL6 the name %j is kept as %j', (typed, kept) => {
    expect(cleanChapterTitle(typed)).toBe(kept)
  })
})

const GB = 1_000_000_000
const row = (n: number, over: Partial<ReplayRow> = {}): ReplayRow => ({
  showId: `sho_${n}` as ShowId, startedAtMs: n, endedAtMs: n * 86_400_000, inMs: 0, outMs: null,
  isPublic: true, isRemoved: false, ...over,
})
const onDisk = (n: number, over: Partial<StorageView['shows'][number]> = {}) => ({
  showId: `sho_${n}`, sizeBytes: GB, durationMs: 3_600_000, isReceiving: false, isEnded: true,
  ...over,
})
const disk = (shows: StorageView['shows'], freeBytes = 50 * GB): StorageView =>
  ({ freeBytes, totalBytes: 100 * GB, shows })

describe('keeping', () => {
  test('RPL8 never takes what is live, not over, or public within its time', () => {
    const shows = fc.array(fc.record({
      isPublic: fc.boolean(), isEnded: fc.boolean(), isReceiving: fc.boolean(),
      hasEnded: fc.boolean(), size: fc.nat(5 * GB), ageDays: fc.nat(100),
    }), { maxLength: 20 })
    const keepDays = fc.option(fc.integer({ min: 1, max: 60 }))
    const quota = fc.option(fc.integer({ min: 1, max: 20 * GB }))
    fc.assert(fc.property(shows, keepDays, quota, (given, days, quotaBytes) => {
      const nowMs = 1000 * 86_400_000
      const rule: KeepRule = { keepDays: days, quotaBytes }
      const rows = given.map((one, n) => row(n, {
        isPublic: one.isPublic,
        endedAtMs: one.hasEnded ? nowMs - one.ageDays * 86_400_000 : null,
      }))
      const storage = disk(given.map((one, n) => onDisk(n, {
        isEnded: one.isEnded, isReceiving: one.isReceiving, sizeBytes: one.size,
      })))
      const due = chooseDue(rows, storage, rule, nowMs)
      expect(new Set(due.map(({ showId }) => showId)).size).toBe(due.length)
      for (const { showId, why } of due) {
        const one = given[Number(showId.slice(4))]!
        expect(one.isEnded && !one.isReceiving && one.hasEnded).toBe(true)
        if (why === 'expired') expect(one.ageDays).toBeGreaterThanOrEqual(days!)
        else expect(one.isPublic).toBe(false)
      }
    }))
  })

  test('RPL8 above the quota the oldest withdrawn go, and no more than needed', () => {
    const rows = [3, 1, 2, 4].map((n) => row(n, { isPublic: n === 1 }))
    const storage = disk([1, 2, 3, 4].map((n) => onDisk(n)))
    const rule = { keepDays: null, quotaBytes: 2.5 * GB }
    expect(chooseDue(rows, storage, rule, 0))
      .toEqual([{ showId: 'sho_2', why: 'quota' }, { showId: 'sho_3', why: 'quota' }])
    expect(chooseDue(rows, storage, { keepDays: null, quotaBytes: null }, 0)).toEqual([])
  })

  test('RPL9 says how scarce room is and how many hours are left at what arrives now', () => {
    const live = onDisk(9, { isReceiving: true, isEnded: false, durationMs: 1_000_000 })
    const free: KeepRule = { keepDays: null, quotaBytes: null }
    const report = (freeBytes: number, rule = free) => reportStorage(disk([live], freeBytes), rule)
    expect(report(50 * GB)).toMatchObject({ level: 'ok', limit: 'disk', kbps: 8000 })
    expect(report(14 * GB)).toMatchObject({ level: 'low', hoursLeft: 3.8 })
    expect(report(4 * GB)).toMatchObject({ level: 'critical', hoursLeft: 1.1 })
    expect(report(50 * GB, { keepDays: null, quotaBytes: 1.02 * GB }))
      .toMatchObject({ level: 'critical', limit: 'quota', hoursLeft: 0 })
    const empty = reportStorage(disk([], 0), free)
    expect(empty).toMatchObject({ kbps: replayLimits.kbpsGuess, hoursLeft: 0, level: 'critical' })
  })
})
