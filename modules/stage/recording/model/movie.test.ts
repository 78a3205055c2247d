import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseVideoConfig, type AudioConfig, type VideoConfig } from '#formats/codecs'
import { walkBoxes, writeFragment } from '#formats/fragment'
import { writeInit } from '#formats/init-segment'
import { avcRecord } from '#formats/testing/avc'
import { makeMovie } from './movie.ts'
import { readRuns, readTracks } from './samples.ts'

const RATE = 48_000
const FRAME = 3_600
const video = parseVideoConfig(avcRecord()) as VideoConfig
const audio: AudioConfig = {
  kind: 'audio', codec: 'mp4a.40.2', record: Buffer.from([0x11, 0x90]), sampleRate: RATE,
  channels: 2, frameSamples: 1024,
}
const tracks = readTracks(writeInit({ video, audio }))

/** The box at a path below `bytes`; the n-th where there are several of a name. */
function find(bytes: Buffer, path: readonly string[], n = 0): Buffer {
  const [name, ...rest] = path
  if (name === undefined) return bytes
  const found = [...walkBoxes(bytes)].filter(({ type }) => type === name)
  return find(found[name === 'trak' ? n : 0]!.body, rest, n)
}

/** When each sample of a track is shown, in seconds of the movie. */
function timesOf(head: Buffer, n: number): number[] {
  const stts = find(head, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stts'], n)
  const timescale = find(head, ['moov', 'trak', 'mdia', 'mdhd'], n).readUInt32BE(20)
  const elst = find(head, ['moov', 'trak', 'edts', 'elst'], n)
  let wait = 0
  let at = 0
  for (let entry = 0; entry < elst.readUInt32BE(4); entry++) {
    const start = Number(elst.readBigInt64BE(16 + entry * 20))
    if (start < 0) wait = Number(elst.readBigInt64BE(8 + entry * 20)) / 1000
    else at = -start / timescale
  }
  const times: number[] = []
  for (let row = 0; row < stts.readUInt32BE(4); row++) {
    const delta = stts.readUInt32BE(12 + row * 8)
    for (let count = stts.readUInt32BE(8 + row * 8); count > 0; count--) {
      times.push(wait + at)
      at += delta / timescale
    }
  }
  return times
}

interface Stretch { readonly ticks: number; readonly frames: number; readonly lateMs: number }

/** Pictures of 40 ms, and sound that begins a little later and ends where it will. */
function build(stretches: readonly Stretch[], fromTicks: number) {
  const movie = makeMovie(tracks)
  let place = 0
  stretches.forEach(({ ticks, frames, lateMs }, n) => {
    if (n > 0) movie.startStretch(ticks)
    const start = Math.round((ticks / 90_000 + lateMs / 1000) * RATE)
    const sounds = Math.max(1, Math.floor((frames * 0.04 * RATE) / 1024))
    const bytes = writeFragment(n, [
      { trackId: 1, samples: Array.from({ length: frames }, (_, at) => ({
        time: ticks + at * FRAME, duration: FRAME, composition: 0, isKey: at === 0,
        data: Buffer.alloc(10),
      })) },
      { trackId: 2, samples: Array.from({ length: sounds }, (_, at) => ({
        time: start + at * 1024, duration: 1024, composition: 0, isKey: true,
        data: Buffer.alloc(4),
      })) },
    ])
    const shift = bytes.readUInt32BE(0) + 8
    movie.add(readRuns(bytes.subarray(0, shift - 8)), place, shift)
    place += bytes.length - shift
  })
  return movie.head(place, fromTicks, null)
}

describe('one file of many stretches', () => {
  const stretch = fc.record({
    jumpTicks: fc.integer({ min: -5_000_000, max: 5_000_000 }),
    frames: fc.integer({ min: 2, max: 60 }), lateMs: fc.integer({ min: 0, max: 40 }),
  })
  test('REC5 keeps sound and picture together wherever the clock jumped', () => {
    fc.assert(fc.property(fc.array(stretch, { minLength: 1, maxLength: 8 }), (given) => {
      let ticks = 100_000_000
      const stretches = given.map(({ jumpTicks, ...rest }, n): Stretch => {
        if (n > 0) ticks = Math.max(0, ticks + given[n - 1]!.frames * FRAME + jumpTicks)
        return { ticks, ...rest }
      })
      const head = build(stretches, stretches[0]!.ticks)
      const [pictures, sounds] = [timesOf(head, 0), timesOf(head, 1)]
      let [picture, sound, endSeconds] = [0, 0, 0]
      for (const { frames, lateMs } of stretches) {
        // As far apart as they were in the stretch, to a sample and the movie's millisecond.
        expect(Math.abs(sounds[sound]! - pictures[picture]! - lateMs / 1000)).toBeLessThan(0.002)
        expect(pictures[picture]!).toBeGreaterThanOrEqual(endSeconds - 0.002)
        picture += frames
        sound += Math.max(1, Math.floor((frames * 0.04 * RATE) / 1024))
        endSeconds = pictures[picture - 1]! + 0.04
      }
      expect([pictures.length, sounds.length]).toEqual([picture, sound])
      for (const times of [pictures, sounds]) {
        times.forEach((time, n) => expect(time).toBeGreaterThanOrEqual(times[n - 1] ?? 0))
      }
    }), { numRuns: 100 })
  })

  test('REC4 hides what lies before the moment of the cut, in both tracks alike', () => {
    const stretches = [{ ticks: 900_000, frames: 50, lateMs: 10 }]
    const whole = build(stretches, 900_000)
    const cut = build(stretches, 900_000 + 45_000)
    for (const n of [0, 1]) {
      const [before, after] = [timesOf(whole, n), timesOf(cut, n)]
      expect(before[20]! - after[20]!).toBeCloseTo(0.5, 3)
    }
  })
})
