/** Something that belongs to a moment of the picture. */
export interface Cue<T> {
  /** Server ms: shown when the viewer's picture gets there. */
  readonly mediaMs: number
  /** Server ms: shown by then, wherever the picture is. */
  readonly latestMs: number
  readonly value: T
}

/** Cues that wait, in the order in which they were heard. */
export type Queue<T> = readonly Cue<T>[]

/** How things stand when cues are looked at. */
export interface Moment {
  /** Media time on the screen; null: there is no picture. */
  readonly playheadMs: number | null
  /** How long the picture has stood still. */
  readonly stillForMs: number
  readonly serverMs: number
  /** Nobody sees the page, and its frames are not called: there is nothing to be in step with. */
  readonly isHidden: boolean
}

/** The nearest frame counts: half of one at 25 frames a second. */
export const NEAR_MS = 20
/** A picture that stands this long keeps nothing waiting any more; nor does any other reason. */
export const PATIENCE_MS = 10_000
/** More than a show can mean in ten seconds: beyond it the oldest is shown. */
export const QUEUE_MOST = 64

const isDue = ({ mediaMs, latestMs }: Cue<unknown>, now: Moment): boolean =>
  now.playheadMs === null || now.isHidden || now.stillForMs >= PATIENCE_MS
  || mediaMs <= now.playheadMs + NEAR_MS || latestMs <= now.serverMs

/** One more cue. None is shown before one that was heard before it: two producers whose pictures
 *  are apart may name moments that cross. */
export function addCue<T>(queue: Queue<T>, cue: Cue<T>): Queue<T> {
  const last = queue.at(-1)
  return [...queue, last && last.mediaMs > cue.mediaMs ? { ...cue, mediaMs: last.mediaMs } : cue]
}

/** What is to be shown now, in order, and what still waits. One that is due takes along those
 *  before it. */
export function takeDue<T>(
  queue: Queue<T>, now: Moment,
): { readonly due: readonly T[], readonly queue: Queue<T> } {
  const last = queue.findLastIndex((cue) => isDue(cue, now))
  const count = Math.max(last + 1, queue.length - QUEUE_MOST)
  return { due: queue.slice(0, count).map((cue) => cue.value), queue: queue.slice(count) }
}
