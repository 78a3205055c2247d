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
  /** A rendition stands while the show goes on: the line is not at fault, and what it carries
   *  decides where to go. `level` is where the viewer is now. */
  onSick(news: { nowMs: number; level: number; sick: number }): Step | null
  /** It keeps up again. */
  onWell(level: number): void
  isSick(level: number): boolean
}

/** Go to `level` at most and to `least` at least, and believe in this much line. */
export interface Step {
  readonly level: number
  readonly least: number
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

/** What the last loads say about the line, for a step that cannot wait for a trial. */
const RATES_MAX = 9
const RATES_LEAST = 3
const RATES_MS = 5_000
/** Less comes in one packet, in no time at all. */
const TELLING_BYTES = 4_000
/** For how long a line that was too slow is not believed to be better. */
const POOR_MS = 20_000

function makeLineSense() {
  let rates: { atMs: number; bps: number }[] = []
  let poor = { atMs: Number.NEGATIVE_INFINITY, bps: Number.POSITIVE_INFINITY }
  return {
    saw(atMs: number, bytes: number, transferMs: number): void {
      if (bytes < TELLING_BYTES) return
      rates = [...rates, { atMs, bps: (bytes * 8_000) / Math.max(1, transferMs) }]
        .slice(-RATES_MAX)
    },
    wasSlow(atMs: number, bps: number): void { poor = { atMs, bps } },
    /** Bits per second; without a sign of anything else, whatever is asked of it. */
    read(atMs: number): number {
      const young = rates.filter((rate) => atMs - rate.atMs < RATES_MS)
        .map(({ bps }) => bps).sort((a, b) => a - b)
      if (young.length >= RATES_LEAST) return young[Math.floor(young.length / 2)]!
      return atMs - poor.atMs < POOR_MS ? poor.bps : Number.POSITIVE_INFINITY
    },
  }
}

/** `home`: the richest level that the viewer wants; those above it are for when it is sick. */
export function makeLadder(
  bitrates: readonly number[], nowMs: number, home = bitrates.length - 1,
): Ladder {
  const sick = new Set<number>()
  const line = makeLineSense()
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
    const isOnly = [...sick].some((one) => one < level)
    return { level, least: isOnly ? level : 0, bandwidthBps }
  }

  /** The next one that is well; `bitrates.length` or -1 when there is none. */
  const next = (level: number, by: 1 | -1): number => {
    let found = level + by
    while (sick.has(found)) found += by
    return found
  }
  const top = (): number => {
    const above = sick.has(home) ? next(home, 1) : home
    return above < bitrates.length ? above : next(bitrates.length, -1)
  }

  const down = (atMs: number, level: number, bandwidthBps: number): Step => {
    // What failed soon after it was tried is tried less often.
    const isEarly = climbedAtMs !== null && atMs - climbedAtMs < PROVEN_MS
    climbMs = isEarly ? Math.min(CLIMB_LAST_MS, climbMs * 2) : CLIMB_FIRST_MS
    climbedAtMs = null
    return step(atMs, level, bandwidthBps)
  }

  const carries = (bandwidthBps: number, below: number): number => {
    let level = next(below, -1)
    while (next(level, -1) >= 0 && bitrates[level]! * SPARE > bandwidthBps) level = next(level, -1)
    return level
  }

  return {
    onLoaded({ nowMs: atMs, level, bytes, transferMs, durationMs }) {
      loadedAtMs = atMs
      line.saw(atMs, bytes, transferMs)
      if (transferMs <= durationMs * SLOW) {
        slowRun = 0
        slowestBps = Number.POSITIVE_INFINITY
        return null
      }
      calmSinceMs = atMs
      slowestBps = Math.min(slowestBps, (bytes * 8_000) / transferMs)
      slowRun += transferMs > durationMs * VERY_SLOW ? SLOW_RUN : 1
      const isLowest = next(level, -1) < 0
      if (slowRun < SLOW_RUN || isLowest || atMs - steppedAtMs < SETTLE_MS) return null
      line.wasSlow(atMs, slowestBps)
      return down(atMs, carries(slowestBps, level), slowestBps)
    },
    onTick({ nowMs: atMs, level, aheadSeconds }) {
      if (aheadSeconds < STARVING_SECONDS) {
        calmSinceMs = atMs
        hungrySinceMs ??= atMs
        const isHungry = atMs - hungrySinceMs >= STARVING_MS && atMs - steppedAtMs >= SETTLE_MS
        const below = next(level, -1)
        if (!isHungry || below < 0) return null
        const target = atMs - loadedAtMs >= SILENT_MS ? next(-1, 1) : below
        return down(atMs, target, bitrates[target]! * SPARE)
      }
      hungrySinceMs = null
      const most = top()
      // Dearer than wanted, and no longer needed.
      if (level > most) return step(atMs, most, bitrates[most]! * BELIEF)
      if (level >= most || atMs - calmSinceMs < climbMs) return null
      const above = next(level, 1)
      climbedAtMs = atMs
      return step(atMs, above, bitrates[above]! * BELIEF)
    },
    onSick({ nowMs: atMs, level, sick: which }) {
      if (sick.size + 1 >= bitrates.length) return null
      sick.add(which)
      const most = top()
      const fit = bitrates[most]! * SPARE <= line.read(atMs) ? most : carries(line.read(atMs), most)
      const target = fit < 0 ? most : fit
      if (target === level) return null
      return step(atMs, target, bitrates[target]! * BELIEF)
    },
    onWell: (level) => void sick.delete(level),
    isSick: (level) => sick.has(level),
  }
}
