import { box, fullBox, u32 } from './boxes.ts'

/** Times in ticks of the track's own timescale. */
export interface Sample {
  readonly time: number
  readonly duration: number
  readonly composition: number
  readonly isKey: boolean
  readonly data: Buffer
}

export interface TrackRun {
  readonly trackId: number
  readonly samples: readonly Sample[]
}

const KEY_FLAGS = 0x02000000
const DELTA_FLAGS = 0x01010000
const DEFAULT_BASE_IS_MOOF = 0x020000
/** Data offset, duration, size, flags and composition offset of every sample are present. */
const RUN_FLAGS = 0x000f01

function runRows(samples: readonly Sample[]): Buffer {
  const rows = Buffer.allocUnsafe(samples.length * 16)
  samples.forEach((sample, n) => {
    rows.writeUInt32BE(sample.duration, n * 16)
    rows.writeUInt32BE(sample.data.length, n * 16 + 4)
    rows.writeUInt32BE(sample.isKey ? KEY_FLAGS : DELTA_FLAGS, n * 16 + 8)
    rows.writeInt32BE(sample.composition, n * 16 + 12)
  })
  return rows
}

function moof(sequence: number, runs: readonly TrackRun[], offsets: readonly number[]): Buffer {
  const trafs = runs.map((run, n) => {
    const time = Buffer.allocUnsafe(8)
    time.writeBigUInt64BE(BigInt(run.samples[0]!.time))
    return box('traf',
      fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(run.trackId)),
      fullBox('tfdt', 1, 0, time),
      fullBox('trun', 1, RUN_FLAGS, u32(run.samples.length, offsets[n]!), runRows(run.samples)))
  })
  return box('moof', fullBox('mfhd', 0, 0, u32(sequence)), ...trafs)
}

/** One moof and mdat: a part. Parts of a segment, one behind the other, are the segment. */
export function writeFragment(sequence: number, runs: readonly TrackRun[]): Buffer {
  const filled = runs.filter((run) => run.samples.length > 0)
  let at = moof(sequence, filled, filled.map(() => 0)).length + 8
  const offsets = filled.map((run) => {
    const start = at
    for (const sample of run.samples) at += sample.data.length
    return start
  })
  const data = filled.flatMap((run) => run.samples.map((sample) => sample.data))
  return Buffer.concat([moof(sequence, filled, offsets), box('mdat', ...data)])
}

export interface FragmentInfo {
  readonly trackId: number
  readonly time: number
  readonly duration: number
  readonly startsWithKey: boolean
}

function readTraf(traf: Buffer): FragmentInfo | undefined {
  let trackId = 0
  let time = 0
  let duration = 0
  let startsWithKey = false
  for (const inner of walkBoxes(traf)) {
    if (inner.type === 'tfhd') trackId = inner.body.readUInt32BE(4)
    if (inner.type === 'tfdt') time = Number(inner.body.readBigUInt64BE(4))
    if (inner.type !== 'trun') continue
    const count = inner.body.readUInt32BE(4)
    for (let n = 0; n < count; n++) duration += inner.body.readUInt32BE(12 + n * 16)
    startsWithKey = count > 0 && inner.body.readUInt32BE(12 + 8) === KEY_FLAGS
  }
  return trackId === 0 ? undefined : { trackId, time, duration, startsWithKey }
}

/** The boxes that lie one behind the other; ends at the first that is not whole. */
export function* walkBoxes(bytes: Buffer): Generator<{ type: string; body: Buffer; end: number }> {
  let at = 0
  while (at + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(at)
    if (size < 8 || at + size > bytes.length) return
    const type = bytes.toString('latin1', at + 4, at + 8)
    yield { type, body: bytes.subarray(at + 8, at + size), end: at + size }
    at += size
  }
}

/** Reads our own segment file back into parts. A part cut short by a crash ends the list, so the
 *  open segment's file is its own journal. Throws nothing, whatever the bytes are. */
export function readFragments(file: Buffer): { bytes: Buffer; tracks: FragmentInfo[] }[] {
  const parts: { bytes: Buffer; tracks: FragmentInfo[] }[] = []
  let start = 0
  let tracks: FragmentInfo[] | undefined
  try {
    for (const outer of walkBoxes(file)) {
      if (outer.type === 'moof') {
        tracks = []
        for (const inner of walkBoxes(outer.body)) {
          const info = inner.type === 'traf' ? readTraf(inner.body) : undefined
          if (info) tracks.push(info)
        }
      } else if (outer.type === 'mdat' && tracks !== undefined) {
        parts.push({ bytes: file.subarray(start, outer.end), tracks })
        start = outer.end
        tracks = undefined
      } else {
        break
      }
    }
  } catch {
    // A box shorter than its fields: the rest of the file is not ours to trust.
  }
  return parts
}
