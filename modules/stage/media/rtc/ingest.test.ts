import { describe, expect, test } from 'vitest'
import { makeManualClock } from '#kernel'
import { packetise } from '#formats/h264'
import { parseRtcp, writeSenderReport } from '#formats/rtcp'
import { isRtcp, writeRtp } from '#formats/rtp'
import { SPS } from '#formats/testing/avc'
import type { Peer } from '../contract.ts'
import type { FlvTag } from '#formats/flv'
import { nalRun } from '#formats/testing/flv'
import { noTurners } from '../testing.ts'
import { makeIngest } from './ingest.ts'
import { makeLine } from './line.ts'

const PPS = Buffer.from('68ce0fc8', 'hex')
const SSRC = 4_000_000_001

function begin() {
  const clock = makeManualClock()
  const told: { nacks: number[]; plis: number; remb: number[]; reports: number } =
    { nacks: [], plis: 0, remb: [], reports: 0 }
  const peer: Peer = {
    answer: '', rttMs: null, close() {},
    send(_kind, packet) {
      expect(isRtcp(packet as Buffer)).toBe(true)
      for (const message of parseRtcp(packet as Buffer)) {
        if (message.kind === 'nack') told.nacks.push(...message.sequences)
        else if (message.kind === 'pli') told.plis++
        else if (message.kind === 'remb') told.remb.push(message.bps)
        else if (message.kind === 'receiverReport') told.reports++
      }
      return true
    },
  }
  const tags: { tag: FlvTag; wallMs: number }[] = []
  const health = { lost: 0, sent: 0, loss(lost: number, sent: number) {
    health.lost += lost
    health.sent += sent
  }, pli() {}, nack() {} }
  const line = makeLine({ clock, ssrcs: { video: 1, audio: 2 } })
  const ingest = makeIngest({
    clock, line, health, turners: noTurners,
    sink: { push: (tag, wallMs) => void tags.push({ tag, wallMs }) },
    session: { peer: () => peer, hasVideo: true, maxKbps: 4_000, transportCcId: undefined },
  })
  let sequence = 65_500
  /** Packets of one picture. */
  const picture = (n: number, isKey = false, bytes = 40): Buffer[] => {
    const data = nalRun(bytes, isKey ? 0x65 : 0x41)
    const payloads = packetise(data, isKey ? [SPS, PPS] : [], 1_000)
    return payloads.map((payload, at) => writeRtp({
      marker: at === payloads.length - 1, payloadType: 108, sequence: sequence++ & 0xffff,
      timestamp: (n * 3_000) >>> 0, ssrc: SSRC,
    }, payload))
  }
  const send = (packets: readonly Buffer[]) => {
    for (const packet of packets) ingest.packet('video', Buffer.from(packet))
  }
  const kinds = () => tags.map(({ tag }) => tag.kind === 'frame' && tag.key ? 'key' : tag.kind)
  return { clock, told, tags, health, line, ingest, picture, send, kinds }
}

describe('what a publisher over WHIP sends', () => {
  test('becomes the codec once and then pictures, dated by the wall clock', async () => {
    const { clock, tags, picture, send, kinds } = begin()
    const startMs = clock.nowMs()
    send(picture(0, true))
    for (let n = 1; n < 60; n++) {
      await clock.advance(1_000 / 30)
      send(picture(n, n === 30))
    }
    expect(kinds().slice(0, 3)).toEqual(['video', 'key', 'frame'])
    expect(kinds().filter((kind) => kind === 'video')).toHaveLength(1)
    expect(kinds().filter((kind) => kind === 'key')).toHaveLength(2)
    for (const [n, { wallMs }] of tags.filter(({ tag }) => tag.kind === 'frame').entries()) {
      expect(Math.abs(wallMs - startMs - n * 1_000 / 30)).toBeLessThan(1)
    }
  })

  test('is asked for again when it is missing, and put in its place', async () => {
    const { clock, told, picture, send, kinds } = begin()
    send(picture(0, true))
    const missing = picture(1)
    const rest = picture(2)
    await clock.advance(33)
    send(rest)
    await clock.advance(100)
    expect(told.nacks.length).toBeGreaterThan(0)
    expect(kinds()).toEqual(['video', 'key'])
    send(missing)
    expect(kinds()).toEqual(['video', 'key', 'frame', 'frame'])
  })

  test('is begun anew with a keyframe when it never comes', async () => {
    const { clock, told, picture, send, kinds } = begin()
    send(picture(0, true))
    picture(1)
    await clock.advance(33)
    send(picture(2))
    const before = told.plis
    await clock.advance(700)
    expect(told.plis).toBeGreaterThan(before)
    send(picture(3))
    expect(kinds()).toEqual(['video', 'key'])
    send(picture(4, true))
    expect(kinds()).toEqual(['video', 'key', 'key'])
    // Not one request for each of a hundred lost packets.
    expect(told.plis).toBeLessThan(before + 3)
  })

  test('is asked for keyframes often enough to cut by, reported on, and capped', async () => {
    const { clock, told, health, picture, send } = begin()
    send(picture(0, true))
    for (let n = 1; n <= 300; n++) {
      await clock.advance(1_000 / 30)
      const packets = picture(n)
      // One in ten is lost.
      if (n % 10 !== 0) send(packets)
    }
    expect(told.plis).toBeGreaterThanOrEqual(5)
    expect(told.reports).toBeGreaterThanOrEqual(9)
    expect(told.remb.at(-1)).toBeLessThanOrEqual(4_000_000)
    expect(health.lost / health.sent).toBeGreaterThan(0.07)
    expect(health.lost / health.sent).toBeLessThan(0.13)
  })

  test('another codec setting is told, and another source begins anew', async () => {
    const { ingest, picture, send, kinds, told } = begin()
    send(picture(0, true))
    send(picture(1).map((packet) => {
      packet.writeUInt32BE(77, 8)
      packet.writeUInt16BE(9, 2)
      return packet
    }))
    // Nothing of the new one can be shown before its keyframe.
    expect(kinds()).toEqual(['video', 'key', 'frame'])
    expect(told.nacks).toEqual([])
    ingest.close()
  })

  test('rubbish changes nothing', () => {
    const { ingest, kinds } = begin()
    for (const text of ['', '80', '80c8', '8000', 'ff'.repeat(40), '90600001'.padEnd(60, '0')]) {
      ingest.packet('video', Buffer.from(text, 'hex'))
      ingest.packet('audio', Buffer.from(text, 'hex'))
    }
    ingest.packet('video', writeSenderReport({
      ssrc: SSRC, cname: 'x', nowMs: 1, rtpTimestamp: 1, packets: 0, octets: 0,
    }))
    expect(kinds()).toEqual([])
  })
})
