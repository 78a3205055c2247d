import type { RecordingSpan } from '#stage/recording/contract'

/** The place of a moment in the recording. In a gap: where the recording goes on. Before and after
 *  it: its ends. */
export function placeOf(spans: readonly RecordingSpan[], wallMs: number): number {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.wallMs <= wallMs) low = middle + 1
    else high = middle
  }
  const span = spans[low - 1]
  if (!span) return 0
  return span.atMs + Math.min(span.durationMs, Math.max(0, Math.round(wallMs) - span.wallMs))
}

/** The moment of a place. Where two spans meet it is the later one's. */
export function momentOf(spans: readonly RecordingSpan[], placeMs: number): number {
  const span = spans.findLast(({ atMs }) => atMs <= placeMs) ?? spans[0]
  if (!span) return 0
  return span.wallMs + Math.min(span.durationMs, Math.max(0, placeMs - span.atMs))
}

/** Where the recording is interrupted, and how much is missing there. */
export function gapsOf(spans: readonly RecordingSpan[]): { atMs: number; missingMs: number }[] {
  return spans.slice(1).map((span, n) => {
    const before = spans[n]!
    const missingMs = Math.max(0, span.wallMs - before.wallMs - before.durationMs)
    return { atMs: span.atMs, missingMs }
  })
}
