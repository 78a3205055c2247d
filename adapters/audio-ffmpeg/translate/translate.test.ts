import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeFlvReader, writeFlvHead, writeFlvTag } from './flv.ts'
import { makeOggReader, makeOggWriter, oggCrc, OGG_PACKET_BYTES_MAX } from './ogg.ts'
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

  test('what is written is read again, in pieces of any size', () => {
    const packet = fc.uint8Array({ minLength: 1, maxLength: 1_300 })
    fc.assert(fc.property(fc.array(packet, { maxLength: 20 }), sizes, (packets, cuts) => {
      const writer = makeOggWriter()
      const bytes = Buffer.concat([
        writer.header, ...packets.map((packet, n) => writer.page(packet, (n + 1) * 960)),
      ])
      const read = makeOggReader()
      const pages = inPieces(bytes, cuts).flatMap((piece) => read(piece)).slice(2)
      expect(pages.map(({ granule }) => granule)).toEqual(packets.map((_, n) => (n + 1) * 960))
      expect(pages.flatMap((page) => page.packets.map((one) => [...one])))
        .toEqual(packets.map((one) => [...one]))
    }))
  })

  test('a page holds the longest packet, and noise before a page is passed over', () => {
    const writer = makeOggWriter()
    const packet = Buffer.alloc(OGG_PACKET_BYTES_MAX, 7)
    const read = makeOggReader()
    const pages = read(Buffer.concat([Buffer.alloc(5_000, 1), writer.page(packet, 960)]))
    expect(pages[0]?.packets[0]?.length).toBe(OGG_PACKET_BYTES_MAX)
  })

  test('hostile bytes neither throw nor pile up', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 400 })), (chunks) => {
      const read = makeOggReader()
      for (const chunk of chunks) read(Buffer.concat([Buffer.from('OggS'), chunk]))
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
