import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseVideoConfig } from '#formats/codecs'
import { avcRecord as goodRecord, SPS, SPS_1080 } from '#formats/testing/avc'
import { nalRun } from '#formats/testing/flv'
import { anyBytes, damaged } from '#formats/testing/hostile'
import {
  avcRecord, makeDepacketiser, packetise, PICTURE_BYTES_MAX, readRecord, splitRun,
  type AccessUnit, type Depacketiser,
} from '#formats/h264'
import type { RtpPacket } from '#formats/rtp'

const PPS = Buffer.from('68ce0fc8', 'hex')
const MTU = 1_100

const packet = (payload: Buffer, timestamp: number, marker: boolean): RtpPacket =>
  ({ payload, timestamp, marker, payloadType: 96, sequence: 0, ssrc: 1, headerBytes: 12 })

/** The packets of one picture. */
const packetsOf = (data: Buffer, timestamp: number, sets: Buffer[] = [], mtu = MTU) =>
  packetise(data, sets, mtu).map((payload, n, all) =>
    packet(payload, timestamp, n === all.length - 1))

const feed = (depacketiser: Depacketiser, packets: RtpPacket[]): AccessUnit[] =>
  packets.flatMap((one) => depacketiser.push(one) ?? [])

const key = (timestamp: number, sizeBytes = 3_000) =>
  packetsOf(nalRun(sizeBytes, 0x65), timestamp, [SPS, PPS])
const delta = (timestamp: number, sizeBytes = 2_500) =>
  packetsOf(nalRun(sizeBytes, 0x41), timestamp)

const run = (nals: Buffer[]): Buffer => Buffer.concat(nals.flatMap((nal) => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(nal.length)
  return [length, nal]
}))

/** A picture of random units: perhaps some information, then slices of one kind. */
const units = (sizeMax: number) => fc.tuple(
  fc.constantFrom(0x65, 0x41, 0x01),
  fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 2 }),
  fc.array(fc.integer({ min: 1, max: sizeMax }), { minLength: 1, maxLength: 5 }), fc.nat(255),
).map(([type, information, sizes, fill]) => run([
  ...information.map((bytes) => Buffer.from([0x06, ...bytes])),
  ...sizes.map((size) => Buffer.concat([Buffer.from([type, 0x88]), Buffer.alloc(size - 1, fill)])),
]))

describe('pictures and packets', () => {
  test('pictures of any units come back as they were, from packets of any size', () => {
    const show = (sizeMax: number, min: number, max: number) =>
      fc.tuple(fc.array(units(sizeMax), { maxLength: 5 }), fc.integer({ min, max }))
    fc.assert(fc.property(fc.oneof(show(200, 3, 60), show(6_000, 200, 1_400)),
      ([pictures, mtu]) => {
        const depacketiser = makeDepacketiser()
        const start = nalRun(50, 0x65)
        const all = [start, ...pictures]
        const packets = all.flatMap((data, n) =>
          packetsOf(data, n * 3_000, n === 0 ? [SPS, PPS] : [], mtu))
        for (const { payload } of packets) expect(payload.length).toBeLessThanOrEqual(mtu)
        const out = feed(depacketiser, packets)
        expect(out.map(({ data }) => data)).toEqual(all)
        expect(out.map(({ timestamp }) => timestamp)).toEqual(all.map((_, n) => n * 3_000))
        expect(out[0]).toMatchObject({ isKey: true, sps: SPS, pps: PPS })
      }), { numRuns: 200 })
  })

  test('parameter sets travel together in one packet and stay out of the picture', () => {
    const data = nalRun(100, 0x65)
    const payloads = packetise(data, [SPS, PPS], MTU)
    expect(payloads.map((payload) => payload[0]! & 0x1f)).toEqual([24, 5])
    expect(payloads[0]).toEqual(Buffer.concat([
      Buffer.from([0x78, 0, SPS.length]), SPS, Buffer.from([0, PPS.length]), PPS,
    ]))
    const [unit] = feed(makeDepacketiser(), packetsOf(data, 9, [SPS, PPS]))
    expect(unit).toEqual({ timestamp: 9, isKey: true, data, sps: SPS, pps: PPS, ppsList: [PPS] })
  })

  test('delimiters are left out; sets sent on their own belong to the next picture', () => {
    const depacketiser = makeDepacketiser()
    const data = nalRun(60, 0x65)
    const out = feed(depacketiser, [
      packet(Buffer.from([0x09, 0xf0]), 1, false), packet(SPS, 1, false), packet(PPS, 1, true),
      packet(Buffer.from([0x09, 0xf0]), 2, false), packet(data.subarray(4), 2, true),
    ])
    expect(out).toEqual([
      { timestamp: 2, isKey: true, data, sps: SPS, pps: PPS, ppsList: [PPS] },
    ])
  })

  test('several picture parameter sets are all kept, the same one once', () => {
    const other = Buffer.from('68ce1fc8', 'hex')
    const data = nalRun(60, 0x65)
    const [unit] = feed(makeDepacketiser(), packetsOf(data, 1, [SPS, PPS, other, PPS]))
    expect(unit).toMatchObject({ pps: PPS, ppsList: [other, PPS] })
  })

  test('nothing comes before the first keyframe', () => {
    const depacketiser = makeDepacketiser()
    expect(depacketiser.needsKeyframe).toBe(true)
    expect(feed(depacketiser, [...delta(1), ...delta(2)])).toEqual([])
    expect(feed(depacketiser, [...key(3), ...delta(4)]).map(({ isKey }) => isKey))
      .toEqual([true, false])
    expect(depacketiser.needsKeyframe).toBe(false)
  })

  test('wherever packets are missing, only whole pictures come, and from a keyframe on', () => {
    const show = [key(0), delta(1), delta(2), key(3), delta(4), key(5), delta(6)]
    const all = show.flat()
    fc.assert(fc.property(fc.nat(all.length - 1), fc.integer({ min: 1, max: 6 }), (at, count) => {
      const depacketiser = makeDepacketiser()
      const out = feed(depacketiser, all.slice(0, at))
      depacketiser.gap()
      expect(depacketiser.needsKeyframe).toBe(true)
      const behind = feed(depacketiser, all.slice(at + count))
      expect(behind[0]?.isKey ?? true).toBe(true)
      const isHit = (one: RtpPacket) => all.indexOf(one) >= at && all.indexOf(one) < at + count
      for (const unit of [...out, ...behind]) {
        const packets = show[unit.timestamp]!
        // What carries only parameter sets may be missing: a decoder still has them.
        expect(packets.filter((one) => (one.payload[0]! & 0x1f) !== 24).some(isHit)).toBe(false)
        expect(unit.data.length).toBe(unit.isKey ? 3_004 : 2_504)
      }
      const wanted = [3, 5].filter((n) => all.indexOf(show[n]![0]!) >= at + count)
      expect(behind.map(({ timestamp }) => timestamp)).toEqual(expect.arrayContaining(wanted))
    }))
  })

  test('a keyframe of several slices whose first one is missing is not whole', () => {
    const slice = (start: number) => Buffer.concat([Buffer.from([0x65, start]), Buffer.alloc(30)])
    const depacketiser = makeDepacketiser()
    depacketiser.gap()
    expect(feed(depacketiser, [packet(slice(0x21), 1, true)])).toEqual([])
    expect(depacketiser.needsKeyframe).toBe(true)
    const whole = [packet(slice(0x88), 2, false), packet(slice(0x21), 2, true)]
    expect(feed(depacketiser, whole)).toMatchObject([{ timestamp: 2, isKey: true }])
  })

  test('a lost marker does not join two pictures, and none is lost', () => {
    const depacketiser = makeDepacketiser()
    const unmarked = key(0).map((one) => ({ ...one, marker: false }))
    const last = nalRun(20, 0x41).subarray(4)
    const out = feed(depacketiser, [
      ...unmarked, packet(last, 1, true), packet(last, 2, false), packet(last, 3, false),
      packet(last, 4, true), packet(Buffer.alloc(0), 4, false),
    ])
    expect(out.map(({ timestamp }) => timestamp)).toEqual([0, 1, 2, 3, 4])
  })

  test('empty packets, which probe the network, change nothing', () => {
    const probe = (timestamp: number) => packet(Buffer.alloc(0), timestamp, false)
    const packets = [...key(0), ...delta(1)].flatMap((one) => [probe(one.timestamp), one])
    expect(feed(makeDepacketiser(), packets)).toHaveLength(2)
  })

  test.each([
    ['an unknown kind of packet', '79000000'], ['a unit of type 0', '6000'],
    ['a fragment without its start', '7c4588'], ['a fragment without a kind', '7c'],
    ['an aggregate that ends early', '7800ff6711'], ['an empty unit in an aggregate', '78000067'],
    ['an aggregate in an aggregate', '780002780000'], ['a unit marked as damaged', 'e188'],
  ])('%s breaks the picture until the next keyframe', (_name, hex) => {
    const depacketiser = makeDepacketiser()
    feed(depacketiser, key(0))
    expect(feed(depacketiser, [packet(Buffer.from(hex, 'hex'), 1, false), ...key(1)])).toEqual([])
    expect(depacketiser.needsKeyframe).toBe(true)
    expect(feed(depacketiser, [...delta(2), ...key(3)])).toMatchObject([{ timestamp: 3 }])
  })

  test('a fragmented unit that never ends, or is interrupted, is broken', () => {
    const depacketiser = makeDepacketiser()
    const [sets, start, ...rest] = key(1) as [RtpPacket, RtpPacket, ...RtpPacket[]]
    expect(feed(depacketiser, [sets, { ...start, marker: true }, ...rest])).toEqual([])
    expect(feed(depacketiser, [...key(2).slice(0, 2), ...key(2).slice(1)])).toEqual([])
    expect(feed(depacketiser, [...key(3).slice(0, 2), ...key(4)])).toMatchObject([{ timestamp: 4 }])
    const slice = packet(Buffer.from([0x65, 0x88, 1]), 5, false)
    const [, open, ...close] = key(5) as [RtpPacket, RtpPacket, ...RtpPacket[]]
    expect(feed(depacketiser, [slice, { ...open, marker: true }])).toEqual([])
    expect(depacketiser.needsKeyframe).toBe(true)
    const inside = [open, slice, ...close].map((one) => ({ ...one, timestamp: 6 }))
    expect(feed(depacketiser, inside)).toEqual([])
  })

  test('a picture is bounded in bytes and in pieces', () => {
    const depacketiser = makeDepacketiser()
    const slice = packet(nalRun(100_000, 0x65).subarray(4), 1, false)
    const count = Math.ceil(PICTURE_BYTES_MAX / 100_000)
    feed(depacketiser, Array.from({ length: count }, () => slice))
    expect(depacketiser.push({ ...slice, marker: true })).toBeUndefined()
    const tiny = packet(Buffer.from([0x65, 0x88]), 2, false)
    feed(depacketiser, Array.from({ length: 20_000 }, () => tiny))
    expect(depacketiser.push({ ...tiny, marker: true })).toBeUndefined()
    expect(feed(depacketiser, key(3))).toHaveLength(1)
    const sets = Array.from({ length: 40 }, (_, n) => Buffer.from([0x68, n]))
    expect(feed(depacketiser, packetsOf(nalRun(9, 0x65), 4, sets))).toEqual([])
    const long = Buffer.alloc(600, 0x67)
    expect(feed(depacketiser, packetsOf(nalRun(9, 0x65), 5, [long]))).toEqual([])
  })

  test('takes any payloads; what comes out is a run of whole units', () => {
    const payload = fc.oneof(
      anyBytes(60), damaged(fc.constantFrom(...[...key(0, 2_000)].map((one) => one.payload))))
    const packets = fc.array(
      fc.tuple(payload, fc.nat(3), fc.boolean()).map((args) => packet(...args)), { maxLength: 30 })
    fc.assert(fc.property(packets, fc.nat(30), (all, gapAt) => {
      const depacketiser = makeDepacketiser()
      all.forEach((one, n) => {
        if (n === gapAt) depacketiser.gap()
        const unit = depacketiser.push(one)
        if (unit) expect(run(splitRun(unit.data))).toEqual(unit.data)
      })
    }), { numRuns: 1_000 })
    fc.assert(fc.property(anyBytes(200), fc.array(anyBytes(9)), fc.integer(), (data, sets, mtu) => {
      packetise(data, sets, mtu)
    }))
  })
})

describe('decoder configuration', () => {
  test('a record is the one an encoder sends over RTMP', () => {
    expect(avcRecord(SPS, [PPS])).toEqual(goodRecord(SPS))
    expect(parseVideoConfig(avcRecord(SPS, [PPS]))).toMatchObject({ width: 320, height: 180 })
  })

  test('a high profile says its colours and depth as well', () => {
    const record = avcRecord(SPS_1080, [PPS])
    expect(record.subarray(-4).toString('hex')).toBe('fdf8f800')
    expect(parseVideoConfig(record))
      .toMatchObject({ width: 1_920, height: 1_080, codec: 'avc1.640028' })
  })

  test('the sets of a record come back', () => {
    fc.assert(fc.property(fc.array(anyBytes(40), { maxLength: 5 }), (some) => {
      const pps = some.filter((set) => set.length > 0)
      expect(readRecord(avcRecord(SPS_1080, pps))).toEqual({ sps: [SPS_1080], pps })
    }))
    expect(readRecord(goodRecord())).toEqual({ sps: [SPS], pps: [PPS] })
  })

  test('takes any bytes', () => {
    fc.assert(fc.property(fc.oneof(anyBytes(80), damaged(fc.constant(goodRecord()))), (raw) => {
      readRecord(raw)
      avcRecord(raw, [raw])
    }), { numRuns: 1_000 })
    expect(readRecord(avcRecord(Buffer.alloc(70_000, 0x67), [Buffer.alloc(70_000)])))
      .toEqual({ sps: [], pps: [] })
  })
})
