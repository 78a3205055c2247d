import {
  parseAudioConfig, parseVideoConfig, type AudioConfig, type VideoConfig,
} from './codecs.ts'

/** One RTMP audio or video message, understood. `data` is a view into the message. */
export type FlvTag =
  | VideoConfig
  | AudioConfig
  | { readonly kind: 'frame'; readonly key: boolean; readonly ctoMs: number; readonly data: Buffer }
  | { readonly kind: 'sound'; readonly data: Buffer }
  /** Nothing to play: end of sequence, info frames, empty messages. */
  | { readonly kind: 'nothing' }
  /** A codec that is not taken; `codec` names it for people. */
  | { readonly kind: 'unsupported'; readonly codec: string }
  | { readonly kind: 'malformed' }

const NOTHING: FlvTag = { kind: 'nothing' }
const MALFORMED: FlvTag = { kind: 'malformed' }

/** Names from the FLV specification, version 10.1, E.4.3.1 and E.4.2.1. */
const VIDEO_CODECS: Readonly<Record<number, string>> = {
  2: 'H.263', 3: 'Screen', 4: 'VP6', 5: 'VP6', 6: 'Screen', 12: 'HEVC', 13: 'AV1',
}
const SOUND_FORMATS: Readonly<Record<number, string>> = {
  0: 'PCM', 1: 'ADPCM', 2: 'MP3', 3: 'PCM', 4: 'Nellymoser', 5: 'Nellymoser', 6: 'Nellymoser',
  7: 'G.711', 8: 'G.711', 11: 'Speex', 14: 'MP3',
}

/** Enhanced RTMP carries a FourCC; only printable ones are repeated to people. */
function fourCc(payload: Buffer): string {
  const text = payload.subarray(1, 5).toString('latin1')
  return /^[\x20-\x7e]{4}$/.test(text) ? text.trim() : 'unknown'
}

/** True when the bytes are whole NAL units, each behind its 4-byte length. */
export function isNalRun(data: Buffer): boolean {
  let at = 0
  while (at + 4 < data.length) at += 4 + data.readUInt32BE(at)
  return at === data.length && data.length > 4
}

export function parseVideoTag(payload: Buffer): FlvTag {
  if (payload.length < 1) return NOTHING
  const head = payload[0]!
  if ((head & 0x80) !== 0) return { kind: 'unsupported', codec: fourCc(payload) }
  const frameType = head >> 4
  const codecId = head & 0x0f
  if (codecId !== 7) {
    return { kind: 'unsupported', codec: VIDEO_CODECS[codecId] ?? `video codec ${codecId}` }
  }
  if (payload.length < 5 || frameType === 5) return NOTHING
  const data = payload.subarray(5)
  if (payload[1] === 0) return parseVideoConfig(data) ?? MALFORMED
  if (payload[1] !== 1 || data.length === 0) return NOTHING
  if (!isNalRun(data)) return MALFORMED
  return { kind: 'frame', key: frameType === 1, ctoMs: payload.readIntBE(2, 3), data }
}

export function parseAudioTag(payload: Buffer): FlvTag {
  if (payload.length < 1) return NOTHING
  const format = payload[0]! >> 4
  if (format === 9) return { kind: 'unsupported', codec: fourCc(payload) }
  if (format !== 10) {
    return { kind: 'unsupported', codec: SOUND_FORMATS[format] ?? `sound format ${format}` }
  }
  if (payload.length < 3) return NOTHING
  const data = payload.subarray(2)
  if (payload[1] === 0) return parseAudioConfig(data) ?? MALFORMED
  return payload[1] === 1 ? { kind: 'sound', data } : NOTHING
}
