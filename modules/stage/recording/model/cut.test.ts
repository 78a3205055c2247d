import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CutCommand, SegmentLine } from '../contract.ts'
import { cutSegments, durationTicksOf, type PartSpan } from './cut.ts'
import { spansOf } from './spans.ts'

const PART = 18_000
const BYTES = 100

interface Made { readonly segments: SegmentLine[]; readonly parts: Map<number, PartSpan[]> }

/** Segments of one to ten parts; a first part is a keyframe unless said otherwise. */
const made = fc.array(fc.record({
  keys: fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }),
  startsWithKey: fc.constantFrom(true, true, true, false),
  gapMs: fc.constantFrom(0, 0, 0, 5_000),
}), { minLength: 1, maxLength: 40 }).map((rows): Made => {
  const parts = new Map<number, PartSpan[]>()
  let wallMs = 1_000_000
  const segments = rows.map(({ keys, startsWithKey, gapMs }, msn): SegmentLine => {
    parts.set(msn, keys.map((isKey, n) => ({
      ticks: PART, sizeBytes: BYTES,
      isIndependent: n === 0 ? startsWithKey || msn === 0 : isKey,
    })))
    wallMs += gapMs
    const durationTicks = keys.length * PART
    const line = { msn, initId: 0, isDiscontinuity: gapMs > 0, wallMs, durationTicks }
    wallMs += durationTicks / 90
    return line
  })
  return { segments, parts }
})

const cutOf = (given: Made, cut: CutCommand) =>
  cutSegments(given.segments, cut, async (segment) => given.parts.get(segment.msn) ?? [])

const place = fc.oneof(fc.nat(90_000), fc.constantFrom(0, Number.MAX_SAFE_INTEGER))

describe('a cut', () => {
  test('REC4 shows from a keyframe before its beginning to the part of its end', async () => {
    await fc.assert(fc.asyncProperty(made, place, place, async (given, inMs, outMs) => {
      const length = durationTicksOf(given.segments)
      const view = await cutOf(given, { inMs, outMs, isPublic: true })
      const isNothing = inMs * 90 >= Math.min(length, outMs * 90)
      const [from, to] = isNothing ? [0, length] : [inMs * 90, Math.min(length, outMs * 90)]
      expect(view.fromTicks + view.leadTicks).toBe(from)
      expect(view.toTicks).toBe(to)
      const shown = durationTicksOf(view.lines)
      // To a part at the end, and no part too many.
      expect(view.fromTicks + shown).toBeGreaterThanOrEqual(to)
      expect(view.fromTicks + shown - to).toBeLessThan(PART)
      expect(view.leadTicks).toBeGreaterThanOrEqual(0)
      const first = view.lines[0]!
      const firstPart = (first.range?.start ?? 0) / BYTES
      expect(given.parts.get(first.msn)![firstPart]!.isIndependent).toBe(true)
      for (const { range, msn, durationTicks } of view.lines) {
        if (range) expect(range.length / BYTES).toBe(durationTicks / PART)
        expect((range?.start ?? 0) + (range?.length ?? 0))
          .toBeLessThanOrEqual(given.parts.get(msn)!.length * BYTES)
      }
    }), { numRuns: 300 })
  })

  test('REC4 says which bytes of the segments at its edges belong to it', async () => {
    const parts = Array.from({ length: 10 }, (_, n) =>
      ({ ticks: PART, sizeBytes: BYTES, isIndependent: n % 5 === 0 }))
    const line = (msn: number): SegmentLine =>
      ({ msn, initId: 0, isDiscontinuity: msn === 3, wallMs: msn * 2_000, durationTicks: 180_000 })
    const { lines, leadTicks } = await cutSegments([0, 1, 2, 3].map(line),
      { inMs: 3_300, outMs: 4_500, isPublic: true }, async () => parts)
    expect(leadTicks).toBe(27_000)
    expect(lines).toEqual([
      { ...line(1), wallMs: 3_000, durationTicks: 90_000, range: { start: 500, length: 500 } },
      { ...line(2), wallMs: 4_000, durationTicks: 54_000, range: { start: 0, length: 300 } },
    ])
  })
})

describe('spans', () => {
  test('REC6 say when every part of the recording was, and never step back', () => {
    fc.assert(fc.property(made, ({ segments }) => {
      const spans = spansOf(segments)
      expect(spans.reduce((sum, span) => sum + span.durationMs, 0))
        .toBe(Math.round(durationTicksOf(segments) / 90))
      spans.forEach((span, n) => {
        const before = spans[n - 1]
        if (!before) return
        expect(span.atMs).toBe(before.atMs + before.durationMs)
        expect(span.wallMs).toBeGreaterThan(before.wallMs + before.durationMs)
      })
      // A line for a gap, not for a segment.
      const gaps = segments.filter((segment, n) => n > 0 && segment.isDiscontinuity).length
      expect(spans.length).toBe(gaps + 1)
    }))
  })
})
