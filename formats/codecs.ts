import { makeBitReader } from './bits.ts'
import { parseSps } from './sps.ts'

export interface VideoConfig {
  readonly kind: 'video'
  /** AVCDecoderConfigurationRecord as sent (ISO/IEC 14496-15), goes into the init segment. */
  readonly record: Buffer
  /** RFC 6381, e.g. `avc1.42c01f`. */
  readonly codec: string
  readonly width: number
  readonly height: number
}

export interface AudioConfig {
  readonly kind: 'audio'
  /** AudioSpecificConfig as sent (ISO/IEC 14496-3), goes into the init segment. */
  readonly record: Buffer
  readonly codec: string
  readonly sampleRate: number
  readonly channels: number
  /** Samples per frame on the `sampleRate` clock. */
  readonly frameSamples: number
}

const RECORD_BYTES_MAX = 1_024

/** Reads an AVC decoder configuration; undefined when it is broken or not 4-byte framed. */
export function parseVideoConfig(bytes: Buffer): VideoConfig | undefined {
  if (bytes.length < 9 || bytes.length > RECORD_BYTES_MAX || bytes[0] !== 1) return undefined
  if ((bytes[4]! & 3) !== 3 || (bytes[5]! & 0x1f) < 1) return undefined
  const spsLength = bytes.readUInt16BE(6)
  const sps = bytes.subarray(8, 8 + spsLength)
  if (sps.length !== spsLength) return undefined
  const ppsAt = 8 + spsLength
  const hasPps = (bytes[5]! & 0x1f) > 1 || (bytes[ppsAt] ?? 0) >= 1
  const size = parseSps(sps)
  if (!size || !hasPps) return undefined
  const codec = `avc1.${bytes.subarray(1, 4).toString('hex')}`
  return { kind: 'video', record: Buffer.from(bytes), codec, ...size }
}

const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
]

/** LC, HE (SBR) and HE v2 (PS): what every browser decodes. */
const OBJECT_TYPES = new Set([2, 5, 29])

/** Reads an AAC configuration; undefined when it is broken or of a kind browsers do not play. */
export function parseAudioConfig(bytes: Buffer): AudioConfig | undefined {
  if (bytes.length < 2 || bytes.length > RECORD_BYTES_MAX) return undefined
  const reader = makeBitReader(bytes)
  const objectType = reader.bits(5)
  const rateIndex = reader.bits(4)
  const sampleRate = rateIndex === 15 ? reader.bits(24) : SAMPLE_RATES[rateIndex]
  const layout = reader.bits(4)
  if (!OBJECT_TYPES.has(objectType) || layout < 1 || layout > 7) return undefined
  if (sampleRate === undefined || sampleRate < 7_350 || sampleRate > 96_000) return undefined
  if (objectType !== 2) {
    if (reader.bits(4) === 15) reader.bits(24)
    reader.bits(5)
  }
  const frameSamples = reader.bits(1) === 1 ? 960 : 1_024
  if (reader.overrun) return undefined
  const channels = layout === 7 ? 8 : layout
  const codec = `mp4a.40.${objectType}`
  const record = Buffer.from(bytes)
  return { kind: 'audio', record, codec, sampleRate, channels, frameSamples }
}
