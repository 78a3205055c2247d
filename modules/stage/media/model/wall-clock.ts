/** When each moment of a source happened on the server's clock. A frame is seen late by at least
 *  the delay of its path; the frames that were least late in the last seconds tell that delay. */
export interface WallClock {
  /** Takes the time of a frame and the moment it was seen; gives the frame's wall time. */
  see(sourceMs: number, nowMs: number): number
  /** Undefined before anything was seen. */
  wallOf(sourceMs: number): number | undefined
  /** The source has stepped (see `judgeStep`): what was learnt no longer holds. */
  jump(): void
}

const BUCKET_MS = 1_000
const BUCKETS = 10
/** While so young the estimate may move at once: its first frames may all have been late. */
const SETTLE_MS = 2_000
/** Later it moves by 1 ms per second: no frame is visibly longer or shorter than it was. */
const SLEW = 0.001

export function makeWallClock(): WallClock {
  /** The least lateness of each second, the newest one last. */
  let buckets: { number: number; leastMs: number }[] = []
  /** Of all seconds but the newest. */
  let earlierMs = Infinity
  let offsetMs: number | undefined
  let newestMs = 0
  let startedMs = 0
  let isSettled = false

  /** The least lateness of the last seconds, this frame's among them. */
  const leastOf = (lateMs: number, nowMs: number): number => {
    const number = Math.floor(nowMs / BUCKET_MS)
    let bucket = buckets.at(-1)
    if (bucket?.number !== number) {
      // Also drops what lies ahead, should the server's own clock have been set back.
      buckets = buckets.filter((one) => one.number > number - BUCKETS && one.number < number)
      earlierMs = buckets.reduce((least, one) => Math.min(least, one.leastMs), Infinity)
      bucket = { number, leastMs: lateMs }
      buckets.push(bucket)
    }
    bucket.leastMs = Math.min(bucket.leastMs, lateMs)
    return Math.min(bucket.leastMs, earlierMs)
  }

  return {
    see(sourceMs, nowMs) {
      const leastMs = leastOf(nowMs - sourceMs, nowMs)
      if (offsetMs === undefined) {
        offsetMs = leastMs
        newestMs = sourceMs
        startedMs = nowMs
        isSettled = false
      }
      isSettled ||= nowMs - startedMs >= SETTLE_MS
      // The estimate moves only with the source, and while it settles by no more than the source
      // went on: wall time stands still rather than going back.
      const aheadMs = Math.max(0, sourceMs - newestMs)
      const most = isSettled ? aheadMs * SLEW : aheadMs
      offsetMs += Math.min(most, Math.max(-most, leastMs - offsetMs))
      newestMs = Math.max(newestMs, sourceMs)
      return sourceMs + offsetMs
    },
    wallOf: (sourceMs) => offsetMs === undefined ? undefined : sourceMs + offsetMs,
    jump() {
      offsetMs = undefined
      buckets = []
    },
  }
}
