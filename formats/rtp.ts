/** One RTP packet (RFC 3550, 5.1), understood. */
export interface RtpPacket {
  readonly marker: boolean
  readonly payloadType: number
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
  /** A view into the packet, without padding. Empty for packets that only probe the network. */
  readonly payload: Buffer
  /** Of the fixed head, the contributing sources and the extension. */
  readonly headerBytes: number
}

const HEAD_BYTES = 12

/** Tells RTCP from RTP where both share a port (RFC 5761, 4). */
export function isRtcp(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes[0]! >> 6 === 2 && bytes[1]! >= 192 && bytes[1]! <= 223
}

export function parseRtp(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < HEAD_BYTES || bytes[0]! >> 6 !== 2) return undefined
  let headerBytes = HEAD_BYTES + 4 * (bytes[0]! & 0x0f)
  if ((bytes[0]! & 0x10) !== 0) {
    if (bytes.length < headerBytes + 4) return undefined
    headerBytes += 4 + 4 * bytes.readUInt16BE(headerBytes + 2)
  }
  const hasPadding = (bytes[0]! & 0x20) !== 0
  const padding = hasPadding ? bytes[bytes.length - 1]! : 0
  // The padding counts itself, so none is as wrong as more than there is.
  if ((hasPadding && padding === 0) || headerBytes + padding > bytes.length) return undefined
  return {
    marker: (bytes[1]! & 0x80) !== 0,
    payloadType: bytes[1]! & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(headerBytes, bytes.length - padding),
    headerBytes,
  }
}

/** Numbers beyond their field wrap, so that unwrapped ones can be given as they are. */
export function writeRtp(
  head: {
    marker: boolean; payloadType: number; sequence: number; timestamp: number; ssrc: number
  },
  payload: Buffer,
): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + payload.length)
  bytes[0] = 0x80
  bytes[1] = (head.marker ? 0x80 : 0) | (head.payloadType & 0x7f)
  bytes.writeUInt16BE(head.sequence & 0xffff, 2)
  bytes.writeUInt32BE(head.timestamp >>> 0, 4)
  bytes.writeUInt32BE(head.ssrc >>> 0, 8)
  payload.copy(bytes, HEAD_BYTES)
  return bytes
}

/** In place: one packet, made once, goes to many viewers who each count on their own. */
export function patchRtp(
  bytes: Buffer,
  head: { payloadType?: number; sequence?: number; timestamp?: number; ssrc?: number },
): void {
  if (bytes.length < HEAD_BYTES) return
  const { payloadType, sequence, timestamp, ssrc } = head
  if (payloadType !== undefined) bytes[1] = (bytes[1]! & 0x80) | (payloadType & 0x7f)
  if (sequence !== undefined) bytes.writeUInt16BE(sequence & 0xffff, 2)
  if (timestamp !== undefined) bytes.writeUInt32BE(timestamp >>> 0, 4)
  if (ssrc !== undefined) bytes.writeUInt32BE(ssrc >>> 0, 8)
}
