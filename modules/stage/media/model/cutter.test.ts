import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { choosePartTarget, makeCutter } from './cutter.ts'

const MS = 90

interface Piece { ticks: number; frames: number; isLastOfSegment: boolean }

/** Runs frames through a cutter; every part and segment it makes. */
function cut(frames: { ms: number; isKey: boolean }[], isSoundOnly = false) {
  const cutter = makeCutter({ isSoundOnly })
  const parts: Piece[] = []
  const segments: number[] = []
  let part: Piece = { ticks: 0, frames: 0, isLastOfSegment: false }
  let segment = 0
  const flush = (isLastOfSegment: boolean) => {
    if (part.frames > 0) parts.push({ ...part, isLastOfSegment })
    else if (isLastOfSegment && parts.length > 0) parts.at(-1)!.isLastOfSegment = true
    part = { ticks: 0, frames: 0, isLastOfSegment: false }
  }
  for (const { ms, isKey } of frames) {
    const ticks = ms * MS
    const verdict = cutter.before(ticks, isKey)
    if (verdict !== 'none') flush(verdict === 'segment')
    if (verdict === 'segment') {
      segments.push(segment)
      segment = 0
    }
    part.ticks += ticks
    part.frames++
    segment += ticks
    if (cutter.add(ticks, isKey)) flush(false)
  }
  flush(true)
  segments.push(segment)
  return { parts, segments, target: cutter.partTargetTicks ?? Infinity }
}

const steady = (fps: number, count: number, gop: number) =>
  Array.from({ length: count }, (_, n) => ({
    ms: Math.round(((n + 1) * 1000) / fps) - Math.round((n * 1000) / fps), isKey: n % gop === 0,
  }))

describe('cutting', () => {
  test('MED17 steady rates: every part is full and none is above the target', () => {
    const rates = fc.constantFrom(5, 10, 12, 15, 20, 23.976, 24, 25, 29.97, 30, 50, 59.94, 60, 120)
    fc.assert(fc.property(rates, fc.integer({ min: 10, max: 250 }), (fps, gop) => {
      const { parts, segments, target } = cut(steady(fps, Math.round(fps * 12), gop))
      expect(target).toBeLessThanOrEqual(252 * MS)
      for (const part of parts) {
        expect(part.ticks).toBeLessThanOrEqual(target)
        if (part.isLastOfSegment) continue
        expect(part.ticks).toBeGreaterThanOrEqual(0.85 * target)
      }
      const rounded = segments.map((ticks) => Math.round(ticks / MS / 1000))
      expect(Math.max(...rounded)).toBeLessThanOrEqual(2)
    }), { numRuns: 150 })
  })

  test('MED17 the target is the whole number of frames nearest to 0.2 s', () => {
    const targetMs = (fps: number) => {
      const frames = steady(fps, 6, 99).map(({ ms }) => ms * MS)
      return choosePartTarget(frames) / MS
    }
    expect([25, 30, 29.97, 24, 10, 4].map(targetMs)).toEqual([201, 201, 201, 210, 201, 251])
  })

  test('MED17 any rates: a part above the target is one long frame, and nothing is lost', () => {
    const frame = fc.record({
      ms: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 2_000 })),
      isKey: fc.boolean(),
    })
    fc.assert(fc.property(fc.array(frame, { minLength: 5, maxLength: 300 }), (frames) => {
      const { parts, segments, target } = cut(frames)
      const sum = frames.reduce((all, { ms }) => all + ms * MS, 0)
      expect(parts.reduce((all, part) => all + part.ticks, 0)).toBe(sum)
      expect(segments.reduce((all, one) => all + one, 0)).toBe(sum)
      for (const part of parts) if (part.frames > 1) expect(part.ticks).toBeLessThanOrEqual(target)
      for (const segment of segments) expect(segment).toBeLessThanOrEqual(2_400 * MS)
    }), { numRuns: 300 })
  })

  test('MED18 segments start at keyframes when those come every two seconds or less', () => {
    const { segments } = cut(steady(30, 300, 60))
    expect(segments).toEqual([2_000, 2_000, 2_000, 2_000, 2_000].map((ms) => ms * MS))
    const starts = cut(steady(25, 250, 25)).segments
    expect(starts.every((ticks) => ticks === 2_000 * MS)).toBe(true)
  })

  test('MED18 after a forced cut the next keyframe starts a segment again', () => {
    // Keyframes every 3 s: 2.4 s, then 0.6 s up to the keyframe.
    const { segments } = cut(steady(25, 150, 75))
    expect(segments).toEqual([2_400, 600, 2_400, 600].map((ms) => ms * MS))
  })

  test('sound alone is cut at two seconds', () => {
    const { segments } = cut(Array.from({ length: 300 }, () => ({ ms: 21, isKey: true })), true)
    expect(segments[0]).toBe(95 * 21 * MS)
  })
})
