import { MEDIA_LIMITS } from '../contract.ts'
import { TICKS_PER_SECOND } from '#formats/init-segment'

/** What happens before a sample of the leading track is put down. */
export type Cut = 'none' | 'part' | 'segment'

export interface Cutter {
  /** Ticks of 1/90000 s; undefined until the frame rate is known. */
  readonly partTargetTicks: number | undefined
  before(durationTicks: number, isKey: boolean): Cut
  /** Puts the sample down. True: the part is full, close it now instead of one frame later. */
  add(durationTicks: number, isKey: boolean): boolean
  /** The segment was closed from outside (end of stream, new timeline). */
  reset(): void
}

const MS = TICKS_PER_SECOND / 1000
const SEGMENT_AIM = MEDIA_LIMITS.targetDurationSeconds * TICKS_PER_SECOND
/** A keyframe this early still ends the segment: waiting for the next could overrun the target. */
const SEGMENT_EARLY = 0.8 * SEGMENT_AIM
/** EXTINF rounds to the nearest second, so 2.4 s is still a duration of 2. */
const SEGMENT_MAX = 1.2 * SEGMENT_AIM
/** RFC 8216bis 4.4.4.9: every part but the last of a segment has at least this share. */
const PART_SHARE_MIN = 0.85
const MEASURE = 160 * MS
const PART_TARGET_MAX = TICKS_PER_SECOND

/** The part target is a whole number of frames near the aim, so that every part can be both full
 *  and within the target (30 fps: 6 frames; 24 fps: 5). The rest covers RTMP's rounding. */
export function choosePartTarget(frameTicks: readonly number[]): number {
  const sorted = [...frameTicks].sort((a, b) => a - b)
  const span = frameTicks.reduce((sum, ticks) => sum + ticks, 0)
  const mean = span / frameTicks.length
  const median = sorted[sorted.length >> 1]!
  // Millisecond times alternate (33, 34): the mean is exact unless one frame is out of line.
  const frame = Math.abs(mean - median) < 1.5 * MS ? mean : median
  const count = Math.max(1, Math.round((MEDIA_LIMITS.partAimMs * MS) / frame))
  const target = Math.ceil((count * frame) / MS + 1) * MS
  return Math.min(PART_TARGET_MAX, target)
}

export function makeCutter(options: {
  partTargetTicks?: number | undefined
  /** Sound alone: every frame is a place to cut, so the aim is met exactly. */
  isSoundOnly: boolean
}): Cutter {
  let target = options.partTargetTicks
  let measured: number[] = []
  let part = 0
  let segment = 0
  let startsWithKey = false

  const endsSegment = (duration: number, isKey: boolean): boolean => {
    if (segment === 0) return false
    if (options.isSoundOnly) return segment + duration > SEGMENT_AIM
    if (segment + duration > SEGMENT_MAX) return true
    return isKey && (segment >= SEGMENT_EARLY || !startsWithKey)
  }

  return {
    get partTargetTicks() { return target },
    before(duration, isKey) {
      if (target === undefined) {
        measured.push(duration)
        if (part + duration >= MEASURE) {
          // What is already in the part cannot be taken out again.
          target = Math.max(choosePartTarget(measured), part)
          measured = []
        }
      }
      if (endsSegment(duration, isKey)) {
        part = 0
        segment = 0
        return 'segment'
      }
      if (target === undefined || part === 0 || part + duration <= target) return 'none'
      part = 0
      return 'part'
    },
    add(duration, isKey) {
      if (segment === 0) startsWithKey = isKey
      part += duration
      segment += duration
      if (target === undefined || part < PART_SHARE_MIN * target) return false
      if (part + duration <= target) return false
      part = 0
      return true
    },
    reset() {
      part = 0
      segment = 0
    },
  }
}
