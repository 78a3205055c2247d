import { describe, expect, test } from 'vitest'
import { makeManualClock } from '#kernel'
import { makeLine, type Kind, type Line } from './line.ts'
import { isRtcp, parseRtp, writeRtp, type RtpPacket } from '#formats/rtp'
import { parseRtcp, type RtcpMessage } from '#formats/rtcp'

const SSRCS = { video: 11, audio: 22 }

function begin() {
  const clock = makeManualClock()
  const line = makeLine({ clock, ssrcs: SSRCS })
  return { clock, line }
}

function sit(line: Line, payloadTypes = { video: 100, audio: 111 }) {
  const got: (RtpPacket & { kind: Kind })[] = []
  const told: RtcpMessage[] = []
  let left: string | undefined
  const seat = line.watch({
    payloadTypes,
    send(kind, packet) {
      const copy = Buffer.from(packet)
      if (isRtcp(copy)) told.push(...parseRtcp(copy))
      else got.push({ ...parseRtp(copy)!, kind })
    },
    leave: (why) => void (left = why),
  })
  return { got, told, seat, get left() { return left } }
}

const packet = (sequence: number, timestamp: number): Buffer => writeRtp(
  { marker: true, payloadType: 96, sequence: sequence & 0xffff, timestamp, ssrc: 7 },
  Buffer.from([0x65, sequence & 0xff]))

const video = (line: ReturnType<Line['feed']>, n: number, wallMs: number, isKey = false) =>
  line.forward('video', packet(n, n * 3000), {
    sequence: n, wallMs, sourceTimestamp: n * 3000, opensKeyframe: isKey,
  })

describe('the live line', () => {
  test('begins with a keyframe for everyone, and each hears their own payload type', () => {
    const { line } = begin()
    const feed = line.feed(() => {})
    video(feed, 500, 1_000, true)
    const [one, two] = [sit(line), sit(line, { video: 97, audio: 98 })]
    video(feed, 501, 1_033)
    expect(one.got).toEqual([])
    video(feed, 502, 1_066, true)
    video(feed, 503, 1_100)
    expect(one.got.map((p) => p.sequence)).toEqual([3, 4])
    expect(two.got.map((p) => p.payloadType)).toEqual([97, 97])
    expect(one.got.map((p) => [p.payloadType, p.ssrc])).toEqual([[100, 11], [100, 11]])
  })

  test('carries the wall clock in the timestamp of a picture', () => {
    const { line } = begin()
    const feed = line.feed(() => {})
    const viewer = sit(line)
    const wallMs = 1_795_000_000_123
    video(feed, 1, wallMs, true)
    expect(viewer.got[0]!.timestamp).toBe((wallMs * 90) % 2 ** 32)
  })

  test('goes on with its numbers when a publisher comes back', () => {
    const { line } = begin()
    const viewer = sit(line)
    const first = line.feed(() => {})
    for (let n = 0; n < 5; n++) video(first, 60_000 + n, n * 33, n === 0)
    first.end()
    const second = line.feed(() => {})
    video(second, 3, 10_000)
    video(second, 4, 10_033, true)
    video(first, 60_010, 10_040)
    video(second, 2, 10_041)
    video(second, 6, 10_066)
    expect(viewer.got.map((p) => p.sequence)).toEqual([1, 2, 3, 4, 5, 7, 9])
  })

  test('sends again what was lost, within bounds', () => {
    const { line } = begin()
    const feed = line.feed(() => {})
    const viewer = sit(line)
    for (let n = 0; n < 600; n++) video(feed, n, n * 3, n === 0)
    viewer.got.length = 0
    viewer.seat.resend('video', [600, 599, 1, 601, 65_535])
    expect(viewer.got.map((p) => p.sequence)).toEqual([600, 599, 1])
    viewer.seat.resend('video', Array.from({ length: 600 }, (_, n) => n + 1))
    expect(viewer.got).toHaveLength(400)
  })

  test('reports where both clocks stand', async () => {
    const { clock, line } = begin()
    const feed = line.feed(() => {})
    const viewer = sit(line)
    const nowMs = clock.nowMs()
    video(feed, 1, nowMs, true)
    feed.forward('audio', packet(9, 4_294_967_000), {
      sequence: 9, wallMs: nowMs - 100, sourceTimestamp: 4_294_967_000, opensKeyframe: false,
    })
    await clock.advance(1_000)
    const reports = viewer.told.filter((one) => one.kind === 'senderReport')
    const [picture, sound] = [11, 22].map((ssrc) => reports.find((one) => one.ssrc === ssrc)!)
    expect(picture!.ntpMs).toBeCloseTo(nowMs + 1_000, 0)
    expect(picture!.rtpTimestamp).toBe(((nowMs + 1_000) * 90) % 2 ** 32)
    expect(sound!.rtpTimestamp).toBe(((nowMs + 1_000) * 48) % 2 ** 32)
    viewer.seat.leave()
    await clock.advance(5_000)
    expect(viewer.told.filter((one) => one.kind === 'senderReport')).toHaveLength(2)
  })

  test('lets everyone go when it cannot be carried, and asks the publisher for keyframes', () => {
    const { line } = begin()
    let asked = 0
    line.feed(() => void asked++)
    const viewer = sit(line)
    line.askKeyframe()
    line.setUnfit('b_frames')
    expect([asked, viewer.left, line.unfit]).toEqual([1, 'b_frames', 'b_frames'])
  })
})
