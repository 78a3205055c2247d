import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyBytes } from './testing/hostile.ts'
import { transportSequence, writeFeedback, type Arrival } from './twcc.ts'

/** Reads a feedback packet as the draft says, by other means than it was written. */
function read(packet: Buffer): { sequence: number; atMs: number }[] {
  expect(packet.length % 4).toBe(0)
  expect(packet.readUInt16BE(2)).toBe(packet.length / 4 - 1)
  expect([packet[0], packet[1]]).toEqual([0x8f, 205])
  const base = packet.readUInt16BE(12)
  const count = packet.readUInt16BE(14)
  const symbols: number[] = []
  let at = 20
  while (symbols.length < count) {
    const chunk = packet.readUInt16BE(at)
    expect(chunk >> 14).toBe(3)
    for (let n = 0; n < 7 && symbols.length < count; n++) symbols.push((chunk >> (12 - 2 * n)) & 3)
    at += 2
  }
  let ms = packet.readIntBE(16, 3) * 64
  return symbols.flatMap((symbol, n) => {
    if (symbol === 0) return []
    ms += (symbol === 1 ? packet.readUInt8(at) : packet.readInt16BE(at)) / 4
    at += symbol
    return [{ sequence: (base + n) & 0xffff, atMs: ms }]
  })
}

const arrivals = fc.record({
  start: fc.nat(70_000), startMs: fc.double({ min: 0, max: 1e8, noNaN: true }),
  steps: fc.array(fc.record({
    hole: fc.nat(4), waitMs: fc.double({ min: -60, max: 300, noNaN: true }),
  }), { maxLength: 60 }),
}).map(({ start, startMs, steps }) => {
  let [sequence, atMs] = [start, startMs + 10_000]
  return steps.map(({ hole, waitMs }): Arrival => {
    sequence += 1 + hole
    atMs += waitMs
    return { sequence, atMs }
  })
})

test('what arrived when comes out again, to a quarter of a millisecond', () => {
  fc.assert(fc.property(arrivals, (given) => {
    const packet = writeFeedback({ ssrc: 1, mediaSsrc: 2, count: 300, arrivals: given })
    if (given.length === 0) return void expect(packet).toBeUndefined()
    const told = read(packet!)
    expect(told.map((one) => one.sequence)).toEqual(given.map((one) => one.sequence & 0xffff))
    told.forEach((one, n) => {
      // The reference time has 24 bits of 64 ms.
      const difference = (one.atMs - given[n]!.atMs) % (2 ** 24 * 64)
      expect(Math.abs(difference)).toBeLessThanOrEqual(0.13)
    })
  }))
})

test('what does not fit one packet is not written', () => {
  const write = (given: Arrival[]) =>
    writeFeedback({ ssrc: 1, mediaSsrc: 2, count: 0, arrivals: given })
  expect(write([{ sequence: 1, atMs: 0 }, { sequence: 2, atMs: 9_000 }])).toBeUndefined()
  expect(write([{ sequence: 1, atMs: 0 }, { sequence: 5_000, atMs: 1 }])).toBeUndefined()
  expect(write([{ sequence: 2, atMs: 0 }, { sequence: 1, atMs: 1 }])).toBeUndefined()
})

test('the number of a packet is found among other extensions', () => {
  const head = Buffer.from('9060000100000000000000ff', 'hex')
  const extension = Buffer.from('bede000351aabb0000321234'.padEnd(32, '0'), 'hex')
  const packet = Buffer.concat([head, extension])
  expect(transportSequence(packet, 5)).toBe(0xaabb)
  expect(transportSequence(packet, 3)).toBeUndefined()
  expect(transportSequence(packet, 4)).toBeUndefined()
  expect(transportSequence(Buffer.from('806000010000000000000000', 'hex'), 5)).toBeUndefined()
  fc.assert(fc.property(anyBytes(80), fc.integer({ min: 1, max: 14 }), (bytes, id) => {
    const found = transportSequence(Buffer.from(bytes), id)
    expect(found === undefined || (found >= 0 && found <= 0xffff)).toBe(true)
  }))
})
