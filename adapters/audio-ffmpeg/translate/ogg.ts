/** Writes Ogg (RFC 3533) with Opus inside (RFC 7845). Pure. */

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0)
  return value
})

export function oggCrc(page: Uint8Array): number {
  let value = 0
  for (const byte of page) value = (value << 8) ^ CRC[(value >>> 24) ^ byte]!
  return value >>> 0
}

const HEAD_BYTES = 27
const SERIAL = 0x53494c4b
/** Lacing holds 255 values of up to 255 bytes; the last one must be below 255. */
export const OGG_PACKET_BYTES_MAX = 254 * 255
const FIRST_PAGE = 2

function writePage(flags: number, granule: bigint, sequence: number, packet: Uint8Array): Buffer {
  const values = Math.floor(packet.length / 255) + 1
  const page = Buffer.alloc(HEAD_BYTES + values + packet.length)
  page.write('OggS', 0, 'latin1')
  page[5] = flags
  page.writeBigInt64LE(granule, 6)
  page.writeUInt32LE(SERIAL, 14)
  page.writeUInt32LE(sequence >>> 0, 18)
  page[26] = values
  page.fill(255, HEAD_BYTES, HEAD_BYTES + values - 1)
  page[HEAD_BYTES + values - 1] = packet.length % 255
  page.set(packet, HEAD_BYTES + values)
  page.writeUInt32LE(oggCrc(page), 22)
  return page
}

/** Writes one packet a page, so that nothing waits for a page to fill. */
export function makeOggWriter() {
  let sequence = 2
  const head = Buffer.alloc(19)
  head.write('OpusHead', 0, 'latin1')
  head.set([1, 2], 8)
  head.writeUInt32LE(48_000, 12)
  const tags = Buffer.alloc(16)
  tags.write('OpusTags', 0, 'latin1')
  return {
    header: Buffer.concat([writePage(FIRST_PAGE, 0n, 0, head), writePage(0, 0n, 1, tags)]),
    /** `endSamples`: where the packet ends, on a clock of 48 kHz. */
    page: (packet: Uint8Array, endSamples: number): Buffer =>
      writePage(0, BigInt(endSamples), sequence++, packet),
  }
}
