import { box, fullBox, text, u16, u32 } from '#formats/boxes'
import { TICKS_PER_SECOND } from '#formats/init-segment'
import type { Run, TrackHead } from './samples.ts'

/** An MP4 that plays everywhere: one index in front, then the samples as they were recorded. */
export interface Movie {
  /** A new stretch: the timeline may have jumped. `ticks`: where its first segment says it is. */
  startStretch(ticks: number): void
  /** A fragment whose samples lie at `place` of the media data; `shift`: what to take off its data
   *  offsets. */
  add(runs: readonly Run[], place: number, shift: number): void
  /** Everything before the media data, whose payload is `payloadBytes` long. Shown is what lies
   *  between the two moments, in ticks of the timeline of the first stretch; null: to the end. */
  head(payloadBytes: number, fromTicks: number, toTicks: number | null): Buffer
}

interface Table {
  readonly track: TrackHead
  readonly times: number[]
  readonly sizes: number[]
  readonly compositions: number[]
  readonly keys: number[]
  readonly places: number[]
  readonly counts: number[]
  lastDuration: number
}

/** Equal values that follow each other, as (count, value) rows. */
function rows(values: readonly number[]): Buffer {
  const out: number[] = []
  for (const value of values) {
    if (out.length > 0 && out.at(-1) === value) out[out.length - 2]!++
    else out.push(1, value)
  }
  const bytes = Buffer.allocUnsafe(out.length * 4)
  out.forEach((value, n) => void bytes.writeInt32BE(value | 0, n * 4))
  return bytes
}

function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4)
  values.forEach((value, n) => void bytes.writeUInt32BE(value, n * 4))
  return bytes
}

function longs(...values: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 8)
  values.forEach((value, n) => void bytes.writeBigInt64BE(BigInt(Math.round(value)), n * 8))
  return bytes
}

const durationsOf = ({ times, lastDuration }: Table): number[] =>
  times.map((time, n) => (n + 1 < times.length ? times[n + 1]! - time : lastDuration))

/** Which chunks hold how many samples: a row where the count changes. */
function chunkRows(counts: readonly number[]): Buffer {
  const out: number[] = []
  counts.forEach((count, n) => {
    if (n === 0 || counts[n - 1] !== count) out.push(n + 1, count, 1)
  })
  return Buffer.concat([u32(out.length / 3), numbers(out)])
}

function sampleTable(table: Table, dataStart: number): Buffer {
  const { track, sizes, keys, compositions, places, counts } = table
  const durations = rows(durationsOf(table))
  const offsets = rows(compositions)
  const hasOffsets = compositions.some((value) => value !== 0)
  return box('stbl',
    track.boxes.stsd,
    fullBox('stts', 0, 0, u32(durations.length / 8), durations),
    ...(hasOffsets ? [fullBox('ctts', 1, 0, u32(offsets.length / 8), offsets)] : []),
    fullBox('stsc', 0, 0, chunkRows(counts)),
    fullBox('stsz', 0, 0, u32(0, sizes.length), numbers(sizes)),
    fullBox('co64', 0, 0, u32(places.length), longsOf(places, dataStart)),
    ...(track.isVideo ? [fullBox('stss', 0, 0, u32(keys.length), numbers(keys))] : []))
}

/** Chunk offsets in the file; too many for arguments of a call. */
function longsOf(places: readonly number[], start: number): Buffer {
  const bytes = Buffer.allocUnsafe(places.length * 8)
  places.forEach((place, n) => void bytes.writeBigInt64BE(BigInt(place + start), n * 8))
  return bytes
}

const MOVIE_SCALE = 1000
const toMovie = (ticks: number): number =>
  Math.round((ticks * MOVIE_SCALE) / TICKS_PER_SECOND)

/** What of the track is shown: it begins before the moment (decoders need a keyframe) or after it
 *  (sound may come late), and both tracks keep their place to each other. */
function editList(table: Table, fromTicks: number, toTicks: number): Buffer {
  const { timescale } = table.track
  const from = Math.round((fromTicks * timescale) / TICKS_PER_SECOND)
  const first = table.times[0]!
  const length = toMovie(toTicks - fromTicks)
  const waits = Math.max(0, Math.round(((first - from) * MOVIE_SCALE) / timescale))
  const entries = [
    ...(waits > 0 ? [[longs(waits, -1), u16(1, 0)]] : []),
    [longs(Math.max(0, length - waits), Math.max(0, from - first)), u16(1, 0)],
  ]
  return box('edts', fullBox('elst', 1, 0, u32(entries.length), ...entries.flat()))
}

function trak(table: Table, dataStart: number, fromTicks: number, toTicks: number): Buffer {
  const { track } = table
  const { tkhd, hdlr, header, dinf } = track.boxes
  const head = Buffer.from(tkhd)
  head.writeUInt32BE(toMovie(toTicks - fromTicks), 28)
  const length = table.times.at(-1)! + table.lastDuration - table.times[0]!
  const mdhd = fullBox('mdhd', 1, 0, longs(0, 0), u32(track.timescale), longs(length),
    u16(0x55c4, 0))
  return box('trak', head, editList(table, fromTicks, toTicks),
    box('mdia', mdhd, hdlr, box('minf', header, dinf, sampleTable(table, dataStart))))
}

const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
const MDAT_HEAD_BYTES = 16

/** Takes fragments that share one init segment. */
export function makeMovie(tracks: readonly TrackHead[]): Movie {
  const tables = new Map<number, Table>(tracks.map((track) => [track.id, {
    track, times: [], sizes: [], compositions: [], keys: [], places: [], counts: [],
    lastDuration: 0,
  }]))
  let moved = 0

  const endTicks = (table: Table): number => table.times.length === 0 ? 0
    : ((table.times.at(-1)! + table.lastDuration) * TICKS_PER_SECOND) / table.track.timescale

  const addRun = (table: Table, run: Run, place: number): void => {
    let time = run.time + Math.round((moved * table.track.timescale) / TICKS_PER_SECOND)
    run.sizes.forEach((size, n) => {
      // Never back, whatever a torn recording says.
      const last = table.times.at(-1)
      table.times.push(last === undefined ? time : Math.max(last, time))
      time += run.durations[n]!
      table.sizes.push(size)
      table.compositions.push(run.compositions[n]!)
      if (run.keys[n]) table.keys.push(table.times.length)
    })
    table.lastDuration = run.durations.at(-1)!
    table.places.push(place)
    table.counts.push(run.sizes.length)
  }

  return {
    startStretch(ticks) {
      const ends = [...tables.values()].map(endTicks)
      const end = Math.max(0, ...ends)
      // Both tracks move together, behind the end of the longer one: their sync is kept.
      if (end > 0) moved = Math.ceil(end) - ticks
    },
    add(runs, place, shift) {
      for (const run of runs) {
        const table = tables.get(run.trackId)
        if (table) addRun(table, run, place + run.dataOffset - shift)
      }
    },
    head(payloadBytes, fromTicks, untilTicks) {
      const toTicks = untilTicks ?? Math.max(...[...tables.values()].map(endTicks))
      const filled = [...tables.values()].filter(({ times }) => times.length > 0)
      const ftyp = box('ftyp', text('isom'), u32(0x200), text('isomiso2avc1mp41'))
      const write = (dataStart: number): Buffer => {
        const mvhd = fullBox('mvhd', 0, 0,
          u32(0, 0, MOVIE_SCALE, toMovie(toTicks - fromTicks), 0x10000), u16(0x100, 0), u32(0, 0),
          MATRIX, Buffer.alloc(24), u32(Math.max(...tracks.map(({ id }) => id)) + 1))
        return box('moov', mvhd,
          ...filled.map((table) => trak(table, dataStart, fromTicks, toTicks)))
      }
      // The index is as long whatever the places in it are.
      const start = ftyp.length + write(0).length + MDAT_HEAD_BYTES
      const mdat = Buffer.concat([u32(1), text('mdat'), longs(payloadBytes + MDAT_HEAD_BYTES)])
      return Buffer.concat([ftyp, write(start), mdat])
    },
  }
}
