import { makeBitReader, unescapeNal } from './bits.ts'
import type { RtpPacket } from './rtp.ts'

/** One picture as it goes on. */
/** One picture: what no camera reaches and no memory minds. */
export const PICTURE_BYTES_MAX = 4_000_000

export interface AccessUnit {
  readonly timestamp: number
  readonly isKey: boolean
  /** NAL units, each behind its 4-byte length, without parameter sets and delimiters. */
  readonly data: Buffer
  /** The last ones that came with it. */
  readonly sps?: Buffer
  readonly pps?: Buffer
  /** Every picture parameter set that came with it: some encoders use several at once. */
  readonly ppsList?: readonly Buffer[]
}

export interface Depacketiser {
  /** Takes packets in order; gives a picture when it is whole. */
  push(packet: RtpPacket): AccessUnit | undefined
  /** Packets are missing here: nothing comes until the next whole keyframe. */
  gap(): void
  readonly needsKeyframe: boolean
}

/** NAL unit types (H.264, table 7-1) and packet types (RFC 6184, table 1). */
const SLICE = 1
const IDR = 5
const SPS = 7
const PPS = 8
const DELIMITER = 9
const STAP_A = 24
const FU_A = 28

/** Pieces of one picture: 4 MB in packets of 1,200 bytes are 3,500. Small ones are bounded too. */
const PIECES_MAX = 16_384
/** A configuration record has at most 1,024 bytes, see codecs.ts. */
const SET_BYTES_MAX = 480
const SETS_MAX = 31

const typeOf = (nal: Buffer): number => nal[0]! & 0x1f

/** The NAL units of a STAP-A; undefined when they do not fill it exactly. */
function splitAggregate(payload: Buffer): Buffer[] | undefined {
  const nals: Buffer[] = []
  let at = 1
  while (at + 2 < payload.length) {
    const end = at + 2 + payload.readUInt16BE(at)
    if (end === at + 2 || end > payload.length) return undefined
    nals.push(payload.subarray(at + 2, end))
    at = end
  }
  return at === payload.length && nals.length > 0 ? nals : undefined
}

/** Parameter sets that came since the last picture. */
function makeSets() {
  let sps: Buffer | undefined
  let ppsList: Buffer[] = []
  return {
    add(nal: Buffer): boolean {
      // Copies, so that a set that is kept does not keep its packet.
      if (nal.length > SET_BYTES_MAX) return false
      if (typeOf(nal) === SPS) sps = Buffer.from(nal)
      else {
        ppsList = ppsList.filter((known) => !known.equals(nal))
        ppsList.push(Buffer.from(nal))
      }
      return ppsList.length <= SETS_MAX
    },
    take(): Pick<AccessUnit, 'sps' | 'pps' | 'ppsList'> {
      const pps = ppsList.at(-1)
      const taken = { ...(sps && { sps }), ...(pps && { pps, ppsList }) }
      sps = undefined
      ppsList = []
      return taken
    },
  }
}

/** One picture while its packets come. */
function makePicture(timestamp: number, sets: ReturnType<typeof makeSets>) {
  const run: Buffer[] = []
  let first: Buffer | undefined
  let fragment: { type: number; parts: Buffer[] } | undefined
  let pieces = 0
  let sizeBytes = 0

  const fits = (bytes: number): boolean => {
    pieces++
    sizeBytes += bytes
    return pieces <= PIECES_MAX && sizeBytes <= PICTURE_BYTES_MAX
  }
  const takeNal = (nal: Buffer): boolean => {
    const type = typeOf(nal)
    if ((nal[0]! & 0x80) !== 0 || type === 0 || type >= STAP_A) return false
    if (type === SPS || type === PPS) return sets.add(nal)
    if (type === DELIMITER) return true
    if (type >= SLICE && type <= IDR) first ??= nal
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32BE(nal.length)
    run.push(length, nal)
    return true
  }
  const takeFragment = (payload: Buffer): boolean => {
    if (payload.length < 2) return false
    const head = payload[1]!
    const type = head & 0x1f
    if ((head & 0x80) !== 0) {
      if (fragment) return false
      fragment = { type, parts: [Buffer.from([(payload[0]! & 0xe0) | type])] }
    }
    if (fragment?.type !== type) return false
    fragment.parts.push(payload.subarray(2))
    if ((head & 0x40) === 0) return true
    const nal = Buffer.concat(fragment.parts)
    fragment = undefined
    return takeNal(nal)
  }
  return {
    timestamp,
    /** False when the payload makes no sense here, or is too much: the picture is broken. */
    take(payload: Buffer): boolean {
      const type = typeOf(payload)
      if (type === FU_A) return fits(payload.length) && takeFragment(payload)
      if (fragment) return false
      const nals = type === STAP_A ? splitAggregate(payload) : [payload]
      return nals?.every((nal) => fits(4 + nal.length) && takeNal(nal)) ?? false
    },
    get isOpen() { return fragment !== undefined },
    /** The first slice; undefined while nothing can be seen. */
    get first() { return first },
    data: () => Buffer.concat(run),
  }
}

/** Makes pictures of packets (RFC 6184, non-interleaved mode). */
export function makeDepacketiser(): Depacketiser {
  const done: AccessUnit[] = []
  const sets = makeSets()
  let picture: ReturnType<typeof makePicture> | undefined
  let needsKeyframe = true
  /** What is missing may be the start of the picture that comes next. */
  let isStartUnsure = true
  /** The rest of a broken picture is passed over. */
  let brokenTimestamp: number | undefined

  const lose = (): void => {
    if (picture) brokenTimestamp = picture.timestamp
    picture = undefined
    sets.take()
    needsKeyframe = true
    isStartUnsure = true
  }

  const finish = (whole: NonNullable<typeof picture>): void => {
    if (whole.isOpen) return lose()
    picture = undefined
    // Parameter sets sent on their own belong to the picture behind them.
    if (!whole.first) return
    const isKey = typeOf(whole.first) === IDR
    // The first slice of a picture starts with its first macroblock: ue(v) of 0 is one set bit.
    const hasStart = !isStartUnsure || ((whole.first[1] ?? 0) & 0x80) !== 0
    isStartUnsure = false
    if (isKey && hasStart) needsKeyframe = false
    const withSets = sets.take()
    if (needsKeyframe) return
    done.push({ timestamp: whole.timestamp, isKey, data: whole.data(), ...withSets })
  }

  return {
    push({ payload, timestamp, marker }) {
      // Empty packets only probe the network; they repeat the time of the last picture.
      if (payload.length === 0) return done.shift()
      // A marker may be missing; another time says the same.
      if (picture && picture.timestamp !== timestamp) finish(picture)
      if (timestamp === brokenTimestamp) return done.shift()
      brokenTimestamp = undefined
      picture ??= makePicture(timestamp, sets)
      if (!picture.take(payload)) lose()
      else if (marker) finish(picture)
      return done.shift()
    },
    gap() {
      lose()
      done.length = 0
    },
    get needsKeyframe() { return needsKeyframe },
  }
}

/** The NAL units of an AVCC run, as far as it makes sense. */
export function splitRun(data: Buffer): Buffer[] {
  const nals: Buffer[] = []
  let at = 0
  while (at + 4 < data.length) {
    const end = at + 4 + data.readUInt32BE(at)
    if (end > data.length) break
    if (end > at + 4) nals.push(data.subarray(at + 4, end))
    at = end
  }
  return nals
}

/** Pieces of nearly one size: a small last one would cost as much as a full one. */
function splitNal(nal: Buffer, mtu: number): Buffer[] {
  const [indicator, type] = [(nal[0]! & 0xe0) | FU_A, typeOf(nal)]
  const count = Math.ceil((nal.length - 1) / (mtu - 2))
  const size = Math.ceil((nal.length - 1) / count)
  const payloads: Buffer[] = []
  for (let at = 1; at < nal.length; at += size) {
    const head = (at === 1 ? 0x80 : 0) | (at + size >= nal.length ? 0x40 : 0) | type
    payloads.push(Buffer.concat([Buffer.from([indicator, head]), nal.subarray(at, at + size)]))
  }
  return payloads
}

function aggregate(nals: readonly Buffer[]): Buffer {
  const importance = Math.max(...nals.map((nal) => nal[0]! & 0x60))
  return Buffer.concat([Buffer.from([importance | STAP_A]), ...nals.flatMap((nal) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(nal.length)
    return [length, nal]
  })])
}

/** The RTP payloads of one picture, each at most `mtu` bytes; the last one takes the marker. Those
 *  that are one whole unit are views into what came in. */
export function packetise(
  data: Buffer, parameterSets: readonly Buffer[], mtu: number,
): Buffer[] {
  const most = Math.max(3, Math.floor(mtu))
  const sets = parameterSets.filter((nal) => nal.length > 0)
  const setsBytes = sets.reduce((sum, nal) => sum + 2 + nal.length, 1)
  const isTogether = sets.length > 1 && setsBytes <= Math.min(most, 0xffff)
  const single = [...(isTogether ? [] : sets), ...splitRun(data)]
  return [
    ...(isTogether ? [aggregate(sets)] : []),
    ...single.flatMap((nal) => nal.length <= most ? [nal] : splitNal(nal, most)),
  ]
}

/** What a record of a high profile says more (ISO/IEC 14496-15, 5.3.3.1.2). */
function highFields(sps: Buffer): Buffer {
  const reader = makeBitReader(unescapeNal(sps.subarray(1)))
  const profile = reader.bits(8)
  if (![100, 110, 122, 144].includes(profile)) return Buffer.alloc(0)
  reader.bits(16)
  reader.ue()
  const chroma = reader.ue()
  if (chroma === 3) reader.bits(1)
  const [luma, colour] = [reader.ue(), reader.ue()]
  return Buffer.from([0xfc | (chroma & 3), 0xf8 | (luma & 7), 0xf8 | (colour & 7), 0])
}

/** An AVCDecoderConfigurationRecord. Sets too long for their length field are left out. */
export function avcRecord(sps: Buffer, ppsList: readonly Buffer[]): Buffer {
  const fits = (set: Buffer): boolean => set.length > 0 && set.length <= 0xffff
  const behindLength = (set: Buffer): Buffer[] => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(set.length)
    return [length, set]
  }
  const spsList = fits(sps) ? [sps] : []
  const pictureSets = ppsList.filter(fits).slice(0, 255)
  return Buffer.concat([
    Buffer.from([1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe0 | spsList.length]),
    ...spsList.flatMap(behindLength),
    Buffer.from([pictureSets.length]), ...pictureSets.flatMap(behindLength),
    highFields(sps),
  ])
}

/** The parameter sets of a record, as far as it makes sense. */
export function readRecord(record: Buffer): { sps: Buffer[]; pps: Buffer[] } {
  let at = 5
  const read = (mask: number): Buffer[] => {
    const sets: Buffer[] = []
    const count = (record[at++] ?? 0) & mask
    for (let n = 0; n < count && at + 2 <= record.length; n++) {
      const end = at + 2 + record.readUInt16BE(at)
      if (end > record.length) break
      sets.push(record.subarray(at + 2, end))
      at = end
    }
    return sets
  }
  return { sps: read(0x1f), pps: read(0xff) }
}
