/** One block of a receiver report (RFC 3550, 6.4.1). */
export interface ReceptionReport {
  readonly ssrc: number
  /** 0 to 1, since the report before. */
  readonly fractionLost: number
  /** In all; negative when packets came twice. */
  readonly lost: number
  /** Highest sequence number with its wraps counted above it. */
  readonly highest: number
  /** In units of the track's clock. */
  readonly jitter: number
  /** `ntpMiddle` of the last sender report, 0 for none. */
  readonly lastSr: number
  /** Since that report, in 1/65536 s. */
  readonly delaySr: number
}

export type RtcpMessage =
  | {
    readonly kind: 'senderReport'
    readonly ssrc: number
    /** Milliseconds since 1970, with a fraction. */
    readonly ntpMs: number
    /** What a receiver names in `lastSr`. */
    readonly ntpMiddle: number
    readonly rtpTimestamp: number
    readonly packets: number
    readonly octets: number
  }
  /** Also what a sender report says about the other direction. */
  | {
    readonly kind: 'receiverReport'
    readonly ssrc: number
    readonly reports: ReceptionReport[]
  }
  | { readonly kind: 'nack'; readonly mediaSsrc: number; readonly sequences: number[] }
  | { readonly kind: 'pli'; readonly mediaSsrc: number }
  | { readonly kind: 'fir'; readonly mediaSsrc: number }
  | { readonly kind: 'remb'; readonly bps: number }
  | { readonly kind: 'bye' }

export const RTCP_LIMITS = {
  messagesMax: 64,
  /** Sequences read from one request. */
  nackMax: 512,
  /** Pairs of a sequence and 16 more written into one request: it stays below 1,200 bytes. */
  nackPairsMax: 256,
} as const

const SENDER_REPORT = 200
const RECEIVER_REPORT = 201
const DESCRIPTION = 202
const BYE = 203
const TRANSPORT_FEEDBACK = 205
const PAYLOAD_FEEDBACK = 206

const REPORT_BYTES = 24
const REPORTS_MAX = 31
const REMB = Buffer.from('REMB')

/** Seconds from 1900, where NTP counts from, to 1970. */
const NTP_EPOCH_SECONDS = 2_208_988_800

function ntpMsOf(seconds: number, fraction: number): number {
  // The 32-bit count wraps in 2036; a small one is read as after that (RFC 4330, 3).
  const whole = seconds < 2 ** 31 ? seconds + 2 ** 32 : seconds
  return (whole - NTP_EPOCH_SECONDS) * 1_000 + (fraction * 1_000) / 2 ** 32
}

function readReports(body: Buffer, from: number, count: number): ReceptionReport[] {
  const reports: ReceptionReport[] = []
  for (let n = 0, at = from; n < count && at + REPORT_BYTES <= body.length; n++) {
    reports.push({
      ssrc: body.readUInt32BE(at),
      fractionLost: body[at + 4]! / 256,
      lost: body.readIntBE(at + 5, 3),
      highest: body.readUInt32BE(at + 8),
      jitter: body.readUInt32BE(at + 12),
      lastSr: body.readUInt32BE(at + 16),
      delaySr: body.readUInt32BE(at + 20),
    })
    at += REPORT_BYTES
  }
  return reports
}

function readSenderReport(packet: Buffer, count: number): RtcpMessage[] {
  if (packet.length < 28) return []
  const ssrc = packet.readUInt32BE(4)
  const [seconds, fraction] = [packet.readUInt32BE(8), packet.readUInt32BE(12)]
  const reports = readReports(packet, 28, count)
  return [
    {
      kind: 'senderReport', ssrc,
      ntpMs: ntpMsOf(seconds, fraction),
      ntpMiddle: (seconds & 0xffff) * 2 ** 16 + (fraction >>> 16),
      rtpTimestamp: packet.readUInt32BE(16),
      packets: packet.readUInt32BE(20),
      octets: packet.readUInt32BE(24),
    },
    ...(reports.length > 0 ? [{ kind: 'receiverReport', ssrc, reports } as const] : []),
  ]
}

function readNack(packet: Buffer): RtcpMessage[] {
  const sequences: number[] = []
  for (let at = 12; at + 4 <= packet.length && sequences.length < RTCP_LIMITS.nackMax; at += 4) {
    const first = packet.readUInt16BE(at)
    const more = packet.readUInt16BE(at + 2)
    sequences.push(first)
    for (let bit = 0; bit < 16 && sequences.length < RTCP_LIMITS.nackMax; bit++) {
      if ((more & (1 << bit)) !== 0) sequences.push((first + bit + 1) & 0xffff)
    }
  }
  if (sequences.length === 0) return []
  return [{ kind: 'nack', mediaSsrc: packet.readUInt32BE(8), sequences }]
}

function readRemb(packet: Buffer): RtcpMessage[] {
  if (packet.length < 20 || !packet.subarray(12, 16).equals(REMB)) return []
  const mantissa = packet.readUIntBE(17, 3) & 0x3ffff
  return [{ kind: 'remb', bps: mantissa * 2 ** (packet[17]! >> 2) }]
}

function readFeedback(packet: Buffer, type: number, format: number): RtcpMessage[] {
  if (packet.length < 12) return []
  if (type === TRANSPORT_FEEDBACK) return format === 1 ? readNack(packet) : []
  if (format === 1) return [{ kind: 'pli', mediaSsrc: packet.readUInt32BE(8) }]
  if (format === 15) return readRemb(packet)
  // A full intra request names its source in its own field (RFC 5104, 4.3.1.1).
  if (format !== 4 || packet.length < 20) return []
  return [{ kind: 'fir', mediaSsrc: packet.readUInt32BE(12) }]
}

function readPacket(packet: Buffer, type: number, count: number): RtcpMessage[] {
  if (type === SENDER_REPORT) return readSenderReport(packet, count)
  if (type === RECEIVER_REPORT) {
    if (packet.length < 8) return []
    const ssrc = packet.readUInt32BE(4)
    return [{ kind: 'receiverReport', ssrc, reports: readReports(packet, 8, count) }]
  }
  if (type === BYE) return [{ kind: 'bye' }]
  const isFeedback = type === TRANSPORT_FEEDBACK || type === PAYLOAD_FEEDBACK
  return isFeedback ? readFeedback(packet, type, count) : []
}

/** Reads what is understood of a compound packet, up to the first byte that makes no sense. */
export function parseRtcp(bytes: Buffer): RtcpMessage[] {
  const messages: RtcpMessage[] = []
  let at = 0
  while (at + 4 <= bytes.length && messages.length < RTCP_LIMITS.messagesMax) {
    const head = bytes[at]!
    const end = at + 4 + 4 * bytes.readUInt16BE(at + 2)
    if (head >> 6 !== 2 || end > bytes.length) break
    const padding = (head & 0x20) !== 0 ? bytes[end - 1]! : 0
    if (padding > end - at - 4) break
    messages.push(...readPacket(bytes.subarray(at, end - padding), bytes[at + 1]!, head & 0x1f))
    at = end
  }
  return messages.slice(0, RTCP_LIMITS.messagesMax)
}

/** A packet with its head filled in; `bytes` is a multiple of four. */
function begin(type: number, count: number, bytes: number, ssrc: number): Buffer {
  const packet = Buffer.alloc(bytes)
  packet[0] = 0x80 | count
  packet[1] = type
  packet.writeUInt16BE(bytes / 4 - 1, 2)
  packet.writeUInt32BE(ssrc >>> 0, 4)
  return packet
}

const within = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(value) || 0))

function writeDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname).subarray(0, 255)
  // The list of items ends with at least one zero byte and fills a word.
  const packet = begin(DESCRIPTION, 1, 8 + 4 * Math.ceil((2 + name.length + 1) / 4), ssrc)
  packet[8] = 1
  packet[9] = name.length
  name.copy(packet, 10)
  return packet
}

/** A sender report and, as every compound packet needs, the sender's name. */
export function writeSenderReport(options: {
  ssrc: number; cname: string; nowMs: number; rtpTimestamp: number; packets: number; octets: number
}): Buffer {
  const { ssrc, cname, nowMs, rtpTimestamp, packets, octets } = options
  const packet = begin(SENDER_REPORT, 0, 28, ssrc)
  const seconds = Math.floor(nowMs / 1_000)
  const fraction = within(((nowMs - seconds * 1_000) / 1_000) * 2 ** 32, 0, 2 ** 32 - 1)
  packet.writeUInt32BE((seconds + NTP_EPOCH_SECONDS) >>> 0, 8)
  packet.writeUInt32BE(fraction, 12)
  packet.writeUInt32BE(rtpTimestamp >>> 0, 16)
  packet.writeUInt32BE(packets >>> 0, 20)
  packet.writeUInt32BE(octets >>> 0, 24)
  return Buffer.concat([packet, writeDescription(ssrc, cname)])
}

export function writeReceiverReport(options: {
  ssrc: number; reports: readonly ReceptionReport[]
}): Buffer {
  const reports = options.reports.slice(0, REPORTS_MAX)
  const bytes = 8 + REPORT_BYTES * reports.length
  const packet = begin(RECEIVER_REPORT, reports.length, bytes, options.ssrc)
  reports.forEach((report, n) => {
    const at = 8 + REPORT_BYTES * n
    packet.writeUInt32BE(report.ssrc >>> 0, at)
    packet[at + 4] = within(report.fractionLost * 256, 0, 255)
    packet.writeIntBE(within(report.lost, -0x800000, 0x7fffff), at + 5, 3)
    packet.writeUInt32BE(report.highest >>> 0, at + 8)
    packet.writeUInt32BE(within(report.jitter, 0, 2 ** 32 - 1), at + 12)
    packet.writeUInt32BE(report.lastSr >>> 0, at + 16)
    packet.writeUInt32BE(within(report.delaySr, 0, 2 ** 32 - 1), at + 20)
  })
  return packet
}

/** Asks for packets again. Sequences may be unwrapped; what is beyond `nackPairsMax` pairs is left
 *  out. */
export function writeNack(options: {
  ssrc: number; mediaSsrc: number; sequences: readonly number[]
}): Buffer {
  const pairs: { first: number; more: number }[] = []
  for (const sequence of options.sequences.toSorted((a, b) => a - b)) {
    const pair = pairs.at(-1)
    const distance = pair ? sequence - pair.first : Infinity
    if (distance === 0) continue
    if (pair && distance <= 16) pair.more |= 1 << (distance - 1)
    else if (pairs.length < RTCP_LIMITS.nackPairsMax) pairs.push({ first: sequence, more: 0 })
    else break
  }
  const packet = begin(TRANSPORT_FEEDBACK, 1, 12 + 4 * pairs.length, options.ssrc)
  packet.writeUInt32BE(options.mediaSsrc >>> 0, 8)
  pairs.forEach(({ first, more }, n) => {
    packet.writeUInt16BE(first & 0xffff, 12 + 4 * n)
    packet.writeUInt16BE(more, 14 + 4 * n)
  })
  return packet
}

/** Asks for a keyframe. */
export function writePli(options: { ssrc: number; mediaSsrc: number }): Buffer {
  const packet = begin(PAYLOAD_FEEDBACK, 1, 12, options.ssrc)
  packet.writeUInt32BE(options.mediaSsrc >>> 0, 8)
  return packet
}

/** Tells a sender how much arrives (draft-alvestrand-rmcat-remb-03); never more than `bps`. */
export function writeRemb(options: {
  ssrc: number; mediaSsrcs: readonly number[]; bps: number
}): Buffer {
  const ssrcs = options.mediaSsrcs.slice(0, 255)
  const bps = Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, options.bps || 0))
  const exponent = Math.max(0, Math.floor(Math.log2(Math.max(1, bps))) - 17)
  const mantissa = Math.min(0x3ffff, Math.floor(bps / 2 ** exponent))
  const packet = begin(PAYLOAD_FEEDBACK, 15, 20 + 4 * ssrcs.length, options.ssrc)
  REMB.copy(packet, 12)
  packet[16] = ssrcs.length
  packet.writeUIntBE(exponent * 0x40000 + mantissa, 17, 3)
  ssrcs.forEach((ssrc, n) => packet.writeUInt32BE(ssrc >>> 0, 20 + 4 * n))
  return packet
}
