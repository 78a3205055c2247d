import type { SoundTurners } from '#stage/media/contract'
import { PACE } from './pace.ts'
import { FLV_TAG, writeFlvHead, writeFlvTag } from './translate/flv.ts'
import type { Job, Run } from './turner.ts'

type Tell = Parameters<SoundTurners['toOpus']>[1]

const PER_MS = 48
const START_MS = 1_000
/** A browser plays a packet when all of it has come, by the latest one: short ones wait less. */
const PACKET_MS = 10
/** 96 kb/s: every packet has this size, so that none needs a container. One that tells where a
 *  packet ends (Ogg) holds each back until the next is there. */
const PACKET_BYTES = 120
/** What an encoder of 48 kHz looks ahead: its sound comes out this much later than its count. */
const LOOK_AHEAD_MS = 312 / PER_MS

/** The filter keeps counted sound where its times say: holes become silence, a clock that runs up
 *  to 2 % wrong is stretched, and the first sample stands at the start. */
const ARGS = [
  '-analyzeduration', '0', '-probesize', '32',
  '-f', 'flv', '-i', 'pipe:0', '-map', '0:a', '-threads', '1', '-copyts',
  '-af', `aresample=48000:flags=res:async=960:min_hard_comp=${PACE.holeMs / 1_000}`
    + `:first_pts=${START_MS * PER_MS}`,
  '-c:a', 'libopus', '-b:a', '96k', '-vbr', 'off', '-ar', '48000', '-ac', '2',
  '-frame_duration', String(PACKET_MS), '-application', 'audio',
  '-flush_packets', '1', '-f', 'data', 'pipe:1',
]

const AAC_HEAD = Uint8Array.of(0xaf, 1)
/** AAC frames are at most 768 bytes a channel; eight channels and something to spare. */
const FRAME_BYTES_MAX = 8_192

function beginRun(record: Uint8Array, tell: Tell, baseMs: number): Run {
  let held: Buffer = Buffer.alloc(0)
  let lastMs = -Infinity
  let nextMs = baseMs - LOOK_AHEAD_MS

  const config = writeFlvTag(FLV_TAG.audio, START_MS, [Uint8Array.of(0xaf, 0), record])
  return {
    head: Buffer.concat([writeFlvHead({ audio: true, video: false }), config]),
    take(frame, atMs) {
      if (frame.length === 0 || frame.length > FRAME_BYTES_MAX) return []
      const isFar = lastMs > -Infinity && Math.abs(atMs - lastMs) > PACE.jumpMs
      if (isFar || atMs - baseMs > PACE.longestMs) return 'jump'
      if (atMs <= lastMs) return []
      lastMs = atMs
      const time = Math.round(atMs - baseMs) + START_MS
      return [writeFlvTag(FLV_TAG.audio, time, [AAC_HEAD, frame])]
    },
    hear(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      for (; held.length >= PACKET_BYTES; held = held.subarray(PACKET_BYTES)) {
        tell.sound(held.subarray(0, PACKET_BYTES), nextMs)
        nextMs += PACKET_MS
      }
    },
    get insideMs() { return lastMs === -Infinity ? 0 : lastMs - nextMs },
  }
}

export const toOpusJob = (record: Uint8Array, tell: Tell): Job => ({
  name: 'toOpus', args: ARGS, begin: (atMs) => beginRun(Uint8Array.from(record), tell, atMs),
})
