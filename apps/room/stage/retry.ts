import { LAG_CAP_MS } from '../cues/fair.ts'

/** What went wrong with the picture, in the player's words. */
export type Trouble =
  /** No answer, 404, 503: the media process restarts, or nobody has published yet. */
  | 'unreachable'
  /** Bytes came, but this browser could not decode or append them. */
  | 'broken'
  /** Everything looks well, but the picture has stood still. */
  | 'stalled'

export interface Plan {
  /** `recover` keeps the player, `restart` makes a new one over the last frame. */
  readonly act: 'recover' | 'restart'
  readonly afterMs: number
}

export interface RetryPolicy {
  /** `chance` in [0, 1) spreads viewers out, so that a restart is not met by all at once. */
  onTrouble(trouble: Trouble, nowMs: number, chance: number): Plan
  onPlaying(nowMs: number): void
  readonly failures: number
}

const FIRST_MS = 400
const MOST_MS = 5000
const RECOVER_AGAIN_MS = 10_000
/** Playing this long forgives earlier failures. */
const FORGIVE_MS = 8000

export function makeRetryPolicy(): RetryPolicy {
  let failures = 0
  let recoveredAtMs = Number.NEGATIVE_INFINITY
  let playingSinceMs: number | null = null
  return {
    get failures() { return failures },
    onPlaying(nowMs) {
      playingSinceMs ??= nowMs
    },
    onTrouble(trouble, nowMs, chance) {
      if (playingSinceMs !== null && nowMs - playingSinceMs >= FORGIVE_MS) failures = 0
      playingSinceMs = null
      if (trouble === 'broken' && nowMs - recoveredAtMs > RECOVER_AGAIN_MS) {
        recoveredAtMs = nowMs
        return { act: 'recover', afterMs: 0 }
      }
      const base = Math.min(MOST_MS, FIRST_MS * 2 ** failures)
      failures = Math.min(failures + 1, 16)
      return { act: 'restart', afterMs: Math.round(base * (0.8 + 0.4 * chance)) }
    },
  }
}

/** Whether a live viewer has fallen so far behind that a jump is kinder than catching up: beyond
 *  the cap an offer would be on their screen before it is in their picture. */
export const shouldJump = (latencySeconds: number): boolean =>
  latencySeconds * 1000 > LAG_CAP_MS
