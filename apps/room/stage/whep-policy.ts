import type { WhepEnd } from './whep.ts'

/** When WebRTC is worth another try after it has ended; null: not on this page any more. */
export interface WhepPolicy {
  onPicture(): void
  onEnd(why: WhepEnd, code: string | undefined, chance: number): number | null
}

const SOON_MS = 3000
const LATER_MS = 30_000
const MUCH_LATER_MS = 120_000
/** Whoever made room is not let in within a minute. */
const MOVED_MS = 90_000
/** A network that lets no UDP through does not learn it: after so many tries in vain we stay. */
const VAIN_TRIES = 3

export function makeWhepPolicy(): WhepPolicy {
  let vainTries = 0
  let losses = 0
  const spread = (ms: number, chance: number) => Math.round(ms * (0.75 + 0.5 * chance))
  return {
    onPicture() {
      vainTries = 0
    },
    onEnd(why, code, chance) {
      if (why === 'moved') return spread(MOVED_MS, chance)
      if (why === 'refused') {
        // The second: what takes the picture in is being started again.
        if (code === 'stage.media.no_signal' || code === 'http.unavailable') {
          return spread(SOON_MS, chance)
        }
        if (code === 'stage.media.codec_not_supported') return null
        return spread(code === 'stage.media.full' ? LATER_MS : MUCH_LATER_MS, chance)
      }
      if (why === 'no_picture') {
        vainTries++
        return vainTries >= VAIN_TRIES ? null : spread(LATER_MS, chance)
      }
      if (why === 'lossy' || why === 'stalled') {
        losses++
        return spread(Math.min(MUCH_LATER_MS * 5, LATER_MS * 2 ** losses), chance)
      }
      return spread(SOON_MS, chance)
    },
  }
}
