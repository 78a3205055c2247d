import { MEDIA_LIMITS, type AudioInfo, type MediaProblem, type VideoInfo } from '../contract.ts'
import type { AudioConfig, VideoConfig } from '#formats/codecs'
import type { FlvTag } from '#formats/flv'
import { writeInit, type TrackSet } from '#formats/init-segment'
import { makeMeter } from './meter.ts'
import { makeStretch, type AssemblySink, type Stretch } from './stretch.ts'
import { CLOCK_LIMITS, judgeStep, makeUnwrapper } from './timeline.ts'

/** One publisher's stream, from tags to parts. Pure but for the sink: time is an argument. */
export interface Assembler {
  /** Returns a problem when the publisher must go. `wallMs`: when the media of this tag happened,
   *  by a clock that goes along with the publisher's. */
  push(tag: FlvTag, wrappedMs: number, wallMs: number): MediaProblem | undefined
  /** The publisher is gone: what is held becomes the last part. Returns where the show stands. */
  finish(): { endTicks: number }
  read(): { video?: VideoInfo; audio?: AudioInfo }
}

/** How long the second track may keep the first one waiting. */
const PROBE_MS = 1_000
const PROBE_BYTES_MAX = 8_000_000
const MALFORMED_RUN_MAX = 25

interface Waiting { tag: FlvTag; atMs: number; wallMs: number }

export function makeAssembler(options: {
  sink: AssemblySink
  startTicks: number
  startSequence: number
  partTargetTicks?: number | undefined
}): Assembler {
  const unwrap = makeUnwrapper()
  const meter = makeMeter()
  let tracks: TrackSet = {}
  let probe: Waiting[] | undefined = []
  let probeBytes = 0
  let stretch: Stretch | undefined
  let nextTicks = options.startTicks
  let sequence = options.startSequence
  let partTarget = options.partTargetTicks
  let leadMs = 0
  let malformedRun = 0
  /** From the publisher's clock to the wall: it drifts, and every segment is dated anew. */
  let wallOffsetMs = 0

  const endStretch = (): void => {
    if (!stretch) return
    nextTicks = Math.max(nextTicks, stretch.finish())
    sequence = stretch.sequence
    stretch = undefined
  }

  const startStretch = (atMs: number): Stretch => {
    options.sink.init(writeInit(tracks), tracks)
    const mapping = { sourceMs: atMs, ticks: nextTicks }
    return makeStretch({
      tracks, mapping, sequence, partTargetTicks: partTarget,
      wallMsOf: (sourceMs) => sourceMs + wallOffsetMs,
      sink: {
        ...options.sink,
        partTarget(ticks) {
          partTarget = ticks
          options.sink.partTarget(ticks)
        },
      },
    })
  }

  const configure = (config: VideoConfig | AudioConfig): void => {
    if (tracks[config.kind]?.record.equals(config.record)) return
    endStretch()
    tracks = { ...tracks, [config.kind]: config }
  }

  const leads = (tag: FlvTag): boolean => tag.kind === (tracks.video ? 'frame' : 'sound')

  const media = ({ tag, atMs, wallMs }: Waiting): MediaProblem | undefined => {
    if (tag.kind === 'frame' ? !tracks.video : tag.kind !== 'sound' || !tracks.audio) return
    if (leads(tag)) {
      if (stretch && judgeStep(leadMs, atMs) === 'jumps') endStretch()
      if (!stretch) {
        if (tag.kind === 'frame' && !tag.key) return
        wallOffsetMs = wallMs - atMs
        stretch = startStretch(atMs)
      }
      wallOffsetMs = wallMs - atMs
      leadMs = atMs
    } else if (Math.abs(atMs - leadMs) > CLOCK_LIMITS.apartMs) {
      return
    }
    if (!stretch) return
    if (tag.kind === 'frame') stretch.frame(atMs, tag.key, tag.ctoMs, tag.data)
    else if (tag.kind === 'sound') stretch.sound(atMs, tag.data)
    if (stretch.openBytes > MEDIA_LIMITS.segmentBytesMax) return 'stage.media.bitrate_too_high'
  }

  const drainProbe = (): MediaProblem | undefined => {
    const waiting = probe ?? []
    probe = undefined
    for (const item of waiting) {
      const problem = media(item)
      if (problem) return problem
    }
  }

  const isProbed = (waiting: readonly Waiting[], atMs: number): boolean =>
    (tracks.video !== undefined && tracks.audio !== undefined)
    || Math.abs(atMs - waiting[0]!.atMs) >= PROBE_MS || probeBytes > PROBE_BYTES_MAX

  const take = (item: Waiting & { tag: { data: Buffer } }): MediaProblem | undefined => {
    if (!probe) return media(item)
    probe.push(item)
    probeBytes += item.tag.data.length + 200
    return isProbed(probe, item.atMs) ? drainProbe() : undefined
  }

  return {
    push(tag, wrappedMs, wallMs) {
      if (tag.kind === 'nothing') return
      if (tag.kind === 'unsupported') return 'stage.media.codec_not_supported'
      if (tag.kind === 'malformed') {
        return ++malformedRun > MALFORMED_RUN_MAX ? 'stage.media.stream_malformed' : undefined
      }
      malformedRun = 0
      if (tag.kind === 'video' || tag.kind === 'audio') return void configure(tag)
      const atMs = unwrap(wrappedMs)
      if (tag.kind === 'frame') meter.frame(atMs, tag.data.length, tag.key, tag.ctoMs)
      return take({ tag, atMs, wallMs })
    },
    finish() {
      drainProbe()
      endStretch()
      return { endTicks: nextTicks }
    },
    read: () => meter.read(tracks),
  }
}
