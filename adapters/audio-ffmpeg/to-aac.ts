import type { SoundTurners } from '#stage/media/contract'
import { judgePace, PACE } from './pace.ts'
import { FLV_TAG, makeFlvReader, type FlvBlock } from './translate/flv.ts'
import { makeOggWriter, OGG_PACKET_BYTES_MAX } from './translate/ogg.ts'
import { opusSamples, SILENT_OPUS, SILENT_OPUS_SAMPLES } from './translate/opus.ts'
import type { Job, Run } from './turner.ts'

type Tell = Parameters<SoundTurners['toAac']>[0]

/** Little is probed: every byte that is waited for is delay. FLV comes out, not ADTS, because it
 *  says when each frame is, with the encoder's priming already taken off. */
const ARGS = [
  '-analyzeduration', '0', '-probesize', '32',
  '-f', 'ogg', '-c:a', 'libopus', '-i', 'pipe:0', '-vn', '-threads', '1',
  '-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2', '-copyts', '-flush_packets', '1',
  '-flvflags', 'no_duration_filesize+no_metadata', '-f', 'flv', 'pipe:1',
]

const PER_MS = 48
const FRAME_SAMPLES = 1_024
/** The child's clock starts here, so that priming never falls below zero. */
const START_MS = 1_000
/** FLV rounds to a millisecond: frames are counted, and their times only watched. */
const SLACK_MS = 15

function beginRun(tell: Tell, baseMs: number): Run {
  const writer = makeOggWriter()
  const read = makeFlvReader()
  let samples = 0
  let lastMs = -Infinity
  let nextMs: number | undefined

  const page = (packet: Uint8Array, count: number): Buffer => {
    samples += count
    return writer.page(packet, START_MS * PER_MS + samples)
  }

  const hear = ({ type, atMs, payload }: FlvBlock): void => {
    if (type !== FLV_TAG.audio || payload.length < 3 || payload[0]! >> 4 !== 10) return
    const data = payload.subarray(2)
    if (payload[1] === 0) return tell.config(data)
    const toldMs = baseMs + atMs - START_MS
    nextMs ??= baseMs - FRAME_SAMPLES / PER_MS
    if (Math.abs(toldMs - nextMs) > SLACK_MS) nextMs = toldMs
    tell.sound(data, nextMs)
    nextMs += FRAME_SAMPLES / PER_MS
  }

  return {
    head: writer.header,
    take(packet, atMs) {
      const count = packet.length <= OGG_PACKET_BYTES_MAX ? opusSamples(packet) : undefined
      // What is not Opus leaves a hole, and holes are filled.
      if (count === undefined) return []
      if (samples > PACE.longestMs * PER_MS) return 'jump'
      const pace = judgePace(baseMs + samples / PER_MS, lastMs, atMs)
      if (pace.is === 'jump') return 'jump'
      if (pace.is === 'drop') return []
      lastMs = atMs
      const fill = Array.from({ length: pace.silences }, () => (
        page(SILENT_OPUS, SILENT_OPUS_SAMPLES)
      ))
      if (pace.isRepeated) fill.push(page(packet, count))
      return [...fill, page(packet, count)]
    },
    hear: (chunk) => read(chunk).forEach(hear),
    get insideMs() { return baseMs + samples / PER_MS - (nextMs ?? baseMs) },
  }
}

export const toAacJob = (tell: Tell): Job => ({
  name: 'toAac', args: ARGS, begin: (atMs) => beginRun(tell, atMs),
})
