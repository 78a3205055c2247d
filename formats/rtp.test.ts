import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyBytes, damaged } from './testing/hostile.ts'
import { isRtcp, parseRtp, patchRtp, writeRtp } from './rtp.ts'
import { writePli, writeReceiverReport } from './rtcp.ts'
import { makeUnwrapper16, makeUnwrapper32 } from './unwrap.ts'

const u32 = fc.nat(2 ** 32 - 1)
const head = fc.record({
  marker: fc.boolean(), payloadType: fc.nat(127), sequence: fc.nat(65_535), timestamp: u32,
  ssrc: u32,
})
const packets = fc.tuple(head, anyBytes(80)).map(([fields, payload]) => writeRtp(fields, payload))

/** The same packet with everything a head may have more: sources, an extension, padding. */
function dress(packet: Buffer, sources: number, extensionWords: number, padding: number): Buffer {
  const fixed = Buffer.from(packet.subarray(0, 12))
  fixed[0] = 0x80 | 0x10 | (padding > 0 ? 0x20 : 0) | sources
  const extension = Buffer.alloc(4 + 4 * extensionWords, 0x77)
  extension.writeUInt16BE(extensionWords, 2)
  const tail = Buffer.alloc(padding, 0x55)
  if (padding > 0) tail[padding - 1] = padding
  return Buffer.concat([
    fixed, Buffer.alloc(4 * sources, 0x99), extension, packet.subarray(12), tail,
  ])
}

describe('RTP packets', () => {
  test('what was written is read, whatever sources, extension and padding surround it', () => {
    fc.assert(fc.property(
      head, anyBytes(80), fc.nat(15), fc.nat(20), fc.nat(255),
      (fields, payload, sources, words, padding) => {
        const plain = writeRtp(fields, payload)
        expect(parseRtp(plain)).toEqual({ ...fields, payload, headerBytes: 12 })
        expect(parseRtp(dress(plain, sources, words, padding))).toEqual({
          ...fields, payload, headerBytes: 12 + 4 * sources + 4 + 4 * words,
        })
      }))
  })

  test('numbers beyond their field wrap', () => {
    const packet = writeRtp(
      { marker: false, payloadType: 96, sequence: 65_538, timestamp: 2 ** 32 + 7, ssrc: -1 },
      Buffer.alloc(0))
    expect(parseRtp(packet)).toMatchObject({ sequence: 2, timestamp: 7, ssrc: 2 ** 32 - 1 })
  })

  test('a patch changes what it names and nothing else', () => {
    fc.assert(fc.property(head, head, anyBytes(20), fc.nat(15), (was, becomes, payload, mask) => {
      const packet = writeRtp(was, payload)
      const change = Object.fromEntries(['payloadType', 'sequence', 'timestamp', 'ssrc'].flatMap(
        (name, n) => (mask & (1 << n)) !== 0 ? [[name, becomes[name as 'ssrc']]] : []))
      patchRtp(packet, change)
      expect(parseRtp(packet)).toEqual({ ...was, ...change, payload, headerBytes: 12 })
    }))
    const short = Buffer.alloc(11, 1)
    patchRtp(short, { sequence: 3, ssrc: 4 })
    expect(short).toEqual(Buffer.alloc(11, 1))
  })

  test('another version, a cut head and impossible padding are no packet', () => {
    const packet = writeRtp(
      { marker: true, payloadType: 96, sequence: 1, timestamp: 2, ssrc: 3 }, Buffer.from([9]))
    expect(parseRtp(Buffer.concat([Buffer.from([0x40]), packet.subarray(1)]))).toBeUndefined()
    expect(parseRtp(packet.subarray(0, 11))).toBeUndefined()
    for (const padding of [0, 2, 255]) {
      const padded = Buffer.from(packet)
      padded[0] = 0xa0
      padded[12] = padding
      expect(parseRtp(padded)).toBeUndefined()
    }
    const extended = Buffer.concat([packet.subarray(0, 12), Buffer.from([0, 0, 0, 1, 0, 0])])
    extended[0] = 0x90
    expect(parseRtp(extended)).toBeUndefined()
  })

  test('takes any bytes; a payload lies inside its packet', () => {
    fc.assert(fc.property(fc.oneof(anyBytes(120), damaged(packets)), (raw) => {
      isRtcp(raw)
      patchRtp(Buffer.from(raw), { sequence: 1 })
      const packet = parseRtp(raw)
      if (packet) expect(packet.headerBytes + packet.payload.length).toBeLessThanOrEqual(raw.length)
    }), { numRuns: 2_000 })
  })

  test('RTCP is told from RTP by its second byte', () => {
    expect(isRtcp(writePli({ ssrc: 1, mediaSsrc: 2 }))).toBe(true)
    expect(isRtcp(writeReceiverReport({ ssrc: 1, reports: [] }))).toBe(true)
    fc.assert(fc.property(head, fc.oneof(fc.nat(63), fc.integer({ min: 96, max: 127 })),
      (fields, payloadType) => {
        expect(isRtcp(writeRtp({ ...fields, payloadType }, Buffer.alloc(4)))).toBe(false)
      }))
  })
})

describe('numbers that wrap', () => {
  for (const [bits, make] of [[16, makeUnwrapper16], [32, makeUnwrapper32]] as const) {
    const size = 2 ** bits

    test(`${bits} bits: any walk of steps below half the range comes out as it was`, () => {
      const steps = fc.array(fc.integer({ min: -size / 8, max: size / 4 }), { maxLength: 60 })
      fc.assert(fc.property(fc.nat(size - 1), steps, (first, walk) => {
        const unwrap = make()
        let at = first
        let newest = first
        expect(unwrap(first)).toBe(first)
        for (const step of walk) {
          at = Math.max(newest - size / 4, at + step)
          newest = Math.max(newest, at)
          expect(unwrap(((at % size) + size) % size)).toBe(at)
        }
      }))
    })
  }

  test('a late one from before the wrap stays behind', () => {
    const unwrap = makeUnwrapper16()
    expect([65_534, 1, 65_535, 0, 2].map(unwrap)).toEqual([65_534, 65_537, 65_535, 65_536, 65_538])
    const early = makeUnwrapper16()
    expect([0, 65_535, 1].map(early)).toEqual([0, -1, 1])
    // The newest counts, not the last: from 20,000 on the way to 60,000 would be too far.
    const late = makeUnwrapper16()
    expect([50_000, 20_000, 60_000].map(late)).toEqual([50_000, 20_000, 60_000])
  })
})
