import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AAC_RECORD, avcRecord, SPS_1080 } from '#formats/testing/avc'
import { nalRun } from '#formats/testing/flv'
import { makeAssembler } from './assembler.ts'
import { parseAudioConfig, parseVideoConfig } from '#formats/codecs'
import type { FlvTag } from '#formats/flv'
import { readFragments } from '#formats/fragment'
import { judgeStep, makeUnwrapper } from './timeline.ts'

interface Seen {
  inits: Buffer[]
  segments: { isNewTimeline: boolean; ticks: number; wallMs: number; isClosed: boolean
    parts: { bytes: Buffer; ticks: number; isIndependent: boolean }[] }[]
}

function assemble(startTicks = 0) {
  const seen: Seen = { inits: [], segments: [] }
  const assembler = makeAssembler({
    startTicks, startSequence: 0,
    sink: {
      init: (bytes) => void seen.inits.push(bytes),
      open: (segment) => void seen.segments.push({ ...segment, parts: [], isClosed: false }),
      part: (part) => void seen.segments.at(-1)!.parts.push(part),
      close: () => { seen.segments.at(-1)!.isClosed = true },
      partTarget: () => {},
    },
  })
  return { assembler, seen }
}

const video = parseVideoConfig(avcRecord())!
const largeVideo = parseVideoConfig(avcRecord(SPS_1080))!
const audio = parseAudioConfig(AAC_RECORD)!
const frame = (key: boolean): FlvTag => ({ kind: 'frame', key, ctoMs: 0, data: nalRun(100) })
const sound: FlvTag = { kind: 'sound', data: Buffer.alloc(50) }

type Run = ReturnType<typeof assemble>

/** Pushes 25 fps with a keyframe a second and sound, from a time of the publisher's clock. */
function run({ assembler }: Run, fromMs: number, seconds: number, nowMs: number): void {
  for (let n = 0; n < seconds * 25; n++) {
    const at = fromMs + n * 40
    assembler.push(frame(n % 25 === 0), at >>> 0, nowMs + n * 40)
    assembler.push(sound, (at + 5) >>> 0, nowMs + n * 40)
    assembler.push(sound, (at + 26) >>> 0, nowMs + n * 40)
  }
}

const timelines = (seen: Seen): number =>
  seen.segments.filter((segment) => segment.isNewTimeline).length

function expectOneTimeline(seen: Seen): void {
  let end = -1
  for (const segment of seen.segments) {
    expect(segment.ticks).toBeGreaterThanOrEqual(end)
    end = segment.ticks + segment.parts.reduce((sum, part) => sum + part.ticks, 0)
  }
}

describe('a publisher clock', () => {
  test('MED19 unwraps 32 bits in either direction', () => {
    const unwrap = makeUnwrapper()
    expect([0xfffffff0, 8, 0xfffffffe, 20].map(unwrap))
      .toEqual([0xfffffff0, 2 ** 32 + 8, 0xfffffffe, 2 ** 32 + 20])
    const step = fc.integer({ min: -0x3fffffff, max: 0x3fffffff })
    fc.assert(fc.property(fc.nat(0xffffffff), fc.array(step), (first, steps) => {
      const go = makeUnwrapper()
      let whole = go(first)
      for (const one of steps) {
        whole += one
        expect(go(((whole % 2 ** 32) + 2 ** 32) % 2 ** 32)).toBe(whole)
      }
    }))
  })

  test('tells a late frame from a new timeline', () => {
    expect([judgeStep(1_000, 1_040), judgeStep(1_000, 900), judgeStep(9_000, 0),
      judgeStep(0, 5_000)]).toEqual(['goes_on', 'goes_on', 'jumps', 'jumps'])
  })

  test('MED19 goes on over the wrap without a break', () => {
    const one = assemble()
    one.assembler.push(video, 0, 0)
    one.assembler.push(audio, 0, 0)
    run(one, 2 ** 32 - 3_000, 8, 1_000_000)
    one.assembler.finish()
    expect(timelines(one.seen)).toBe(1)
    expect(one.seen.segments.map((segment) => segment.parts.length)).toEqual([10, 10, 10, 10])
    expectOneTimeline(one.seen)
  })

  test('MED20 a jump back is a discontinuity; the show\'s own time never steps back', () => {
    const one = assemble()
    one.assembler.push(video, 0, 0)
    one.assembler.push(audio, 0, 0)
    run(one, 60_000, 4, 1_000_000)
    run(one, 0, 4, 1_010_000)
    one.assembler.finish()
    expect(timelines(one.seen)).toBe(2)
    expect(one.seen.inits).toHaveLength(2)
    expectOneTimeline(one.seen)
    const second = one.seen.segments.find((segment, at) => at > 0 && segment.isNewTimeline)!
    expect(second.wallMs).toBe(1_010_000)
    expect(one.seen.segments.every((segment) => segment.isClosed)).toBe(true)
  })

  test('MED20 a new picture size gets its own init segment and starts at a keyframe', () => {
    const one = assemble()
    one.assembler.push(video, 0, 0)
    one.assembler.push(audio, 0, 0)
    run(one, 0, 3, 0)
    one.assembler.push(video, 3_000, 0)
    one.assembler.push(largeVideo, 3_000, 0)
    one.assembler.push(frame(false), 3_000, 0)
    run(one, 3_040, 3, 3_040)
    one.assembler.finish()
    expect(one.seen.inits).toHaveLength(2)
    expect(timelines(one.seen)).toBe(2)
    const second = one.seen.segments.find((segment, at) => at > 0 && segment.isNewTimeline)!
    expect(second.parts[0]!.isIndependent).toBe(true)
    expectOneTimeline(one.seen)
  })

  test('sound is laid out by frames: rounding leaves no gap, a real gap stays', () => {
    const one = assemble()
    one.assembler.push(audio, 0, 0)
    const atMs = (n: number) => Math.round((n * 1024) / 48) + (n >= 200 ? 300 : 0)
    for (let n = 0; n < 400; n++) one.assembler.push(sound, atMs(n), atMs(n))
    one.assembler.finish()
    const tracks = one.seen.segments.flatMap((segment) =>
      segment.parts.flatMap((part) => readFragments(part.bytes)[0]!.tracks))
    tracks.slice(1).forEach((track, at) =>
      expect(track.time).toBe(tracks[at]!.time + tracks[at]!.duration))
    const total = tracks.reduce((sum, track) => sum + track.duration, 0)
    expect(Math.abs(total - 400 * 1024 - 300 * 48)).toBeLessThan(100)
  })

  test('MED21 stops a flood: too many bytes for one segment', () => {
    const { assembler } = assemble()
    assembler.push(video, 0, 0)
    assembler.push(audio, 0, 0)
    const big: FlvTag = { kind: 'frame', key: true, ctoMs: 0, data: Buffer.alloc(3_000_000) }
    const said = Array.from({ length: 12 }, (_, n) => assembler.push(big, n, n))
    expect(said).toContain('stage.media.bitrate_too_high')
  })

  test('any order of any tags: nothing throws, time goes forward, parts read back whole', () => {
    const tag = fc.oneof(
      { weight: 6, arbitrary: fc.boolean().map(frame) },
      { weight: 6, arbitrary: fc.constant(sound) },
      { weight: 1, arbitrary: fc.constantFrom<FlvTag>(video, largeVideo, audio) },
      { weight: 1, arbitrary: fc.constantFrom<FlvTag>({ kind: 'nothing' }, { kind: 'malformed' }) },
    )
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 0, max: 90 }) },
      { weight: 1, arbitrary: fc.integer({ min: -0x7fffffff, max: 0x7fffffff }) },
    )
    fc.assert(fc.property(fc.array(fc.tuple(tag, step), { maxLength: 400 }), (tags) => {
      const { assembler, seen } = assemble(90_000)
      let at = 0
      for (const [one, forward] of tags) assembler.push(one, (at += forward) >>> 0, 0)
      const { endTicks } = assembler.finish()
      expectOneTimeline(seen)
      for (const segment of seen.segments) {
        expect(segment.isClosed).toBe(true)
        expect(segment.ticks).toBeLessThanOrEqual(endTicks)
        const whole = Buffer.concat(segment.parts.map((part) => part.bytes))
        expect(readFragments(whole)).toHaveLength(segment.parts.length)
      }
    }), { numRuns: 150 })
  })
})
