import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AAC_RECORD, avcRecord, SPS, SPS_1080 } from '#formats/testing/avc'
import { audioTag, nalRun, videoTag } from '#formats/testing/flv'
import { parseAudioConfig, parseVideoConfig } from './codecs.ts'
import { isNalRun, parseAudioTag, parseVideoTag } from './flv.ts'
import { parseSps } from './sps.ts'

const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((raw) => Buffer.from(raw))

/** A good record with a few bytes overwritten and its end cut off. */
const damaged = (good: Buffer) => fc.tuple(
  fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(good.length),
).map(([changes, length]) => {
  const copy = Buffer.from(good)
  for (const [at, value] of changes) copy[at] = value
  return copy.subarray(0, length)
})

describe('what an encoder sends', () => {
  test('reads picture size and codec from real parameter sets', () => {
    expect(parseSps(SPS)).toEqual({ width: 320, height: 180 })
    expect(parseSps(SPS_1080)).toEqual({ width: 1920, height: 1080 })
    expect(parseVideoConfig(avcRecord(SPS_1080))).toMatchObject({ width: 1920, height: 1080 })
    expect(parseVideoConfig(avcRecord())?.codec).toMatch(/^avc1\.42c0/)
  })

  test('reads AAC configurations, also HE-AAC, and refuses kinds that do not play', () => {
    expect(parseAudioConfig(AAC_RECORD)).toMatchObject({
      codec: 'mp4a.40.2', sampleRate: 48_000, channels: 2, frameSamples: 1_024,
    })
    // HE-AAC, 24 kHz core, 48 kHz out, stereo.
    expect(parseAudioConfig(Buffer.from([0x2b, 0x11, 0x88, 0x00]))).toMatchObject({
      codec: 'mp4a.40.5', sampleRate: 24_000, channels: 2,
    })
    expect(parseAudioConfig(Buffer.from([0x09, 0x90]))).toBeUndefined()
    expect(parseAudioConfig(Buffer.from([0x11, 0x80]))).toBeUndefined()
  })

  test('tells frames, sounds and configurations apart', () => {
    expect(parseVideoTag(videoTag({ config: avcRecord() }))).toMatchObject({ kind: 'video' })
    expect(parseVideoTag(videoTag({ key: true, ctoMs: -80 })))
      .toMatchObject({ kind: 'frame', key: true, ctoMs: -80 })
    expect(parseAudioTag(audioTag({ config: AAC_RECORD }))).toMatchObject({ kind: 'audio' })
    expect(parseAudioTag(audioTag({}))).toMatchObject({ kind: 'sound' })
  })

  test('names the codecs it does not take', () => {
    const hevc = Buffer.concat([Buffer.from([0x90]), Buffer.from('hvc1')])
    const named = (tag: { kind: string; codec?: string }) => [tag.kind, tag.codec]
    expect(named(parseVideoTag(hevc) as never)).toEqual(['unsupported', 'hvc1'])
    expect(named(parseVideoTag(Buffer.from([0x12])) as never)).toEqual(['unsupported', 'H.263'])
    expect(named(parseAudioTag(Buffer.from([0x2f])) as never)).toEqual(['unsupported', 'MP3'])
    const hostile = Buffer.from([0x90, 0, 10, 27, 91])
    expect(named(parseVideoTag(hostile) as never)).toEqual(['unsupported', 'unknown'])
  })

  test('takes any bytes without an exception, and only whole NAL units as a frame', () => {
    fc.assert(fc.property(bytes(200), (raw) => {
      const tag = parseVideoTag(raw)
      parseAudioTag(raw)
      if (tag.kind === 'frame') expect(isNalRun(tag.data)).toBe(true)
    }), { numRuns: 500 })
    const short = nalRun(40).subarray(0, 30)
    expect(parseVideoTag(videoTag({ data: short }))).toEqual({ kind: 'malformed' })
  })

  test('survives damaged configurations', () => {
    fc.assert(fc.property(damaged(avcRecord(SPS_1080)), damaged(AAC_RECORD), (video, audio) => {
      const picture = parseVideoConfig(video)
      if (picture) expect(picture.width * picture.height).toBeGreaterThan(0)
      parseAudioConfig(audio)
    }), { numRuns: 1_000 })
  })
})
