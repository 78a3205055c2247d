import { TICKS_PER_SECOND } from '#formats/init-segment'
import type { ReplayLine, SegmentLine } from '#stage/recording/contract'
import { MEDIA_LIMITS } from '../contract.ts'

/** How a playlist's files begin; a number and an ending follow. */
export interface AssetNames {
  readonly part: string
  readonly segment: string
  readonly init: string
}

export const SOURCE_NAMES: AssetNames = { part: 'p', segment: 's', init: 'init-' }
export const LOW_NAMES: AssetNames = { part: 'l', segment: 'l', init: 'linit-' }
export const AUDIO_NAMES: AssetNames = { part: 'a', segment: 'a', init: 'ainit-' }

export interface PartLine {
  readonly ticks: number
  readonly isIndependent: boolean
  /** There is nothing to fetch: the rendition was not made at that time. */
  readonly isGap?: boolean
}

export interface LiveSegmentLine extends SegmentLine {
  readonly parts: readonly PartLine[]
  readonly isClosed: boolean
}

export interface LiveView {
  readonly names: AssetNames
  readonly segments: readonly LiveSegmentLine[]
  /** Discontinuity tags that have left the playlist. */
  readonly discontinuitySequence: number
  readonly partTargetTicks: number
  /** The publisher sends and the next part continues the last one. */
  readonly isFlowing: boolean
  readonly isEnded: boolean
}

const seconds = (ticks: number): string => (ticks / TICKS_PER_SECOND).toFixed(5)
const PART_LIST_TICKS = 3 * MEDIA_LIMITS.targetDurationSeconds * TICKS_PER_SECOND

function head(extra: readonly string[]): string[] {
  const target = `#EXT-X-TARGETDURATION:${MEDIA_LIMITS.targetDurationSeconds}`
  return ['#EXTM3U', '#EXT-X-VERSION:9', target, ...extra]
}

/** What stands before a segment's own lines: discontinuity, map when it changed, date. */
function preface(
  segment: SegmentLine, previous: SegmentLine | undefined, names: AssetNames,
): string[] {
  const lines: string[] = []
  const isBreak = segment.isDiscontinuity
    || (previous !== undefined && previous.msn + 1 !== segment.msn)
  if (isBreak) lines.push('#EXT-X-DISCONTINUITY')
  if (isBreak || previous?.initId !== segment.initId) {
    lines.push(`#EXT-X-MAP:URI="${names.init}${segment.initId}.mp4"`)
  }
  const date = new Date(Math.round(segment.wallMs)).toISOString()
  lines.push(`#EXT-X-PROGRAM-DATE-TIME:${date}`)
  return lines
}

const partLine = (name: string, part: PartLine): string =>
  `#EXT-X-PART:DURATION=${seconds(part.ticks)},URI="${name}.m4s"`
  + (part.isIndependent ? ',INDEPENDENT=YES' : '') + (part.isGap ? ',GAP=YES' : '')

/** Parts are listed up to three target durations from the end (RFC 8216bis 4.4.4.9). */
function firstWithParts(segments: readonly LiveSegmentLine[]): number {
  let ticks = 0
  for (let at = segments.length - 1; at >= 0; at--) {
    if (ticks >= PART_LIST_TICKS) return at + 1
    ticks += segments[at]!.durationTicks
  }
  return 0
}

function liveHead(view: LiveView): string[] {
  // Rounded up to the millisecond, so that no part is above what is stated.
  const target = Math.ceil((view.partTargetTicks * 1000) / TICKS_PER_SECOND) / 1000
  const lines = [
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${(target * 3).toFixed(3)}`,
    `#EXT-X-PART-INF:PART-TARGET=${target.toFixed(3)}`,
    `#EXT-X-MEDIA-SEQUENCE:${view.segments[0]?.msn ?? 0}`,
  ]
  if (view.discontinuitySequence > 0) {
    lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${view.discontinuitySequence}`)
  }
  return head(lines)
}

function hint(last: LiveSegmentLine, names: AssetNames): string {
  const [msn, part] = last.isClosed ? [last.msn + 1, 0] : [last.msn, last.parts.length]
  return `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${names.part}${msn}.${part}.m4s"`
}

/** The low-latency playlist (RFC 8216bis). */
export function writeLivePlaylist(view: LiveView): string {
  const { names } = view
  const lines = liveHead(view)
  const partsFrom = firstWithParts(view.segments)
  view.segments.forEach((segment, at) => {
    lines.push(...preface(segment, view.segments[at - 1], names))
    const name = `${names.part}${segment.msn}`
    if (at >= partsFrom) {
      segment.parts.forEach((part, index) => lines.push(partLine(`${name}.${index}`, part)))
    }
    if (segment.isClosed) {
      // A segment with a hole in it is not offered whole.
      if (segment.parts.some((part) => part.isGap)) lines.push('#EXT-X-GAP')
      lines.push(`#EXTINF:${seconds(segment.durationTicks)},`)
      lines.push(`${names.segment}${segment.msn}.m4s`)
    }
  })
  const last = view.segments.at(-1)
  if (view.isEnded) lines.push('#EXT-X-ENDLIST')
  else if (last && view.isFlowing) lines.push(hint(last, names))
  // What comes next will be a new timeline, and to say so now is not only honest: hls.js 1.7 takes
  // a segment on the very last line for the next one and then finds its break misplaced.
  else if (last) lines.push('#EXT-X-DISCONTINUITY')
  return lines.join('\n') + '\n'
}

/** The recording, or a cut of it: an EVENT playlist while it grows, VOD once it is complete.
 *  `leadTicks` is where players begin, after the keyframe that they need. */
export function writeReplayPlaylist(
  segments: readonly ReplayLine[], isEnded: boolean, leadTicks = 0,
): string {
  const lines = head([
    `#EXT-X-PLAYLIST-TYPE:${isEnded ? 'VOD' : 'EVENT'}`,
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.msn ?? 0}`,
    ...(leadTicks > 0 ? [`#EXT-X-START:TIME-OFFSET=${seconds(leadTicks)},PRECISE=YES`] : []),
  ])
  segments.forEach((segment, at) => {
    lines.push(...preface(segment, segments[at - 1], SOURCE_NAMES))
    lines.push(`#EXTINF:${seconds(segment.durationTicks)},`)
    if (segment.range) {
      lines.push(`#EXT-X-BYTERANGE:${segment.range.length}@${segment.range.start}`)
    }
    lines.push(`s${segment.msn}.m4s`)
  })
  if (isEnded) lines.push('#EXT-X-ENDLIST')
  return lines.join('\n') + '\n'
}
