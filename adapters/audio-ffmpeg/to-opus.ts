import type { SoundTurners } from '#stage/media/contract'
import { PACE } from './pace.ts'
import { FLV_TAG, writeFlvHead, writeFlvTag } from './translate/flv.ts'
import { makeOggReader, type OggPage } from './translate/ogg.ts'
import { SILENT_OPUS } from './translate/opus.ts'
import type { Job, Run } from './turner.ts'

type Tell = Parameters<SoundTurners['toOpus']>[1]

const ARGS = [
  '-analyzeduration', '0', '-probesize', '32',
  '-f', 'flv', '-i', 'pipe:0', '-vn', '-threads', '1',
  '-c:a', 'libopus', '-b:a', '96k', '-ar', '48000', '-ac', '2', '-frame_duration', '20',
  '-application', 'audio', '-copyts', '-flush_packets', '1', '-page_duration', '20000',
  '-f', 'ogg', 'pipe:1',
]

const PER_MS = 48
const PACKET_SAMPLES = 960
const PACKET_MS = PACKET_SAMPLES / PER_MS
const START_MS = 1_000
/** Times come from milliseconds: packets are counted, and their times only watched. */
const SLACK_MS = 15
const AAC_HEAD = Uint8Array.of(0xaf, 1)
/** AAC frames are at most 768 bytes a channel; eight channels and something to spare. */
const FRAME_BYTES_MAX = 8_192

function beginRun(record: Uint8Array, tell: Tell, baseMs: number): Run {
  const read = makeOggReader()
  let preSkip = 0
  let lastMs = -Infinity
  let nextMs: number | undefined

  const sound = (packet: Buffer, toldMs: number): void => {
    nextMs ??= toldMs
    const offMs = toldMs - nextMs
    if (offMs > PACE.holeMs && offMs <= PACE.jumpMs) {
      for (let n = Math.round(offMs / PACE.silenceMs); n > 0; n--) {
        tell.sound(SILENT_OPUS, nextMs)
        nextMs += PACKET_MS
      }
    }
    // Back in time again would be heard twice.
    if (toldMs < nextMs - PACKET_MS) return
    if (Math.abs(toldMs - nextMs) > SLACK_MS) nextMs = toldMs
    tell.sound(packet, nextMs)
    nextMs += PACKET_MS
  }

  const hear = ({ granule, packets }: OggPage): void => {
    packets.forEach((packet, at) => {
      const mark = packet.toString('latin1', 0, 8)
      if (mark === 'OpusHead') preSkip = packet.length > 11 ? packet.readUInt16LE(10) : 0
      if (mark === 'OpusHead' || mark === 'OpusTags') return
      const start = granule - (packets.length - at) * PACKET_SAMPLES - preSkip
      sound(packet, baseMs + start / PER_MS - START_MS)
    })
  }

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
    hear: (chunk) => read(chunk).forEach(hear),
    get insideMs() { return lastMs === -Infinity ? 0 : lastMs - (nextMs ?? baseMs) },
  }
}

export const toOpusJob = (record: Uint8Array, tell: Tell): Job => ({
  name: 'toOpus', args: ARGS, begin: (atMs) => beginRun(Uint8Array.from(record), tell, atMs),
})
