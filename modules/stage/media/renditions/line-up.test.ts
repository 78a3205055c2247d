import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeManualClock } from '#kernel'
import type { Sample } from '#formats/fragment'
import { AUDIO_NAMES, LOW_NAMES } from '../model/playlist.ts'
import { makeLineUp } from './line-up.ts'
import { lowSize } from './low.ts'
import { measureRates, writeMaster } from './master.ts'
import { makeRendition } from './rendition.ts'

const FRAME = 3_000
const picture = (place: number, isKey = false) => ({ place, isKey, data: Buffer.from([place]) })
const slots = (from: number, count: number) => Array.from({ length: count }, (_, n) => (
  { place: from + n, time: (from + n) * FRAME, duration: FRAME }
))

function startLineUp() {
  const told: { part: number | string; places: number[] }[] = []
  const lineUp = makeLineUp<number>((part, frames) => {
    told.push({ part, places: frames.map((frame: Sample) => frame.data[0]!) })
  })
  const act = (name: string) => lineUp.act(() => told.push({ part: name, places: [] }))
  return { told, lineUp, act }
}

describe('line-up', () => {
  test('MED16 parts come out in the order of the source, each with its own pictures', () => {
    const part = fc.record({ count: fc.integer({ min: 1, max: 6 }), isTurned: fc.boolean() })
    const lost = fc.array(fc.nat(60), { maxLength: 10 })
    fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), lost, fc.nat(20), (
      parts, missing, diesAt,
    ) => {
      const { told, lineUp } = startLineUp()
      const wanted: number[][] = []
      let next = 0
      parts.forEach(({ count, isTurned }, n) => {
        wanted.push(isTurned ? slots(next, count).map(({ place }) => place) : [])
        if (isTurned) lineUp.expect(n, count * FRAME, 7, slots(next, count))
        else lineUp.gap(n, count * FRAME)
        if (isTurned) next += count
      })
      // Some never come, and at some point the turner is gone.
      const came = Array.from({ length: next }, (_, place) => place)
        .filter((place) => !missing.includes(place)).slice(0, diesAt)
      for (const place of came) lineUp.picture(7, picture(place))
      lineUp.lose(7)
      expect(told.map(({ part: name }) => name)).toEqual(parts.map((_, n) => n))
      expect(told.map(({ places }) => places))
        .toEqual(wanted.map((places) => places.filter((place) => came.includes(place))))
      expect(lineUp.waitingTicks).toBe(0)
    }))
  })

  test('what lies between parts keeps its place, and nothing is told early', () => {
    const { told, lineUp, act } = startLineUp()
    act('open')
    lineUp.expect(1, FRAME, 1, slots(0, 2))
    act('close')
    lineUp.gap(2, FRAME)
    expect(told.map(({ part }) => part)).toEqual(['open'])
    lineUp.picture(1, picture(0, true))
    lineUp.picture(2, picture(1))
    expect(told).toHaveLength(1)
    lineUp.picture(1, picture(1))
    expect(told.map(({ part }) => part)).toEqual(['open', 1, 'close', 2])
  })
})

describe('rendition', () => {
  const segment = (msn: number, isDiscontinuity = false) => (
    { msn, isDiscontinuity, wallMs: 1_000_000 + msn * 2_000, ticks: msn * 180_000 }
  )
  const start = () => makeRendition({
    clock: makeManualClock(), names: LOW_NAMES, discontinuitySequence: 3,
  })
  const part = { bytes: Buffer.alloc(9), ticks: 18_000, isIndependent: true }
  const init = Buffer.from('init')

  test('MED16 a hole is said, before the first part there is nothing to say', () => {
    const made = start()
    made.window.setPartTarget(18_000)
    for (const [msn, hasInit, isBreak] of [
      [5, false, false], [6, false, true], [7, true, false], [8, false, false], [9, true, false],
    ] as const) {
      made.open(segment(msn, isBreak))
      made.part(part, hasInit ? init : undefined)
      made.part(part, hasInit ? init : undefined)
      made.close()
    }
    const text = made.window.text()!
    expect(text).toContain('#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-DISCONTINUITY-SEQUENCE:4\n')
    expect(text.match(/linit-\d+/g)).toEqual(['linit-7'])
    expect(text.match(/l8\.\d\.m4s",GAP=YES/g)).toHaveLength(2)
    expect(text.match(/#EXT-X-GAP\n#EXTINF:0.40000,\nl8\.m4s/)).toHaveLength(1)
    expect(made.init(7)).toBe(init)
    expect(made.init(8)).toBeUndefined()
  })

  test('an init is named once', () => {
    const made = start()
    for (const [msn, bytes] of [[1, 'a'], [2, 'a'], [3, 'b'], [4, 'a']] as const) {
      made.open(segment(msn))
      made.part(part, Buffer.from(bytes))
      made.close()
    }
    expect(made.window.segments.map(({ initId }) => initId)).toEqual([1, 1, 3, 4])
  })
})

describe('what is offered', () => {
  test('MED16 the small picture has a short side of 360 and even sides', () => {
    expect(lowSize({ width: 1_920, height: 1_080 })).toEqual({ width: 640, height: 360 })
    expect(lowSize({ width: 1_080, height: 1_920 })).toEqual({ width: 360, height: 640 })
    expect(lowSize({ width: 854, height: 480 })).toEqual({ width: 640, height: 360 })
    expect(lowSize({ width: 640, height: 360 })).toBeUndefined()
  })

  test('rates are those of whole segments, and a short one is no peak', () => {
    const line = (bytes: number, durationTicks: number, isGap = false) => ({
      msn: 0, initId: 0, isDiscontinuity: false, wallMs: 0, durationTicks, isClosed: true,
      whole: Buffer.alloc(bytes), parts: [{ ticks: durationTicks, isIndependent: true, isGap }],
    })
    expect(measureRates([])).toBeUndefined()
    expect(measureRates([line(1_000, 180_000), line(3_000, 180_000), line(9_000, 9_000, true)]))
      .toEqual({ peakBps: 12_000, averageBps: 8_000 })
    expect(measureRates([line(1_000, 180_000), line(1_000, 9_000)])!.peakBps).toBeLessThan(8_000)
  })

  test('the multivariant playlist says what each is', () => {
    const rates = { peakBps: 2_000, averageBps: 1_000 }
    expect(writeMaster([
      {
        uri: 'live.m3u8', name: '720p', codecs: ['avc1.64001f', 'mp4a.40.2'], width: 1_280,
        height: 720, fps: 29.97, rates,
      },
      { uri: 'audio.m3u8', name: 'audio', codecs: [], rates },
    ])).toBe([
      '#EXTM3U', '#EXT-X-VERSION:9',
      '#EXT-X-STREAM-INF:BANDWIDTH=2000,AVERAGE-BANDWIDTH=1000,CODECS="avc1.64001f,mp4a.40.2",'
      + 'RESOLUTION=1280x720,FRAME-RATE=29.970,NAME="720p"', 'live.m3u8',
      '#EXT-X-STREAM-INF:BANDWIDTH=2000,AVERAGE-BANDWIDTH=1000,NAME="audio"', 'audio.m3u8', '',
    ].join('\n'))
    expect(AUDIO_NAMES).not.toEqual(LOW_NAMES)
  })
})
