/** FLV 10.1 (annex E) as it goes over a pipe, both ways. Pure. */

export const FLV_TAG = { audio: 8, video: 9 } as const
const HEAD_BYTES = 9
const TAG_BYTES = 11
const TAG_BYTES_MAX = 8_000_000

/** The file's head; the flags say what is in it. */
export function writeFlvHead(has: { audio: boolean; video: boolean }): Buffer {
  const flags = (has.audio ? 4 : 0) + (has.video ? 1 : 0)
  return Buffer.from([0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, HEAD_BYTES, 0, 0, 0, 0])
}

/** One tag. `atMs` is taken modulo 2^32, as the format wants. */
export function writeFlvTag(type: number, atMs: number, payload: readonly Uint8Array[]): Buffer {
  const length = payload.reduce((sum, part) => sum + part.length, 0)
  const tag = Buffer.alloc(TAG_BYTES + length + 4)
  tag[0] = type
  tag.writeUIntBE(length, 1, 3)
  const time = atMs >>> 0
  tag.writeUIntBE(time & 0xffffff, 4, 3)
  tag[7] = time >>> 24
  let at = TAG_BYTES
  for (const part of payload) {
    tag.set(part, at)
    at += part.length
  }
  tag.writeUInt32BE(TAG_BYTES + length, at)
  return tag
}

export interface FlvBlock {
  readonly type: number
  readonly atMs: number
  readonly payload: Buffer
}

/** Cuts bytes as they come into tags. */
export function makeFlvReader(): (chunk: Uint8Array) => FlvBlock[] {
  let chunks: Uint8Array[] = []
  let heldBytes = 0
  let neededBytes = HEAD_BYTES + 4
  let isHeadRead = false
  return (chunk) => {
    chunks.push(chunk)
    heldBytes += chunk.length
    const blocks: FlvBlock[] = []
    if (heldBytes < neededBytes) return blocks
    let held = Buffer.concat(chunks)
    if (!isHeadRead) {
      held = held.subarray(HEAD_BYTES + 4)
      isHeadRead = true
    }
    neededBytes = TAG_BYTES
    while (held.length >= TAG_BYTES) {
      const length = held.readUIntBE(1, 3)
      neededBytes = TAG_BYTES + length + 4
      if (length > TAG_BYTES_MAX) throw new RangeError('FLV tag too long')
      if (held.length < neededBytes) break
      const atMs = held.readUIntBE(4, 3) + held[7]! * 2 ** 24
      const payload = held.subarray(TAG_BYTES, TAG_BYTES + length)
      blocks.push({ type: held[0]! & 0x1f, atMs, payload })
      held = held.subarray(neededBytes)
      neededBytes = TAG_BYTES
    }
    chunks = held.length > 0 ? [held] : []
    heldBytes = held.length
    return blocks
  }
}
