/** A publisher's clock as it comes over RTMP: milliseconds, 32 bits, wrapping after 49.7 days and
 *  free to jump when an encoder restarts or a clip loops. */
export const CLOCK_LIMITS = {
  /** A step back of the leading track beyond this is a new timeline. */
  backMs: 500,
  /** So is a step forward beyond this: a longer frame would not fit a segment. */
  forwardMs: 2_000,
  /** Sound further than this from the picture belongs to no timeline and is left out. */
  apartMs: 2_000,
} as const

/** Takes 32-bit times of both tracks in the order of arrival, gives times that do not wrap. */
export function makeUnwrapper(): (wrappedMs: number) => number {
  let last: number | undefined
  return (wrappedMs) => {
    // The signed 32-bit difference is right on either side of the wrap.
    last = last === undefined ? wrappedMs >>> 0 : last + ((wrappedMs - (last % 2 ** 32)) | 0)
    return last
  }
}

/** What a step of the leading track's clock means. */
export function judgeStep(previousMs: number, nowMs: number): 'goes_on' | 'jumps' {
  const step = nowMs - previousMs
  return step < -CLOCK_LIMITS.backMs || step > CLOCK_LIMITS.forwardMs ? 'jumps' : 'goes_on'
}

/** How one stretch of the publisher's clock lies on the show's own timeline. Output times are ticks
 *  of 1/90000 s and never step back, whatever the publisher does. */
export interface Mapping {
  readonly sourceMs: number
  readonly ticks: number
}

export const ticksAt = (mapping: Mapping, sourceMs: number): number =>
  mapping.ticks + (sourceMs - mapping.sourceMs) * 90

export const sourceMsAt = (mapping: Mapping, ticks: number): number =>
  mapping.sourceMs + (ticks - mapping.ticks) / 90
