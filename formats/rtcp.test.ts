import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyBytes, damaged } from './testing/hostile.ts'
import {
  parseRtcp, RTCP_LIMITS, writeNack, writePli, writeReceiverReport, writeRemb, writeSenderReport,
} from './rtcp.ts'

const u32 = fc.nat(2 ** 32 - 1)
const sender = fc.record({
  ssrc: u32, cname: fc.string({ maxLength: 300 }), rtpTimestamp: u32, packets: u32, octets: u32,
  nowMs: fc.double({ min: 0, max: 4e12, noNaN: true }),
})
const report = fc.record({
  ssrc: u32, fractionLost: fc.nat(255).map((part) => part / 256),
  lost: fc.integer({ min: -0x800000, max: 0x7fffff }),
  highest: u32, jitter: u32, lastSr: u32, delaySr: u32,
})
const receiver = fc.record({ ssrc: u32, reports: fc.array(report, { maxLength: 31 }) })
const sequences = fc.uniqueArray(fc.nat(65_535), { minLength: 1, maxLength: 256 })
const nack = fc.record({ ssrc: u32, mediaSsrc: u32, sequences })
const remb = fc.record({
  ssrc: u32, mediaSsrcs: fc.array(u32, { maxLength: 4 }), bps: fc.nat(200_000_000),
})
const pli = fc.record({ ssrc: u32, mediaSsrc: u32 })
const compound = fc.tuple(sender, receiver, nack, remb, pli).map(([a, b, c, d, e]) => Buffer.concat(
  [writeSenderReport(a), writeReceiverReport(b), writeNack(c), writeRemb(d), writePli(e)]))

const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)

describe('RTCP', () => {
  test('a sender report tells its moment to better than 0.1 ms', () => {
    fc.assert(fc.property(sender, (options) => {
      const [first, ...more] = parseRtcp(writeSenderReport(options))
      expect(more).toEqual([])
      if (first?.kind !== 'senderReport') throw new Error('no sender report')
      const { ssrc, rtpTimestamp, packets, octets } = options
      expect(first).toMatchObject({ ssrc, rtpTimestamp, packets, octets })
      expect(Math.abs(first.ntpMs - options.nowMs)).toBeLessThan(0.01)
    }))
  })

  test('the middle of the moment is what a receiver names', () => {
    // RFC 3550, 6.4.1, figure 2: 10 Nov 1995 11:33:25.125 UTC.
    const written = writeSenderReport({
      ssrc: 1, cname: 'a', nowMs: Date.UTC(1995, 10, 10, 11, 33, 25, 125), rtpTimestamp: 0,
      packets: 0, octets: 0,
    })
    expect(written.subarray(8, 16).toString('hex')).toBe('b44db70520000000')
    expect(parseRtcp(written)[0]).toMatchObject({ ntpMiddle: 0xb705_2000 })
  })

  test('moments after the NTP count wraps in 2036 are read', () => {
    const nowMs = Date.UTC(2040, 0, 1)
    const written = writeSenderReport({
      ssrc: 1, cname: 'a', nowMs, rtpTimestamp: 0, packets: 0, octets: 0,
    })
    expect(parseRtcp(written)[0]).toMatchObject({ ntpMs: nowMs })
  })

  test('the name of a sender is whole words, ends with a zero and is at most 255 bytes', () => {
    fc.assert(fc.property(sender, (options) => {
      const name = writeSenderReport(options).subarray(28)
      const length = name[9]!
      expect(name.length).toBe(4 + 4 * name.readUInt16BE(2))
      expect(name.subarray(10, 10 + length))
        .toEqual(Buffer.from(options.cname).subarray(0, 255))
      expect(name.length).toBeGreaterThan(10 + length)
      expect(name.subarray(10 + length).every((byte) => byte === 0)).toBe(true)
    }))
  })

  test('receiver reports come back as they were', () => {
    fc.assert(fc.property(receiver, (options) => {
      expect(parseRtcp(writeReceiverReport(options)))
        .toEqual([{ kind: 'receiverReport', ...options }])
    }))
  })

  test('figures beyond their field are cut to it', () => {
    const options = { ssrc: 1, highest: 2 ** 32 + 5, jitter: 1.6, lastSr: 0, delaySr: -1 }
    const written = writeReceiverReport({
      ssrc: 9, reports: [{ ...options, fractionLost: 1, lost: 1e9 }],
    })
    expect(parseRtcp(written)).toEqual([{ kind: 'receiverReport', ssrc: 9, reports: [
      { ssrc: 1, fractionLost: 255 / 256, lost: 0x7fffff, highest: 5, jitter: 2, lastSr: 0,
        delaySr: 0 },
    ] }])
  })

  test('a sender report with blocks also reports on the other direction', () => {
    const blocks = writeReceiverReport({ ssrc: 7, reports: [
      { ssrc: 5, fractionLost: 0.5, lost: 3, highest: 9, jitter: 1, lastSr: 2, delaySr: 4 },
    ] }).subarray(8)
    const plain = writeSenderReport({
      ssrc: 7, cname: 'a', nowMs: 0, rtpTimestamp: 0, packets: 0, octets: 0,
    }).subarray(0, 28)
    const both = Buffer.concat([plain, blocks])
    both[0] = 0x81
    both.writeUInt16BE(both.length / 4 - 1, 2)
    expect(parseRtcp(both).map(({ kind }) => kind)).toEqual(['senderReport', 'receiverReport'])
    expect(parseRtcp(both)[1]).toMatchObject({ ssrc: 7, reports: [{ ssrc: 5, lost: 3 }] })
  })

  test('every sequence asked for is read, however they lie', () => {
    fc.assert(fc.property(nack, (options) => {
      const [message, ...more] = parseRtcp(writeNack(options))
      expect(more).toEqual([])
      if (message?.kind !== 'nack') throw new Error('no request')
      expect(message.mediaSsrc).toBe(options.mediaSsrc)
      expect(sorted(message.sequences)).toEqual(sorted(options.sequences))
    }))
  })

  test('a run is asked for in one word per 17, also across the wrap', () => {
    const run = Array.from({ length: 34 }, (_, n) => 65_530 + n)
    const written = writeNack({ ssrc: 1, mediaSsrc: 2, sequences: [...run, 65_530] })
    expect(written.length).toBe(12 + 8)
    expect(parseRtcp(written)[0])
      .toEqual({ kind: 'nack', mediaSsrc: 2, sequences: run.map((n) => n & 0xffff) })
  })

  test('requests are bounded, written and read', () => {
    const scattered = Array.from({ length: 2_000 }, (_, n) => n * 30)
    const written = writeNack({ ssrc: 1, mediaSsrc: 2, sequences: scattered })
    expect(written.length).toBe(12 + 4 * RTCP_LIMITS.nackPairsMax)
    const flood = Buffer.alloc(12 + 4 * 1_000, 0xff)
    flood.set([0x81, 205])
    flood.writeUInt16BE(flood.length / 4 - 1, 2)
    const [message] = parseRtcp(flood)
    expect(message?.kind === 'nack' && message.sequences.length).toBe(512)
    expect(parseRtcp(writeNack({ ssrc: 1, mediaSsrc: 2, sequences: [] }))).toEqual([])
  })

  test('the rate a receiver asks for is never above the one meant, and close to it', () => {
    fc.assert(fc.property(remb, (options) => {
      const [message] = parseRtcp(writeRemb(options))
      if (message?.kind !== 'remb') throw new Error('no rate')
      expect(message.bps).toBeLessThanOrEqual(options.bps)
      expect(message.bps).toBeGreaterThanOrEqual(options.bps * (1 - 2 ** -17))
    }))
    // Mantissa 0x24c4b, exponent 2.
    const known = Buffer.from('8fce0005000000010000000052454d42010a4c4b00000002', 'hex')
    expect(writeRemb({ ssrc: 1, mediaSsrcs: [2], bps: 602_412 })).toEqual(known)
  })

  test('asks for keyframes in both forms are understood, and a farewell', () => {
    expect(parseRtcp(writePli({ ssrc: 1, mediaSsrc: 2 }))).toEqual([{ kind: 'pli', mediaSsrc: 2 }])
    const fir = Buffer.from('84ce000400000001000000000000000207000000', 'hex')
    expect(parseRtcp(fir)).toEqual([{ kind: 'fir', mediaSsrc: 2 }])
    expect(parseRtcp(Buffer.from('81cb000100000001', 'hex'))).toEqual([{ kind: 'bye' }])
  })

  test('what is not understood is passed over, what is broken ends the reading', () => {
    const congestion = Buffer.from('8fcd00050000000100000002000100010000000020010000', 'hex')
    const good = writePli({ ssrc: 1, mediaSsrc: 2 })
    const wanted = { kind: 'pli', mediaSsrc: 2 }
    expect(parseRtcp(Buffer.concat([congestion, good]))).toEqual([wanted])
    const tooLong = Buffer.concat([good, Buffer.from('81ce00ff00000001', 'hex'), good])
    expect(parseRtcp(tooLong)).toEqual([wanted])
  })

  test('padding is left out; more than there is ends the reading, as does a rate cut off', () => {
    expect(parseRtcp(Buffer.from('a1cb00020000000100000004', 'hex'))).toEqual([{ kind: 'bye' }])
    expect(parseRtcp(Buffer.from('a1cb0001000000ff', 'hex'))).toEqual([])
    expect(parseRtcp(Buffer.from('8fce0003000000010000000052454d42', 'hex'))).toEqual([])
  })

  test('takes any bytes, and gives a bounded number of messages', () => {
    fc.assert(fc.property(fc.oneof(anyBytes(200), damaged(compound)), (raw) => {
      for (const message of parseRtcp(raw)) {
        if (message.kind === 'nack') expect(message.sequences.length).toBeLessThanOrEqual(512)
        if (message.kind === 'remb') expect(Number.isFinite(message.bps)).toBe(true)
      }
    }), { numRuns: 2_000 })
    const farewell = Buffer.from('80cb0000', 'hex')
    const many = Buffer.concat(Array.from({ length: 5_000 }, () => farewell))
    expect(parseRtcp(many)).toHaveLength(RTCP_LIMITS.messagesMax)
  })
})
