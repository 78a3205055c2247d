/** What an Opus packet says about itself (RFC 6716). Pure. */

/** 20 ms of silence: CELT, full band. */
export const SILENT_OPUS = Uint8Array.of(0xf8, 0xff, 0xfe)
export const SILENT_OPUS_SAMPLES = 960
/** 120 ms at 48 kHz. */
const SAMPLES_MAX = 5_760
const FRAME_BYTES_MAX = 1_275

/** Samples of one frame by configuration (table 2). */
function frameSamples(config: number): number {
  if (config < 12) return [480, 960, 1_920, 2_880][config & 3]!
  if (config < 16) return [480, 960][config & 1]!
  return [120, 240, 480, 960][config & 3]!
}

/** A frame's length at `at`: how long it is and where what follows begins. */
function readLength(packet: Uint8Array, at: number): { bytes: number; next: number } | undefined {
  const first = packet[at]
  if (first === undefined) return undefined
  if (first < 252) return { bytes: first, next: at + 1 }
  const second = packet[at + 1]
  return second === undefined ? undefined : { bytes: second * 4 + first, next: at + 2 }
}

function readPadding(packet: Uint8Array, at: number): { bytes: number; next: number } | undefined {
  let bytes = 0
  for (let next = at; ; next++) {
    const value = packet[next]
    if (value === undefined) return undefined
    bytes += value === 255 ? 254 : value
    if (value !== 255) return { bytes, next: next + 1 }
  }
}

/** Rules R5 to R7 of section 3.4. */
function isManyFrames(packet: Uint8Array): boolean {
  const many = packet[1]!
  const count = many & 0x3f
  const padding = (many & 0x40) === 0 ? { bytes: 0, next: 2 } : readPadding(packet, 2)
  if (count === 0 || !padding) return false
  let at = padding.next
  const end = packet.length - padding.bytes
  if ((many & 0x80) === 0) {
    const rest = end - at
    return rest >= 0 && rest % count === 0 && rest / count <= FRAME_BYTES_MAX
  }
  let sum = 0
  for (let n = 1; n < count; n++) {
    const length = readLength(packet, at)
    if (!length || length.bytes > FRAME_BYTES_MAX) return false
    at = length.next
    sum += length.bytes
  }
  const last = end - at - sum
  return last >= 0 && last <= FRAME_BYTES_MAX
}

/** Samples at 48 kHz in a packet; undefined when it breaks a rule of the format. */
export function opusSamples(packet: Uint8Array): number | undefined {
  const toc = packet[0]
  if (toc === undefined) return undefined
  const one = frameSamples(toc >> 3)
  const rest = packet.length - 1
  if ((toc & 3) === 0) return rest <= FRAME_BYTES_MAX ? one : undefined
  if ((toc & 3) === 1) return rest % 2 === 0 && rest / 2 <= FRAME_BYTES_MAX ? 2 * one : undefined
  if ((toc & 3) === 2) {
    const first = readLength(packet, 1)
    const second = first && packet.length - first.next - first.bytes
    const isRight = second !== undefined && second >= 0 && second <= FRAME_BYTES_MAX
    return isRight ? 2 * one : undefined
  }
  if (packet.length < 2 || !isManyFrames(packet)) return undefined
  const samples = (packet[1]! & 0x3f) * one
  return samples <= SAMPLES_MAX ? samples : undefined
}
