import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeFlvReader, writeFlvHead, writeFlvTag } from './flv.ts'
import { makeOggWriter, oggCrc, OGG_PACKET_BYTES_MAX } from './ogg.ts'
import { opusSamples, SILENT_OPUS } from './opus.ts'

/** Bytes in pieces of any size must read the same. */
const inPieces = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length]!)
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}
const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 })

describe('ogg', () => {
  test('the checksum is that of the format', () => {
    // "123456789" with this polynomial, no reflection, start 0 and no final change.
    expect(oggCrc(Buffer.from('123456789'))).toBe(0x89a1897f)
  })

  test('a page says its length, its end and its checksum, whatever is on it', () => {
    const packet = fc.uint8Array({ minLength: 1, maxLength: OGG_PACKET_BYTES_MAX })
    fc.assert(fc.property(packet, (bytes) => {
      const page = makeOggWriter().page(bytes, 960)
      const lacing = page.subarray(27, 27 + page[26]!)
      expect(lacing.reduce((sum, value) => sum + value, 0)).toBe(bytes.length)
      expect(lacing.at(-1)).toBeLessThan(255)
      expect(page.subarray(27 + lacing.length).equals(bytes)).toBe(true)
      expect(page.readBigInt64LE(6)).toBe(960n)
      const sum = page.readUInt32LE(22)
      page.writeUInt32LE(0, 22)
      expect(oggCrc(page)).toBe(sum)
    }))
  })
})

describe('opus', () => {
  test('the first byte says how long it lasts', () => {
    expect(opusSamples(SILENT_OPUS)).toBe(960)
    expect(opusSamples(Uint8Array.of(0x08, 1))).toBe(960)
    expect(opusSamples(Uint8Array.of(0x18, 1))).toBe(2_880)
    expect(opusSamples(Uint8Array.of(0xe0, 1))).toBe(120)
    expect(opusSamples(Uint8Array.of(0xf9, 1, 1))).toBe(1_920)
    // Code 3, three frames of 20 ms, equally long.
    expect(opusSamples(Uint8Array.of(0xfb, 3, 1, 1, 1))).toBe(2_880)
  })

  test('packets that break a rule are known', () => {
    const broken = [
      [], [0xf9, 1, 1, 1], [0xfa], [0xfa, 9, 1], [0xfb], [0xfb, 0], [0xfb, 7, 1, 1, 1, 1, 1, 1, 1],
      [0xfb, 3, 1, 1], [0xfb, 0x43, 9, 1, 1, 1], [0xfb, 0x83, 5, 5, 1], [0xfb, 0xff],
    ]
    for (const bytes of broken) {
      expect([bytes, opusSamples(Uint8Array.from(bytes))]).toEqual([bytes, undefined])
    }
    expect(opusSamples(new Uint8Array(2_000).fill(1))).toBeUndefined()
  })

  test('no bytes throw, and none last longer than 120 ms', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (packet) => {
      const samples = opusSamples(packet)
      if (samples !== undefined) expect(samples).toBeLessThanOrEqual(5_760)
    }))
  })
})

describe('flv', () => {
  test('what is written is read again, in pieces of any size', () => {
    const tag = fc.record({
      type: fc.constantFrom(8, 9, 18), atMs: fc.nat(2 ** 32 - 1),
      payload: fc.uint8Array({ maxLength: 900 }),
    })
    fc.assert(fc.property(fc.array(tag, { maxLength: 20 }), sizes, (tags, cuts) => {
      const bytes = Buffer.concat([
        writeFlvHead({ audio: true, video: true }),
        ...tags.map(({ type, atMs, payload }) => writeFlvTag(type, atMs, [payload])),
      ])
      const read = makeFlvReader()
      const blocks = inPieces(bytes, cuts).flatMap((piece) => read(piece))
      expect(blocks.map(({ type, atMs, payload }) => ({ type, atMs, payload: [...payload] })))
        .toEqual(tags.map((one) => ({ ...one, payload: [...one.payload] })))
    }))
  })

  test('a tag too long to be one is not waited for', () => {
    const read = makeFlvReader()
    read(writeFlvHead({ audio: true, video: false }))
    const head = Buffer.alloc(11, 0xff)
    expect(() => read(head)).toThrow(RangeError)
  })
})
