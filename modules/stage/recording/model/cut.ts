import { TICKS_PER_SECOND } from '#formats/init-segment'
import type { CutCommand, KnownCut, ReplayLine, SegmentLine } from '../contract.ts'

const TICKS_PER_MS = TICKS_PER_SECOND / 1000

export const wholeCut: CutCommand = { inMs: 0, outMs: null, isPublic: true }

export interface PartSpan {
  readonly sizeBytes: number
  readonly ticks: number
  readonly isIndependent: boolean
}

type CutView = Omit<KnownCut, 'cut' | 'isPublic'>

export const durationTicksOf = (segments: readonly SegmentLine[]): number =>
  segments.reduce((sum, segment) => sum + segment.durationTicks, 0)

/** Where each segment begins in the recording. */
export function startsOf(segments: readonly SegmentLine[]): number[] {
  let at = 0
  return segments.map((segment) => {
    const start = at
    at += segment.durationTicks
    return start
  })
}

/** In and out as they can be had: within the recording, in before out; a cut that holds nothing
 *  is the whole. */
export function clampCut(
  cut: CutCommand, lengthTicks: number,
): { inTicks: number; outTicks: number } {
  const outTicks = cut.outMs === null ? lengthTicks
    : Math.min(lengthTicks, Math.round(cut.outMs * TICKS_PER_MS))
  const inTicks = Math.max(0, Math.round(cut.inMs * TICKS_PER_MS))
  return inTicks < outTicks ? { inTicks, outTicks } : { inTicks: 0, outTicks: lengthTicks }
}

/** The last part at or before `ticks` that a decoder can start with. */
function entry(parts: readonly PartSpan[], ticks: number) {
  let found: { skipTicks: number; skipBytes: number } | undefined
  let at = { skipTicks: 0, skipBytes: 0 }
  for (const part of parts) {
    if (at.skipTicks > ticks) break
    if (part.isIndependent) found = at
    at = { skipTicks: at.skipTicks + part.ticks, skipBytes: at.skipBytes + part.sizeBytes }
  }
  return found
}

/** The parts up to the one that reaches `ticks`. */
function exit(parts: readonly PartSpan[], ticks: number) {
  let keep = { ticks: 0, sizeBytes: 0 }
  for (const part of parts) {
    if (keep.ticks >= ticks) break
    keep = { ticks: keep.ticks + part.ticks, sizeBytes: keep.sizeBytes + part.sizeBytes }
  }
  return keep
}

const lastAtOrBefore = (starts: readonly number[], ticks: number): number => {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (starts[middle]! <= ticks) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

/** Segments without a keyframe are passed on the way back to one. */
const LOOK_BACK = 16

/** The segments of a cut. Exact to a part: players start at the keyframe before the moment and
 *  skip `leadTicks` (EXT-X-START); only the two segments at the edges are read. */
export async function cutSegments(
  segments: readonly SegmentLine[], cut: CutCommand,
  partsOf: (segment: SegmentLine) => Promise<readonly PartSpan[]>,
): Promise<CutView> {
  const lengthTicks = durationTicksOf(segments)
  const { inTicks, outTicks } = clampCut(cut, lengthTicks)
  const starts = startsOf(segments)
  const isWhole = inTicks === 0 && outTicks === lengthTicks
  if (segments.length === 0 || isWhole) {
    return { lines: segments, fromTicks: 0, leadTicks: 0, toTicks: lengthTicks }
  }
  let first = lastAtOrBefore(starts, inTicks)
  let into = { skipTicks: 0, skipBytes: 0 }
  for (let at = first; at >= 0 && first - at < LOOK_BACK; at--) {
    const found = entry(await partsOf(segments[at]!), inTicks - starts[at]!)
    if (!found) continue
    first = at
    into = found
    break
  }
  const last = Math.max(first, lastAtOrBefore(starts, outTicks - 1))
  const [firstParts, lastParts] = [await partsOf(segments[first]!), await partsOf(segments[last]!)]
  const ends = exit(lastParts, outTicks - starts[last]!)
  const fromTicks = starts[first]! + into.skipTicks
  return {
    fromTicks, leadTicks: inTicks - fromTicks, toTicks: outTicks,
    lines: segments.slice(first, last + 1).map((segment, n) => {
      const skip = n === 0 ? into : { skipTicks: 0, skipBytes: 0 }
      const keep = n === last - first && ends.ticks > 0 ? ends
        : { ticks: segment.durationTicks, sizeBytes: n === 0 ? sizeOf(firstParts) : 0 }
      return shorten(segment, skip, keep)
    }),
  }
}

const sizeOf = (parts: readonly PartSpan[]): number =>
  parts.reduce((sum, part) => sum + part.sizeBytes, 0)

function shorten(
  segment: SegmentLine, skip: { skipTicks: number; skipBytes: number },
  keep: { ticks: number; sizeBytes: number },
): ReplayLine {
  if (skip.skipBytes === 0 && keep.ticks >= segment.durationTicks) return segment
  return {
    ...segment, wallMs: segment.wallMs + skip.skipTicks / TICKS_PER_MS,
    durationTicks: keep.ticks - skip.skipTicks,
    range: { start: skip.skipBytes, length: keep.sizeBytes - skip.skipBytes },
  }
}
