/** How far behind the show a viewer is, and what became of the wish to change it. `none`: not at
 *  all. `moved`: their place went to somebody who needs it more. `unavailable`: nothing to choose
 *  here, such as in a replay or while data is saved. */
export type Delay =
  | 'unavailable' | 'none' | 'behind' | 'trying' | 'full' | 'blocked' | 'moved'

/** Why somebody is to see the show without delay: they do what places are kept for, or would like
 *  to see it so, because they look at an offer (`look`) or say it (`wish`). */
export type Reason = 'need' | 'look' | 'wish'

/** The player of a live show, which can change the way. */
export interface Mover {
  promote(reason: Reason): void
  /** This session makes room. */
  moveAway(session: string): void
}

/** Whether this viewer is to see the show without delay. The server decides on the place; here is
 *  only known when it is worth asking for one. */
export interface LowDelay {
  readonly hasNeed: () => boolean
  attach(mover: Mover | null): void
  ask(reason: Reason): void
  moveAway(session: string): void
}

/** As long as the server keeps a seat. */
const NEED_MS = 10 * 60_000

export function makeLowDelay(perfMs: () => number): LowDelay {
  let mover: Mover | null = null
  let neededAtMs = -Infinity
  return {
    hasNeed: () => perfMs() - neededAtMs < NEED_MS,
    attach(next) { mover = next },
    ask(reason) {
      if (reason === 'need') neededAtMs = perfMs()
      mover?.promote(reason)
    },
    moveAway: (session) => mover?.moveAway(session),
  }
}
