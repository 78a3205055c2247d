import type { SoundTurner, SoundTurners } from '../contract.ts'
import { MEDIA_LIMITS } from '../contract.ts'
import type { FlvTag } from '#formats/flv'
import type { Line } from './line.ts'
import { packetise, readRecord } from '#formats/h264'

/** Payload bytes of one packet: what is left of 1280 (the least IPv6 carries) under IP, UDP, SRTP
 *  and RTP. */
const MTU = 1_180
/** Frames in a row without reordering before a stream that had B-frames is believed again. */
const PLAIN_FRAMES = 250

export interface TagFeed {
  push(tag: FlvTag, wallMs: number): void
  close(): void
}

/** Puts an RTMP publisher on the live line: the picture as it is, the sound as Opus. What browsers
 *  cannot play over WebRTC (B-frames) or could not join soon (rare keyframes) makes the line unfit,
 *  and viewers stay on LL-HLS. */
export function makeTagFeed(deps: { line: Line; turners: SoundTurners }): TagFeed {
  const { line, turners } = deps
  // An encoder over RTMP cannot be asked for a keyframe.
  const feed = line.feed(() => {})
  let parameterSets: readonly Buffer[] = []
  let turner: SoundTurner | undefined
  let plainFrames = PLAIN_FRAMES
  let lastKeyMs: number | undefined

  const judge = (tag: FlvTag & { kind: 'frame' }, wallMs: number): void => {
    plainFrames = tag.ctoMs === 0 ? plainFrames + 1 : 0
    const gapMs = lastKeyMs === undefined ? 0 : wallMs - lastKeyMs
    if (tag.key) lastKeyMs = wallMs
    const isRare = gapMs > MEDIA_LIMITS.keyframeSecondsMax * 1_000 * 1.25
    if (plainFrames < PLAIN_FRAMES) line.setUnfit('b_frames')
    else if (isRare) line.setUnfit('keyframes_rare')
    else if (tag.key) line.setUnfit(null)
  }

  const frame = (tag: FlvTag & { kind: 'frame' }, wallMs: number): void => {
    judge(tag, wallMs)
    if (line.unfit) return
    const payloads = packetise(tag.data, tag.key ? parameterSets : [], MTU)
    payloads.forEach((payload, at) => feed.write('video', payload, {
      wallMs, marker: at === payloads.length - 1, opensKeyframe: tag.key && at === 0,
    }))
  }

  return {
    push(tag, wallMs) {
      if (tag.kind === 'video') {
        const { sps, pps } = readRecord(tag.record)
        parameterSets = [...sps, ...pps]
      } else if (tag.kind === 'audio') {
        turner?.close()
        turner = turners.toOpus(tag.record, {
          sound: (data, atMs) => feed.write('audio', Buffer.from(data), {
            wallMs: atMs, marker: false, opensKeyframe: false,
          }),
        })
      } else if (tag.kind === 'frame') frame(tag, wallMs)
      else if (tag.kind === 'sound') turner?.push(tag.data, wallMs)
    },
    close() {
      turner?.close()
      feed.end()
    },
  }
}
