import { box, fullBox, text, u16, u32, u8 } from './boxes.ts'
import type { AudioConfig, VideoConfig } from './codecs.ts'

/** The clock of pictures, as in RTP; sound runs on its own sample rate. */
export const TICKS_PER_SECOND = 90_000
export const VIDEO_TRACK = 1
export const AUDIO_TRACK = 2

export interface TrackSet {
  readonly video?: VideoConfig | undefined
  readonly audio?: AudioConfig | undefined
}

const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
const LANGUAGE_UNDETERMINED = 0x55c4

interface TrackShape {
  readonly id: number
  readonly timescale: number
  readonly handler: string
  readonly mediaHeader: Buffer
  readonly sampleEntry: Buffer
  readonly volume: number
  readonly width: number
  readonly height: number
}

function trak(shape: TrackShape): Buffer {
  const { id, volume, width, height } = shape
  const header = fullBox('tkhd', 0, 7, u32(0, 0, id, 0, 0, 0, 0), u16(0, 0, volume, 0),
    MATRIX, u32(width * 65_536, height * 65_536))
  const mediaHeader = fullBox('mdhd', 0, 0, u32(0, 0, shape.timescale, 0),
    u16(LANGUAGE_UNDETERMINED, 0))
  const handler = fullBox('hdlr', 0, 0, u32(0), text(shape.handler), u32(0, 0, 0), text('\0'))
  const dataInfo = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)))
  const samples = box('stbl', fullBox('stsd', 0, 0, u32(1), shape.sampleEntry),
    fullBox('stts', 0, 0, u32(0)), fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)), fullBox('stco', 0, 0, u32(0)))
  const info = box('minf', shape.mediaHeader, dataInfo, samples)
  return box('trak', header, box('mdia', mediaHeader, handler, info))
}

function videoTrak(video: VideoConfig): Buffer {
  const { width, height } = video
  const sampleEntry = box('avc1', u32(0), u16(0, 1), Buffer.alloc(16), u16(width, height),
    u32(0x480000, 0x480000, 0), u16(1), Buffer.alloc(32), u16(24, 0xffff),
    box('avcC', video.record))
  const mediaHeader = fullBox('vmhd', 0, 1, u16(0, 0, 0, 0))
  return trak({
    id: VIDEO_TRACK, timescale: TICKS_PER_SECOND, handler: 'vide', mediaHeader, sampleEntry,
    volume: 0, width, height,
  })
}

/** MPEG-4 descriptor lengths above 127 take several bytes of seven bits each. */
function descriptor(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  const length = [body.length & 0x7f]
  for (let rest = body.length >> 7; rest > 0; rest >>= 7) length.unshift((rest & 0x7f) | 0x80)
  return Buffer.concat([u8(tag, ...length), body])
}

function audioTrak(audio: AudioConfig): Buffer {
  const decoder = descriptor(4, u8(0x40, 0x15, 0, 0, 0), u32(0, 0), descriptor(5, audio.record))
  const esds = fullBox('esds', 0, 0, descriptor(3, u16(AUDIO_TRACK), u8(0), decoder,
    descriptor(6, u8(2))))
  const sampleEntry = box('mp4a', u32(0), u16(0, 1), u32(0, 0), u16(audio.channels, 16, 0, 0),
    u32(audio.sampleRate > 65_535 ? 0 : audio.sampleRate * 65_536), esds)
  return trak({
    id: AUDIO_TRACK, timescale: audio.sampleRate, handler: 'soun',
    mediaHeader: fullBox('smhd', 0, 0, u32(0)), sampleEntry, volume: 0x100, width: 0, height: 0,
  })
}

/** The CMAF header (EXT-X-MAP) for a set of tracks. */
export function writeInit(tracks: TrackSet): Buffer {
  const movieHeader = fullBox('mvhd', 0, 0, u32(0, 0, 1000, 0, 0x10000), u16(0x100, 0), u32(0, 0),
    MATRIX, Buffer.alloc(24), u32(AUDIO_TRACK + 1))
  const traks: Buffer[] = []
  const defaults: Buffer[] = []
  if (tracks.video) {
    traks.push(videoTrak(tracks.video))
    defaults.push(fullBox('trex', 0, 0, u32(VIDEO_TRACK, 1, 0, 0, 0)))
  }
  if (tracks.audio) {
    traks.push(audioTrak(tracks.audio))
    defaults.push(fullBox('trex', 0, 0, u32(AUDIO_TRACK, 1, 0, 0, 0)))
  }
  return Buffer.concat([
    box('ftyp', text('iso6'), u32(1), text('iso6cmfcmp41')),
    box('moov', movieHeader, ...traks, box('mvex', ...defaults)),
  ])
}
