import type { Clock, Timer } from '#kernel'
import { patchRtp, writeRtp } from '#formats/rtp'
import { writeSenderReport } from '#formats/rtcp'
import { makeRing } from '#formats/packet-ring'

export type Kind = 'video' | 'audio'

/** Why a show cannot be watched over WebRTC just now; LL-HLS carries it all the same. */
export type Unfit = 'b_frames' | 'keyframes_rare'

/** One who watches: gets every packet, patched in place before the next one gets it. */
export interface Watcher {
  readonly payloadTypes: Readonly<Record<Kind, number | null>>
  send(kind: Kind, packet: Buffer): void
  /** The line cannot be carried any longer. */
  leave(why: Unfit): void
}

/** What comes in, already in order of arrival: packets may be late, never rewritten twice. */
export interface Feed {
  /** A packet of the publisher. `sequence` is unwrapped; `wallMs` is when its media happened. */
  forward(kind: Kind, packet: Buffer, info: {
    sequence: number; wallMs: number; sourceTimestamp: number; opensKeyframe: boolean
  }): void
  /** A payload that has no packet yet. */
  write(kind: Kind, payload: Buffer, info: {
    wallMs: number; marker: boolean; opensKeyframe: boolean
  }): void
  end(): void
}

/** The live line of one show: everything that watchers on WebRTC see of it. Sequence numbers and
 *  times go on whoever publishes, so a browser never notices that a publisher came back. The video
 *  timestamp is the show's wall clock times 90: it says when its picture happened. */
export interface Line {
  readonly ssrcs: Readonly<Record<Kind, number>>
  readonly watchers: number
  readonly unfit: Unfit | null
  setUnfit(unfit: Unfit | null): void
  /** Takes over from whoever fed it before. `askKeyframe` may be called at any time. */
  feed(askKeyframe: () => void): Feed
  watch(watcher: Watcher): { resend(kind: Kind, sequences: readonly number[]): void; leave(): void }
  /** For someone who sees nothing or only rubble. */
  askKeyframe(): void
}

const SCALES: Readonly<Record<Kind, number>> = { video: 90, audio: 48 }
const RING_SIZES: Readonly<Record<Kind, number>> = { video: 4096, audio: 512 }
const REPORT_MS = 1_000
const WRAP_32 = 2 ** 32
/** Resent packets a watcher may have in a second: more is no loss but a broken link, or abuse. */
const RESEND_PER_SECOND = 400

interface Lane {
  readonly ring: ReturnType<typeof makeRing>
  next: number
  packets: number
  octets: number
  /** The newest packet's time, on both clocks. */
  last: { timestamp: number; wallMs: number } | undefined
}

interface Seat extends Watcher {
  isWaiting: boolean
  resent: number
}

const makeLane = (kind: Kind): Lane =>
  ({ ring: makeRing(RING_SIZES[kind]), next: 1, packets: 0, octets: 0, last: undefined })

/** Where one feed lies on the line: its numbers and times behind those that went before. */
interface Place { base: number | undefined; start: number; audioOffset: number | undefined }

/** Where a clock that showed `last` stands now. */
const reading = (kind: Kind, last: NonNullable<Lane['last']>, nowMs: number): number =>
  (last.timestamp + Math.round((nowMs - last.wallMs) * SCALES[kind]) + WRAP_32) % WRAP_32

export function makeLine(deps: { clock: Clock; ssrcs: Line['ssrcs'] }): Line {
  const { clock, ssrcs } = deps
  const lanes: Record<Kind, Lane> = { video: makeLane('video'), audio: makeLane('audio') }
  const seats = new Set<Seat>()
  let current: object | undefined
  let ask: () => void = () => {}
  let unfit: Unfit | null = null
  let hasVideo = false

  const deliver = (kind: Kind, packet: Buffer, opensKeyframe: boolean): void => {
    for (const seat of seats) {
      const payloadType = seat.payloadTypes[kind]
      if (payloadType === null) continue
      if (kind === 'video' && seat.isWaiting) {
        if (!opensKeyframe) continue
        seat.isWaiting = false
      }
      packet[1] = (packet[1]! & 0x80) | payloadType
      seat.send(kind, packet)
    }
  }

  const emit = (kind: Kind, sequence: number, packet: Buffer, opensKeyframe: boolean): void => {
    const lane = lanes[kind]
    lane.ring.put(sequence & 0xffff, packet)
    lane.next = Math.max(lane.next, sequence + 1)
    lane.packets++
    lane.octets += packet.length
    if (kind === 'video') hasVideo = true
    deliver(kind, packet, opensKeyframe)
  }

  const stampOf = (kind: Kind, wallMs: number): number =>
    Math.round(wallMs * SCALES[kind]) % WRAP_32

  const makeFeed = (): Feed => {
    const me = {}
    current = me
    const places: Record<Kind, Place> = {
      video: { base: undefined, start: lanes.video.next, audioOffset: undefined },
      audio: { base: undefined, start: lanes.audio.next, audioOffset: undefined },
    }
    /** Pictures carry the wall clock itself; sound keeps the publisher's own even steps. */
    const timestampOf = (kind: Kind, wallMs: number, source: number): number => {
      if (kind === 'video') return stampOf(kind, wallMs)
      const place = places.audio
      place.audioOffset ??= stampOf(kind, wallMs) - source
      return (source + place.audioOffset + 2 * WRAP_32) % WRAP_32
    }
    return {
      forward(kind, packet, info) {
        if (current !== me) return
        const place = places[kind]
        place.base ??= info.sequence
        const sequence = place.start + info.sequence - place.base
        // What was sent before this feed began belongs to nobody.
        if (sequence < place.start) return
        const timestamp = timestampOf(kind, info.wallMs, info.sourceTimestamp)
        lanes[kind].last = { timestamp, wallMs: info.wallMs }
        patchRtp(packet, { sequence: sequence & 0xffff, timestamp, ssrc: ssrcs[kind] })
        emit(kind, sequence, packet, info.opensKeyframe)
      },
      write(kind, payload, info) {
        if (current !== me) return
        const sequence = lanes[kind].next
        const timestamp = stampOf(kind, info.wallMs)
        lanes[kind].last = { timestamp, wallMs: info.wallMs }
        const packet = writeRtp({
          marker: info.marker, payloadType: 0, sequence: sequence & 0xffff, timestamp,
          ssrc: ssrcs[kind],
        }, payload)
        emit(kind, sequence, packet, info.opensKeyframe)
      },
      end() {
        if (current !== me) return
        current = undefined
        ask = () => {}
        // Whoever comes next begins with a keyframe, and nothing before it makes sense.
        for (const seat of seats) seat.isWaiting = true
      },
    }
  }

  const report = (): void => {
    const nowMs = clock.nowMs()
    for (const seat of seats) seat.resent = 0
    for (const kind of ['video', 'audio'] as const) {
      const lane = lanes[kind]
      if (!lane.last) continue
      const packet = writeSenderReport({
        ssrc: ssrcs[kind], cname: 'silkcast', nowMs, rtpTimestamp: reading(kind, lane.last, nowMs),
        packets: lane.packets % WRAP_32, octets: lane.octets % WRAP_32,
      })
      for (const seat of seats) if (seat.payloadTypes[kind] !== null) seat.send(kind, packet)
    }
  }
  let timer: Timer | undefined

  const resend = (seat: Seat, kind: Kind, sequences: readonly number[]): void => {
    const payloadType = seat.payloadTypes[kind]
    if (payloadType === null) return
    for (const sequence of sequences) {
      const packet = lanes[kind].ring.find(sequence)
      if (!packet || seat.resent >= RESEND_PER_SECOND) continue
      seat.resent++
      packet[1] = (packet[1]! & 0x80) | payloadType
      seat.send(kind, packet)
    }
  }

  return {
    ssrcs,
    get watchers() { return seats.size },
    get unfit() { return unfit },
    setUnfit(value) {
      unfit = value
      if (value) for (const seat of [...seats]) seat.leave(value)
    },
    feed(askKeyframe) {
      ask = askKeyframe
      for (const seat of seats) seat.isWaiting = true
      return makeFeed()
    },
    watch(watcher) {
      const seat: Seat = { ...watcher, isWaiting: hasVideo || current !== undefined, resent: 0 }
      seats.add(seat)
      timer ??= clock.every(REPORT_MS, report)
      return {
        resend: (kind, sequences) => resend(seat, kind, sequences),
        leave() {
          seats.delete(seat)
          if (seats.size > 0) return
          timer?.cancel()
          timer = undefined
        },
      }
    },
    askKeyframe: () => ask(),
  }
}
