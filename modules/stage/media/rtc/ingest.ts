import type { Clock, Timer } from '#kernel'
import type { Peer, SoundTurner, SoundTurners } from '../contract.ts'
import { parseAudioConfig, parseVideoConfig } from '#formats/codecs'
import type { FlvTag } from '#formats/flv'
import { makeWallClock } from '../model/wall-clock.ts'
import type { Feed, Kind, Line } from './line.ts'
import { avcRecord, makeDepacketiser, type AccessUnit } from '#formats/h264'
import { makeLossMeter, makeReorder, type LossMeter, type Reorder } from '#formats/reorder'
import { isRtcp, parseRtp, type RtpPacket } from '#formats/rtp'
import { parseRtcp, writeNack, writePli, writeReceiverReport, writeRemb } from '#formats/rtcp'
import { makeArrivals } from '#formats/arrivals'
import { opensKeyframe } from '#formats/keyframe'
import { makeSync } from './model/sync.ts'
import { makeUnwrapper16, makeUnwrapper32 } from '#formats/unwrap'

/** Where the tags of a publisher go: the show's recording and LL-HLS. */
export interface TagSink {
  /** `wallMs` is when the media of this tag happened. */
  push(tag: FlvTag, wallMs: number): void
}

export interface Ingest {
  packet(kind: Kind, bytes: Uint8Array): void
  /** Since when nothing came, in steady milliseconds. */
  readonly heardMs: number
  askKeyframe(): void
  /** The same publisher comes back after a silence: everything begins anew. */
  close(): void
}

/** Who wants to know how the publisher's packets fare. */
export interface IngestWatch {
  /** Of the packets of the last second. */
  loss(lost: number, sent: number): void
  pli(): void
  nack(count: number): void
}

const OUR_SSRC = 1
const TICK_MS = 25
const REPORT_MS = 1_000
/** Media waits this long for a packet that is missing. */
const WAIT_MS = 250
const PLI_MS = 500
/** LL-HLS cuts at keyframes and browsers send none by themselves. */
const KEYFRAME_MS = 1_850

interface Track {
  readonly unwrapSequence: (value: number) => number
  readonly unwrapTime: (value: number) => number
  readonly reorder: Reorder<{ packet: RtpPacket; time: number }>
  readonly meter: LossMeter
  /** The last sender report, and when it came. */
  report: { ntpMiddle: number; atMs: number } | undefined
  toldHighest: number | undefined
  ssrc: number | undefined
  newest: number
}

const RATE: Readonly<Record<Kind, number>> = { video: 90, audio: 48 }

const makeTrack = (kind: Kind): Track => ({
  unwrapSequence: makeUnwrapper16(), unwrapTime: makeUnwrapper32(),
  reorder: makeReorder({
    waitMs: WAIT_MS, nackAfterMs: 20, nackEveryMs: 50, nackTriesMax: 5, spanMax: 3_000,
  }),
  meter: makeLossMeter(RATE[kind] * 1000), report: undefined, toldHighest: undefined,
  ssrc: undefined, newest: -Infinity,
})

/** What was agreed with the publisher. */
export interface IngestSession {
  /** Undefined until the offer is answered. */
  peer(): Peer | undefined
  readonly hasVideo: boolean
  readonly maxKbps: number
  /** The header extension by which the sender wants to hear when packets arrived. */
  readonly transportCcId: number | undefined
  /** No keyframes but those that somebody needs. */
  readonly isUncut?: boolean
}

/** Turns the packets of one publisher into what viewers on WebRTC and the recording get. */
export function makeIngest(deps: {
  clock: Clock
  line: Pick<Line, 'feed'>
  sink: TagSink
  turners: SoundTurners
  health: IngestWatch
  session: IngestSession
}): Ingest {
  const { clock, line, sink, session } = deps
  const tracks: Record<Kind, Track> = { video: makeTrack('video'), audio: makeTrack('audio') }
  const arrivals = makeArrivals(session.transportCcId)
  const sync = makeSync(makeWallClock(), makeWallClock(), session.hasVideo)
  const depacketiser = makeDepacketiser()
  const askedMs = { pli: -Infinity, keyframe: clock.steadyMs() }
  const { health } = deps
  let wantsKeyframe = false
  let turner: SoundTurner | undefined
  let configured = ''
  let heardMs = clock.steadyMs()
  let kbps = session.maxKbps

  const send = (kind: Kind, packet: Buffer): void => void session.peer()?.send(kind, packet)

  const sendPli = (nowMs: number): void => {
    const { ssrc } = tracks.video
    if (ssrc === undefined || nowMs - askedMs.pli < PLI_MS) return
    wantsKeyframe = false
    askedMs.pli = nowMs
    askedMs.keyframe = nowMs
    health.pli()
    send('video', writePli({ ssrc: OUR_SSRC, mediaSsrc: ssrc }))
  }
  const askKeyframe = (): void => {
    wantsKeyframe = true
    sendPli(clock.steadyMs())
  }
  const feed: Feed = line.feed(askKeyframe)

  const unit = (unit: AccessUnit, time: number): void => {
    const wallMs = sync.wallOf('video', time / RATE.video)
    if (unit.isKey) askedMs.keyframe = clock.steadyMs()
    if (unit.sps && unit.pps) {
      const record = avcRecord(unit.sps, unit.ppsList ?? [unit.pps])
      const text = record.toString('latin1')
      const config = text === configured ? undefined : parseVideoConfig(record)
      configured = text
      if (config) sink.push(config, wallMs)
    }
    sink.push({ kind: 'frame', key: unit.isKey, ctoMs: 0, data: unit.data }, wallMs)
  }

  const sound = (packet: RtpPacket, time: number): void => {
    turner ??= deps.turners.toAac({
      config(record) {
        const config = parseAudioConfig(Buffer.from(record))
        if (config) sink.push(config, clock.nowMs())
      },
      sound: (data, atMs) => sink.push({ kind: 'sound', data: Buffer.from(data) }, atMs),
    })
    if (packet.payload.length > 0) {
      turner.push(packet.payload, sync.wallOf('audio', time / RATE.audio))
    }
  }

  const drain = (kind: Kind, nowMs: number): void => {
    for (const item of tracks[kind].reorder.take(nowMs)) {
      if (item === 'gap') {
        if (kind === 'audio') continue
        depacketiser.gap()
        askKeyframe()
      } else if (kind === 'audio') {
        sound(item.packet, item.time)
      } else {
        const done = depacketiser.push(item.packet)
        if (done) unit(done, item.time)
        if (depacketiser.needsKeyframe) wantsKeyframe = true
      }
    }
  }

  const media = (kind: Kind, bytes: Buffer): void => {
    const packet = parseRtp(bytes)
    if (!packet) return
    const track = tracks[kind]
    const nowMs = clock.steadyMs()
    if (track.ssrc !== undefined && track.ssrc !== packet.ssrc) {
      tracks[kind] = makeTrack(kind)
      return media(kind, bytes)
    }
    track.ssrc = packet.ssrc
    heardMs = nowMs
    arrivals.see(bytes, nowMs)
    const sequence = track.unwrapSequence(packet.sequence)
    const time = track.unwrapTime(packet.timestamp)
    if (time > track.newest) {
      track.newest = time
      sync.see(kind, time / RATE[kind], clock.nowMs())
    }
    track.meter.packet(sequence, packet.timestamp, nowMs)
    feed.forward(kind, bytes, {
      sequence, sourceTimestamp: packet.timestamp,
      wallMs: sync.wallOf(kind, time / RATE[kind]),
      opensKeyframe: kind === 'video' && opensKeyframe(packet.payload),
    })
    track.reorder.push(sequence, { packet, time }, nowMs)
    drain(kind, nowMs)
  }

  const control = (bytes: Buffer): void => {
    for (const message of parseRtcp(bytes)) {
      if (message.kind !== 'senderReport') continue
      const kind = message.ssrc === tracks.video.ssrc ? 'video'
        : message.ssrc === tracks.audio.ssrc ? 'audio' : undefined
      if (!kind) continue
      tracks[kind].report = { ntpMiddle: message.ntpMiddle, atMs: clock.steadyMs() }
      const time = tracks[kind].unwrapTime(message.rtpTimestamp)
      sync.report(kind, time / RATE[kind], message.ntpMs)
    }
  }

  const tick = (): void => {
    const nowMs = clock.steadyMs()
    for (const kind of ['video', 'audio'] as const) {
      const { reorder, ssrc } = tracks[kind]
      drain(kind, nowMs)
      const missing = reorder.due(nowMs).map((sequence) => sequence & 0xffff)
      if (missing.length === 0 || ssrc === undefined) continue
      health.nack(missing.length)
      send(kind, writeNack({ ssrc: OUR_SSRC, mediaSsrc: ssrc, sequences: missing }))
    }
    const feedback = arrivals.take(tracks.video.ssrc ?? tracks.audio.ssrc ?? 0, nowMs)
    if (feedback) send(session.hasVideo ? 'video' : 'audio', feedback)
    const isDue = session.hasVideo && !session.isUncut && nowMs - askedMs.keyframe >= KEYFRAME_MS
    if (wantsKeyframe || isDue) sendPli(nowMs)
  }

  /** The cap of the sender's own estimate: down when packets are lost, slowly up again. */
  const report = (): void => {
    const nowMs = clock.steadyMs()
    let lossShare = 0
    for (const kind of ['video', 'audio'] as const) {
      const track = tracks[kind]
      const { meter, ssrc, report: last } = track
      if (ssrc === undefined) continue
      const figures = meter.report()
      send(kind, writeReceiverReport({ ssrc: OUR_SSRC, reports: [{
        ssrc, ...figures, lastSr: last?.ntpMiddle ?? 0,
        delaySr: last ? Math.round((nowMs - last.atMs) * 65.536) : 0,
      }] }))
      if (kind === 'video') lossShare = figures.fractionLost
      const sent = figures.highest - (track.toldHighest ?? figures.highest)
      track.toldHighest = figures.highest
      if (sent > 0) health.loss(Math.round(figures.fractionLost * sent), sent)
    }
    const { ssrc } = tracks.video
    if (ssrc === undefined) return
    kbps = lossShare > 0.1 ? Math.max(150, kbps * (1 - lossShare / 2))
      : Math.min(session.maxKbps, kbps * 1.08)
    send('video', writeRemb({ ssrc: OUR_SSRC, mediaSsrcs: [ssrc], bps: Math.round(kbps * 1000) }))
  }

  const timers: Timer[] = [clock.every(TICK_MS, tick), clock.every(REPORT_MS, report)]
  return {
    packet(kind, bytes) {
      const packet = bytes as Buffer
      if (isRtcp(packet)) control(packet)
      else media(kind, packet)
    },
    get heardMs() { return heardMs },
    askKeyframe,
    close() {
      for (const timer of timers) timer.cancel()
      turner?.close()
      feed.end()
    },
  }
}
