import { makeCutter } from './cutter.ts'
import { writeFragment, type Sample } from '#formats/fragment'
import {
  AUDIO_TRACK, TICKS_PER_SECOND, VIDEO_TRACK, type TrackSet,
} from '#formats/init-segment'
import { sourceMsAt, type Mapping } from './timeline.ts'
import { makeAudioTrack, makeVideoTrack } from './tracks.ts'

/** Where finished media goes. Calls come in order: init, open, part..., close, open... */
export interface AssemblySink {
  init(bytes: Buffer, tracks: TrackSet): void
  open(segment: { isNewTimeline: boolean; wallMs: number; ticks: number }): void
  /** `samples` are what is in it, for those who make something else of them. */
  part(part: { bytes: Buffer; ticks: number; isIndependent: boolean }, samples: PartSamples): void
  close(): void
  /** Called once per show: the part target never changes within a playlist. */
  partTarget(ticks: number): void
}

/** Frames in ticks, sounds on the clock of their own rate. */
export interface PartSamples {
  readonly frames: readonly Sample[]
  readonly sounds: readonly Sample[]
}

/** Media of one unbroken timeline with one set of codecs: what lies between two discontinuities. */
export interface Stretch {
  frame(atMs: number, isKey: boolean, ctoMs: number, data: Buffer): void
  sound(atMs: number, data: Buffer): void
  /** Closes the segment; returns where the show's timeline stands. */
  finish(): number
  /** Bytes of the open segment. */
  readonly openBytes: number
  readonly sequence: number
}

export function makeStretch(options: {
  tracks: TrackSet
  mapping: Mapping
  sequence: number
  partTargetTicks: number | undefined
  /** When a time of the publisher's was, on wall clock. */
  wallMsOf(sourceMs: number): number
  sink: AssemblySink
}): Stretch {
  const { tracks, mapping, sink } = options
  const video = tracks.video && makeVideoTrack(mapping)
  const audio = tracks.audio && makeAudioTrack(mapping, tracks.audio)
  const cutter = makeCutter({
    partTargetTicks: options.partTargetTicks, isSoundOnly: !video,
  })
  const leadScale = video ? TICKS_PER_SECOND : tracks.audio!.sampleRate
  const toTicks = (time: number): number => Math.round((time * TICKS_PER_SECOND) / leadScale)
  let frames: Sample[] = []
  let sounds: Sample[] = []
  let partTicks = 0
  let openBytes = 0
  let isOpen = false
  let isFirst = true
  let sequence = options.sequence
  let isTargetTold = options.partTargetTicks !== undefined

  const flushPart = (): void => {
    const lead = video ? frames : sounds
    if (lead.length === 0) return
    const bytes = writeFragment(sequence++, [
      { trackId: VIDEO_TRACK, samples: frames }, { trackId: AUDIO_TRACK, samples: sounds },
    ])
    sink.part({ bytes, ticks: partTicks, isIndependent: lead[0]!.isKey }, { frames, sounds })
    frames = []
    sounds = []
    partTicks = 0
  }

  const openSegment = (ticks: number): void => {
    if (isOpen) sink.close()
    const wallMs = options.wallMsOf(sourceMsAt(mapping, ticks))
    sink.open({ isNewTimeline: isFirst, ticks, wallMs })
    isOpen = true
    isFirst = false
    openBytes = 0
  }

  const lead = (sample: Sample): void => {
    const start = toTicks(sample.time)
    const ticks = toTicks(sample.time + sample.duration) - start
    const cut = cutter.before(ticks, sample.isKey)
    if (!isTargetTold && cutter.partTargetTicks !== undefined) {
      isTargetTold = true
      sink.partTarget(cutter.partTargetTicks)
    }
    if (cut !== 'none') flushPart()
    if (cut === 'segment' || !isOpen) openSegment(start)
    ;(video ? frames : sounds).push(sample)
    partTicks += ticks
    openBytes += sample.data.length
    if (cutter.add(ticks, sample.isKey)) flushPart()
  }

  const follow = (sample: Sample): void => {
    sounds.push(sample)
    openBytes += sample.data.length
  }

  return {
    frame(atMs, isKey, ctoMs, data) {
      const done = video?.push(atMs, isKey, ctoMs, data)
      if (done) lead(done)
    },
    sound(atMs, data) {
      if (atMs < mapping.sourceMs) return
      const done = audio?.push(atMs, true, 0, data)
      if (done) (video ? follow : lead)(done)
    },
    finish() {
      const end = Math.max(video?.endTicks ?? 0, audio?.endTicks ?? 0, mapping.ticks)
      const lastSound = audio?.finish()
      if (lastSound) (video ? follow : lead)(lastSound)
      const lastFrame = video?.finish()
      if (lastFrame) lead(lastFrame)
      flushPart()
      if (isOpen) sink.close()
      isOpen = false
      return end
    },
    get openBytes() { return openBytes },
    get sequence() { return sequence },
  }
}
