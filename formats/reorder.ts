import { makeJumpJudge } from './jump.ts'

export { makeLossMeter, type LossMeter } from './loss-meter.ts'

export interface ReorderOptions {
  /** How long a hole is waited for. */
  readonly waitMs: number
  /** A little reordering is not loss: asked for only after this. */
  readonly nackAfterMs: number
  readonly nackEveryMs: number
  readonly nackTriesMax: number
  /** A step beyond this is another start of the source; also how much is held at most. */
  readonly spanMax: number
}

export interface Reorder<T> {
  /** `sequence` is unwrapped. */
  push(sequence: number, item: T, nowMs: number): void
  /** Items in order, and `'gap'` once where packets were given up. Ask after every push, and often
   *  enough for `waitMs`. */
  take(nowMs: number): (T | 'gap')[]
  /** Sequences (unwrapped) to ask for now, the oldest first. */
  due(nowMs: number): number[]
  /** Given up, and taken in, since the start. */
  readonly lost: number
  readonly received: number
  readonly highest: number | undefined
  /** Forgets what is held; the next packet is the first. */
  reset(): void
}

/** What one request can carry. */
const DUE_MAX = 256

interface Hole {
  readonly sinceMs: number
  askAtMs: number
  tries: number
}

export function makeReorder<T>(options: ReorderOptions): Reorder<T> {
  const { waitMs, nackAfterMs, nackEveryMs, nackTriesMax, spanMax } = options
  const judge = makeJumpJudge(spanMax)
  const held = new Map<number, T>()
  /** In the order of their sequences, since each is noted when a higher one arrives. */
  const holes = new Map<number, Hole>()
  let next: number | undefined
  let highest: number | undefined
  /** Nothing has come out yet, so that an earlier one may still be the first. */
  let isFresh = true
  let isAfterGap = false
  let hasJumped = false
  let lost = 0
  let received = 0

  const forget = (): void => {
    held.clear()
    holes.clear()
    next = highest = undefined
    isFresh = true
  }

  const noteHoles = (from: number, to: number, nowMs: number): void => {
    for (let missing = from; missing < to; missing++) {
      holes.set(missing, { sinceMs: nowMs, askAtMs: nowMs + nackAfterMs, tries: 0 })
    }
  }

  /** The first packets may come in any order: holes are noted anew behind the new first one. */
  const startEarlier = (sequence: number, nowMs: number): void => {
    const later = [...holes]
    holes.clear()
    noteHoles(sequence + 1, next!, nowMs)
    for (const [missing, hole] of later) holes.set(missing, hole)
    next = sequence
  }

  const accept = (sequence: number, item: T): void => {
    held.set(sequence, item)
    holes.delete(sequence)
    received++
  }

  const isGivenUp = (hole: Hole | undefined, nowMs: number): boolean =>
    !hole || nowMs - hole.sinceMs >= waitMs || highest! - next! >= spanMax

  return {
    push(sequence, item, nowMs) {
      const isJump = highest !== undefined
        && (judge(sequence, highest) === 'jumps' || sequence - next! > 2 * spanMax)
      if (isJump) {
        hasJumped ||= !isFresh
        forget()
      }
      if (next === undefined || highest === undefined) {
        next = highest = sequence
      } else if (sequence < next) {
        if (!isFresh || highest - sequence > spanMax) return
        startEarlier(sequence, nowMs)
      } else if (held.has(sequence)) {
        return
      }
      noteHoles(highest + 1, sequence, nowMs)
      highest = Math.max(highest, sequence)
      accept(sequence, item)
    },
    take(nowMs) {
      const out: (T | 'gap')[] = []
      const giveUp = (): void => {
        if (!isAfterGap) out.push('gap')
        isAfterGap = true
      }
      if (hasJumped) giveUp()
      hasJumped = false
      while (next !== undefined && next <= highest!) {
        if (held.has(next)) {
          out.push(held.get(next)!)
          held.delete(next)
          isAfterGap = false
        } else {
          if (!isGivenUp(holes.get(next), nowMs)) break
          holes.delete(next)
          lost++
          giveUp()
        }
        isFresh = false
        next++
      }
      return out
    },
    due(nowMs) {
      const sequences: number[] = []
      for (const [sequence, hole] of holes) {
        if (sequences.length >= DUE_MAX) break
        if (hole.tries >= nackTriesMax || nowMs < hole.askAtMs) continue
        hole.tries++
        hole.askAtMs = nowMs + nackEveryMs
        sequences.push(sequence)
      }
      return sequences
    },
    get lost() { return lost },
    get received() { return received },
    get highest() { return highest },
    reset: forget,
  }
}
