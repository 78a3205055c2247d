import { TICKS_PER_SECOND } from '#formats/init-segment'
import type { RecordingSpan, SegmentLine } from '../contract.ts'

const TICKS_PER_MS = TICKS_PER_SECOND / 1000
/** Clocks drift by less than this within one span; a jump beyond it is a gap. */
const DRIFT_MS = 100

/** Where in the recording which moments are: one line for each run without a gap. Never steps
 *  back, whatever the clock did. */
export function spansOf(segments: readonly SegmentLine[]): RecordingSpan[] {
  const spans: { wallMs: number; atMs: number; durationMs: number }[] = []
  let ticks = 0
  for (const segment of segments) {
    const atMs = Math.round(ticks / TICKS_PER_MS)
    ticks += segment.durationTicks
    const endMs = Math.round(ticks / TICKS_PER_MS)
    const last = spans.at(-1)
    const expected = last ? last.wallMs + last.durationMs : 0
    if (last && Math.round(segment.wallMs) - expected <= DRIFT_MS) {
      last.durationMs = endMs - last.atMs
    } else {
      spans.push({ wallMs: Math.round(segment.wallMs), atMs, durationMs: endMs - atMs })
    }
  }
  return spans
}
