/** Which rendition a live viewer can carry. hls.js judges by whole segments; a live edge made of
 *  parts of 0.2 s with less than a second in hand needs an earlier word to go down, and small parts
 *  say too little about a fast line for it to go up again. Pure: told what happens, says what to
 *  change. Levels count from 0, the poorest. */
export interface Ladder {
  /** A part or segment has come. */
  onLoaded(load: {
    nowMs: number; level: number; bytes: number; transferMs: number; durationMs: number
  }): Step | null
  /** Every quarter of a second while it should play. */
  onTick(tick: { nowMs: number; level: number; aheadSeconds: number }): Step | null
}

/** Go to `level` at most, and believe in this much line. */
export interface Step {
  readonly level: number
  readonly bandwidthBps: number
}

/** A transfer that takes longer than what it brings lasts: two of them, or one very long. */
const SLOW = 0.95
const VERY_SLOW = 1.5
const SLOW_RUN = 2
const STARVING_SECONDS = 0.25
const STARVING_MS = 300
/** Nothing has come for this long: who knows whether one level less would. */
const SILENT_MS = 700
/** A step needs this long to show. */
const SETTLE_MS = 1_200
const SPARE = 1.25
const BELIEF = 2
const CLIMB_FIRST_MS = 6_000
const CLIMB_LAST_MS = 120_000
/** A level kept this long was a good choice. */
const PROVEN_MS = 30_000

export function makeLadder(bitrates: readonly number[], nowMs: number): Ladder {
  const top = bitrates.length - 1
  let climbMs = CLIMB_FIRST_MS
  let climbedAtMs: number | null = null
  let calmSinceMs = nowMs
  let steppedAtMs = Number.NEGATIVE_INFINITY
  let hungrySinceMs: number | null = null
  let loadedAtMs = Number.NEGATIVE_INFINITY
  let slowRun = 0
  let slowestBps = Number.POSITIVE_INFINITY

  const step = (atMs: number, level: number, bandwidthBps: number): Step => {
    steppedAtMs = atMs
    calmSinceMs = atMs
    hungrySinceMs = null
    slowRun = 0
    slowestBps = Number.POSITIVE_INFINITY
    return { level, bandwidthBps }
  }

  const down = (atMs: number, level: number, bandwidthBps: number): Step => {
    // What failed soon after it was tried is tried less often.
    const isEarly = climbedAtMs !== null && atMs - climbedAtMs < PROVEN_MS
    climbMs = isEarly ? Math.min(CLIMB_LAST_MS, climbMs * 2) : CLIMB_FIRST_MS
    climbedAtMs = null
    return step(atMs, level, bandwidthBps)
  }

  const carries = (bandwidthBps: number, below: number): number => {
    let level = below - 1
    while (level > 0 && bitrates[level]! * SPARE > bandwidthBps) level--
    return Math.max(0, level)
  }

  return {
    onLoaded({ nowMs: atMs, level, bytes, transferMs, durationMs }) {
      loadedAtMs = atMs
      if (transferMs <= durationMs * SLOW) {
        slowRun = 0
        slowestBps = Number.POSITIVE_INFINITY
        return null
      }
      calmSinceMs = atMs
      slowestBps = Math.min(slowestBps, (bytes * 8_000) / transferMs)
      slowRun += transferMs > durationMs * VERY_SLOW ? SLOW_RUN : 1
      if (slowRun < SLOW_RUN || level <= 0 || atMs - steppedAtMs < SETTLE_MS) return null
      return down(atMs, carries(slowestBps, level), slowestBps)
    },
    onTick({ nowMs: atMs, level, aheadSeconds }) {
      if (aheadSeconds < STARVING_SECONDS) {
        calmSinceMs = atMs
        hungrySinceMs ??= atMs
        const isHungry = atMs - hungrySinceMs >= STARVING_MS && atMs - steppedAtMs >= SETTLE_MS
        if (!isHungry || level <= 0) return null
        const target = atMs - loadedAtMs >= SILENT_MS ? 0 : level - 1
        return down(atMs, target, bitrates[target]! * SPARE)
      }
      hungrySinceMs = null
      if (level >= top || atMs - calmSinceMs < climbMs) return null
      climbedAtMs = atMs
      return step(atMs, level + 1, bitrates[level + 1]! * BELIEF)
    },
  }
}
