/** Transport-wide congestion control (draft-holmer-rmcat-transport-wide-cc-extensions-01): the
 *  receiver says when each packet arrived, and the sender finds out what the path can carry. */
export const TWCC_URI =
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01'

const ONE_BYTE_HEADERS = 0xbede

/** The transport-wide number of a packet: its header extension `id` (RFC 8285, one-byte form). */
export function transportSequence(packet: Buffer, id: number): number | undefined {
  if (packet.length < 12 || (packet[0]! & 0x10) === 0) return undefined
  let at = 12 + 4 * (packet[0]! & 0x0f)
  if (at + 4 > packet.length || packet.readUInt16BE(at) !== ONE_BYTE_HEADERS) return undefined
  const end = Math.min(packet.length, at + 4 + 4 * packet.readUInt16BE(at + 2))
  at += 4
  while (at < end) {
    const head = packet[at]!
    if (head === 0) {
      at++
      continue
    }
    // 15 ends the list; no data may be read behind it.
    if (head >> 4 === 15) return undefined
    const length = (head & 0x0f) + 1
    if (head >> 4 === id) {
      return length === 2 && at + 3 <= end ? packet.readUInt16BE(at + 1) : undefined
    }
    at += 1 + length
  }
  return undefined
}

export interface Arrival {
  /** Unwrapped. */
  readonly sequence: number
  /** On any steady clock. */
  readonly atMs: number
}

const TICKS_PER_MS = 4
const REFERENCE_MS = 64
const SYMBOLS_PER_CHUNK = 7
const PACKETS_MAX = 4_096

type Symbol = 0 | 1 | 2

/** Symbols of two bits each, seven to a chunk (3.1.4). */
function writeChunks(symbols: readonly Symbol[]): Buffer {
  const chunks: number[] = []
  for (let at = 0; at < symbols.length; at += SYMBOLS_PER_CHUNK) {
    let chunk = 0b11 << 14
    for (let n = 0; n < SYMBOLS_PER_CHUNK; n++) {
      chunk |= (symbols[at + n] ?? 0) << (12 - 2 * n)
    }
    chunks.push(chunk >> 8, chunk & 0xff)
  }
  return Buffer.from(chunks)
}

/** One feedback packet for arrivals in the order of their numbers, holes between them told as lost.
 *  `count` numbers the feedback packets. Undefined when there is nothing to say, or when the times
 *  lie too far apart for one packet. */
export function writeFeedback(options: {
  ssrc: number; mediaSsrc: number; count: number; arrivals: readonly Arrival[]
}): Buffer | undefined {
  const { arrivals } = options
  const first = arrivals[0]
  const last = arrivals.at(-1)
  if (!first || !last || last.sequence - first.sequence >= PACKETS_MAX) return undefined
  const earliestMs = Math.min(...arrivals.map((one) => one.atMs))
  const reference = Math.floor(earliestMs / REFERENCE_MS)
  const symbols: Symbol[] = []
  const deltas: number[] = []
  let beforeTicks = reference * REFERENCE_MS * TICKS_PER_MS
  let next = first.sequence
  for (const { sequence, atMs } of arrivals) {
    for (; next < sequence; next++) symbols.push(0)
    if (sequence < next) return undefined
    next = sequence + 1
    const ticks = Math.round(atMs * TICKS_PER_MS)
    const delta = ticks - beforeTicks
    beforeTicks = ticks
    if (delta >= 0 && delta <= 0xff) {
      symbols.push(1)
      deltas.push(delta)
    } else if (delta >= -0x8000 && delta <= 0x7fff) {
      symbols.push(2)
      deltas.push((delta >> 8) & 0xff, delta & 0xff)
    } else return undefined
  }
  const body = Buffer.concat([writeChunks(symbols), Buffer.from(deltas)])
  const size = Math.ceil((20 + body.length) / 4) * 4
  const packet = Buffer.alloc(size)
  packet[0] = 0x80 | 15
  packet[1] = 205
  packet.writeUInt16BE(size / 4 - 1, 2)
  packet.writeUInt32BE(options.ssrc >>> 0, 4)
  packet.writeUInt32BE(options.mediaSsrc >>> 0, 8)
  packet.writeUInt16BE(first.sequence & 0xffff, 12)
  packet.writeUInt16BE(symbols.length, 14)
  packet.writeUIntBE(reference & 0xff_ffff, 16, 3)
  packet[19] = options.count & 0xff
  body.copy(packet, 20)
  return packet
}
