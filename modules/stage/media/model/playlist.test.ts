import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeManualClock } from '#kernel'
import { hasReached, makeLiveWindow } from '../live/window.ts'
import { writeReplayPlaylist } from './playlist.ts'

const PART = 18_000

const fresh = () => makeLiveWindow({ clock: makeManualClock() }, {
  segments: [], nextMsn: 0, discontinuitySequence: 0, partTargetTicks: PART, isEnded: false,
})

type Act = 'part' | 'segment' | 'lost' | 'back'

/** Does what a show does, in any order. */
function play(acts: readonly Act[]): string[] {
  const window = fresh()
  const texts: string[] = []
  let ticks = 0
  let isNewTimeline = true
  const open = () => {
    const msn = window.nextMsn
    const isDiscontinuity = isNewTimeline && msn > 0
    window.open({ msn, initId: 0, isDiscontinuity, wallMs: ticks / 90, ticks })
    isNewTimeline = false
  }
  for (const act of acts) {
    const last = window.segments.at(-1)
    const isOpen = last !== undefined && !last.isClosed
    if (act === 'lost') {
      if (isOpen && last.parts.length > 0) window.close()
      window.setReceiving(false)
      isNewTimeline = true
    } else if (act === 'back') {
      window.setReceiving(true)
    } else {
      if (!isOpen) open()
      window.part({ bytes: Buffer.alloc(8), ticks: PART, isIndependent: act === 'segment' })
      ticks += PART
      if (act === 'segment') window.close()
    }
    const text = window.text()
    if (text !== undefined) texts.push(text)
  }
  return texts
}

const number = (text: string, tag: string): number =>
  Number(new RegExp(`${tag}:(\\d+)`).exec(text)?.[1] ?? 0)

/** Segments by number: name, whether a discontinuity stands before it. */
function segmentsOf(text: string): Map<number, { name: string; breaks: number }> {
  const found = new Map<number, { name: string; breaks: number }>()
  let msn = number(text, 'MEDIA-SEQUENCE')
  let breaks = number(text, 'DISCONTINUITY-SEQUENCE')
  for (const line of text.split('\n')) {
    if (line === '#EXT-X-DISCONTINUITY') breaks++
    if (/^s\d+\.m4s$/.test(line)) found.set(msn++, { name: line, breaks })
  }
  return found
}

describe('playlists', () => {
  test('MED22 never step back: numbers, names and discontinuities stay what they were', () => {
    const act = fc.constantFrom<Act>('part', 'part', 'part', 'segment', 'segment', 'lost', 'back')
    fc.assert(fc.property(fc.array(act, { minLength: 1, maxLength: 250 }), (acts) => {
      const known = new Map<number, { name: string; breaks: number }>()
      let first = 0
      let last = -1
      for (const text of play(acts)) {
        expect(number(text, 'MEDIA-SEQUENCE')).toBeGreaterThanOrEqual(first)
        first = number(text, 'MEDIA-SEQUENCE')
        const segments = segmentsOf(text)
        for (const [msn, segment] of segments) {
          expect(segment.name).toBe(`s${msn}.m4s`)
          expect(known.get(msn) ?? segment).toEqual(segment)
          known.set(msn, segment)
        }
        expect(Math.max(...segments.keys())).toBeGreaterThanOrEqual(last)
        last = Math.max(...segments.keys())
      }
    }), { numRuns: 100 })
  })

  test('MED22 says the part target, hold-back of three parts, and the next part', () => {
    const [text] = play(['back', 'part', 'part', 'segment', 'part']).slice(-1)
    expect(text).toBe([
      '#EXTM3U', '#EXT-X-VERSION:9', '#EXT-X-TARGETDURATION:2',
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.600',
      '#EXT-X-PART-INF:PART-TARGET=0.200', '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-MAP:URI="init-0.mp4"', '#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z',
      '#EXT-X-PART:DURATION=0.20000,URI="p0.0.m4s"',
      '#EXT-X-PART:DURATION=0.20000,URI="p0.1.m4s"',
      '#EXT-X-PART:DURATION=0.20000,URI="p0.2.m4s",INDEPENDENT=YES',
      '#EXTINF:0.60000,', 's0.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.600Z',
      '#EXT-X-PART:DURATION=0.20000,URI="p1.0.m4s"',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p1.1.m4s"', '',
    ].join('\n'))
  })

  test('MED6 between publishers the break is announced once and nothing is hinted', () => {
    const texts = play(['back', 'segment', 'lost', 'back', 'segment'])
    const ends = texts.map((text) => text.trim().split('\n').slice(-2))
    expect(ends).toEqual([
      ['s0.m4s', '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p1.0.m4s"'],
      ['s0.m4s', '#EXT-X-DISCONTINUITY'], ['s0.m4s', '#EXT-X-DISCONTINUITY'],
      ['s1.m4s', '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p2.0.m4s"'],
    ])
    expect(texts.at(-1)!.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1)
  })

  test('MED2 a blocking reload waits for exactly what it asks for', () => {
    const segment = (msn: number, parts: number, isClosed: boolean) => ({
      msn, initId: 0, isDiscontinuity: false, wallMs: 0, durationTicks: 0, isClosed,
      parts: Array.from({ length: parts }, () => ({ ticks: PART, isIndependent: false })),
    })
    const open = [segment(4, 3, true), segment(5, 2, false)]
    expect(hasReached(open, 5, 1)).toBe(true)
    expect(hasReached(open, 5, 2)).toBe(false)
    expect(hasReached(open, 5, undefined)).toBe(false)
    expect(hasReached(open, 4, undefined)).toBe(true)
    // Part 3 of a segment that closed with three means the next segment's first.
    expect(hasReached(open, 4, 3)).toBe(true)
    expect(hasReached([segment(4, 3, true)], 4, 3)).toBe(false)
    expect(hasReached([segment(4, 3, true), segment(5, 0, false)], 4, 3)).toBe(false)
  })

  test('the window forgets old media and counts the breaks that leave with it', () => {
    const texts = play(['segment', 'lost', 'back', ...Array<Act>(100).fill('segment')])
    const text = texts.at(-1)!
    expect(number(text, 'DISCONTINUITY-SEQUENCE')).toBe(1)
    expect(segmentsOf(text).size).toBeLessThanOrEqual(24)
  })

  test('a replay marks where the recording has a gap', () => {
    const line = (msn: number) => ({
      msn, initId: 0, isDiscontinuity: false, wallMs: msn * 2_000, durationTicks: 180_000,
    })
    const text = writeReplayPlaylist([line(0), line(1), line(9)], true)
    expect(text.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1)
    expect(text).toContain('#EXT-X-PLAYLIST-TYPE:VOD')
    expect(text.endsWith('s9.m4s\n#EXT-X-ENDLIST\n')).toBe(true)
  })

  test('MED25 a cut says where players begin and which bytes belong to it', () => {
    const lines = [
      { msn: 1, initId: 0, isDiscontinuity: false, wallMs: 3_000, durationTicks: 90_000,
        range: { start: 500, length: 500 } },
      { msn: 2, initId: 0, isDiscontinuity: false, wallMs: 4_000, durationTicks: 54_000,
        range: { start: 0, length: 300 } },
    ]
    expect(writeReplayPlaylist(lines, true, 27_000).split('\n')).toEqual([
      '#EXTM3U', '#EXT-X-VERSION:9', '#EXT-X-TARGETDURATION:2', '#EXT-X-PLAYLIST-TYPE:VOD',
      '#EXT-X-MEDIA-SEQUENCE:1', '#EXT-X-START:TIME-OFFSET=0.30000,PRECISE=YES',
      '#EXT-X-MAP:URI="init-0.mp4"', '#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:03.000Z',
      '#EXTINF:1.00000,', '#EXT-X-BYTERANGE:500@500', 's1.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:04.000Z',
      '#EXTINF:0.60000,', '#EXT-X-BYTERANGE:300@0', 's2.m4s', '#EXT-X-ENDLIST', '',
    ])
  })
})
