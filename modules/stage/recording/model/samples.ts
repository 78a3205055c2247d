import { walkBoxes } from '#formats/fragment'
import { TICKS_PER_SECOND } from '#formats/init-segment'

/** A track as its init segment describes it; `boxes` are carried over as they are. */
export interface TrackHead {
  readonly id: number
  readonly timescale: number
  readonly width: number
  readonly height: number
  readonly isVideo: boolean
  readonly boxes: {
    readonly tkhd: Buffer; readonly hdlr: Buffer; readonly header: Buffer; readonly dinf: Buffer
    readonly stsd: Buffer
  }
}

/** Samples of one track in one fragment, in ticks of the track. */
export interface Run {
  readonly trackId: number
  readonly time: number
  readonly durations: readonly number[]
  readonly sizes: readonly number[]
  readonly keys: readonly boolean[]
  readonly compositions: readonly number[]
  /** Bytes from the start of the fragment to the first sample. */
  readonly dataOffset: number
}

const KEY_FLAGS = 0x02000000

function inside(bytes: Buffer, ...path: string[]): Buffer | undefined {
  let at: Buffer | undefined = bytes
  for (const name of path) {
    if (!at) return undefined
    at = [...walkBoxes(at)].find(({ type }) => type === name)?.body
  }
  return at
}

/** A whole box with its head, copied: the init may be let go. */
function whole(parent: Buffer, type: string): Buffer | undefined {
  let start = 0
  for (const box of walkBoxes(parent)) {
    if (box.type === type) return Buffer.from(parent.subarray(start, box.end))
    start = box.end
  }
  return undefined
}

function readTrack(trak: Buffer): TrackHead | undefined {
  const minf = inside(trak, 'mdia', 'minf')
  const [mdia, mdhd] = [inside(trak, 'mdia'), inside(trak, 'mdia', 'mdhd')]
  const stbl = minf && inside(minf, 'stbl')
  const tkhd = whole(trak, 'tkhd')
  if (!minf || !mdia || !mdhd || !stbl || !tkhd) return undefined
  const [video, sound] = [whole(minf, 'vmhd'), whole(minf, 'smhd')]
  const [hdlr, dinf, stsd] = [whole(mdia, 'hdlr'), whole(minf, 'dinf'), whole(stbl, 'stsd')]
  const header = video ?? sound
  if (!header || !hdlr || !dinf || !stsd || tkhd.length < 92) return undefined
  return {
    id: tkhd.readUInt32BE(20), timescale: mdhd.readUInt32BE(12) || TICKS_PER_SECOND,
    width: tkhd.readUInt32BE(84) >>> 16, height: tkhd.readUInt32BE(88) >>> 16,
    isVideo: video !== undefined, boxes: { tkhd, hdlr, header, dinf, stsd },
  }
}

/** The tracks of an init segment of ours. */
export function readTracks(init: Buffer): TrackHead[] {
  const moov = inside(init, 'moov')
  if (!moov) return []
  return [...walkBoxes(moov)].flatMap(({ type, body }) => {
    const track = type === 'trak' ? readTrack(body) : undefined
    return track ? [track] : []
  })
}

function readRun(traf: Buffer): Run | undefined {
  const [tfhd, tfdt, trun] = [inside(traf, 'tfhd'), inside(traf, 'tfdt'), inside(traf, 'trun')]
  if (!tfhd || !tfdt || !trun) return undefined
  const count = trun.readUInt32BE(4)
  if (trun.length < 12 + count * 16) return undefined
  const rows = Array.from({ length: count }, (_, n) => 12 + n * 16)
  return {
    trackId: tfhd.readUInt32BE(4), time: Number(tfdt.readBigUInt64BE(4)),
    dataOffset: trun.readInt32BE(8),
    durations: rows.map((at) => trun.readUInt32BE(at)),
    sizes: rows.map((at) => trun.readUInt32BE(at + 4)),
    keys: rows.map((at) => trun.readUInt32BE(at + 8) === KEY_FLAGS),
    compositions: rows.map((at) => trun.readInt32BE(at + 12)),
  }
}

/** The samples a `moof` of ours describes; nothing when it is not one. */
export function readRuns(moof: Buffer): Run[] {
  const body = inside(moof, 'moof')
  if (!body) return []
  return [...walkBoxes(body)].flatMap(({ type, body: traf }) => {
    const run = type === 'traf' ? readRun(traf) : undefined
    return run && run.sizes.length > 0 ? [run] : []
  })
}
