import type { Clock, PersonId, ShowId } from '#kernel'

/** Who needs to see a show without delay: those who buy or come on stage. Kept in memory, bounded;
 *  after a restart they are known again by their next act. */
export interface Seats {
  /** Somebody does what needs a place. `isFirm`: it took more than a click, such as an order that
   *  holds units or the host's yes; such people never count against others of their network. */
  need(showId: ShowId, personId: PersonId, isFirm: boolean): void
  /** Somebody asks for a place that they merely like to have: false when they ask too often. */
  wish(showId: ShowId, personId: PersonId): boolean
  /** Until when somebody has a seat; null: they have none. */
  untilMs(showId: ShowId, personId: PersonId, network: string): number | null
}

/** Times in ms, counts of people. */
export const seatLimits = {
  seatMs: 10 * 60_000,
  /** An answer to a wish counts for one request only. */
  wishMs: 30_000,
  wishesPerSeatTime: 3,
  /** People of one network who may have a seat for something that everybody can do at once. A
   *  mobile network has thousands behind one address; those who hold units do not count. */
  lightPerNetwork: 32,
  peopleKept: 100_000,
} as const

/** A map that forgets the oldest, and what is over. Everything in it lasts equally long. */
function makeLasting<V extends { readonly untilMs: number }>(clock: Clock, most: number) {
  const kept = new Map<string, V>()
  return {
    get(key: string): V | undefined {
      const found = kept.get(key)
      return found && found.untilMs > clock.nowMs() ? found : undefined
    },
    set(key: string, value: V): void {
      kept.delete(key)
      kept.set(key, value)
      for (const [first, { untilMs }] of kept) {
        if (untilMs > clock.nowMs() && kept.size <= most) break
        kept.delete(first)
      }
    },
    get size() { return kept.size },
  }
}

export function makeSeats(
  { clock, limits = seatLimits }: { clock: Clock; limits?: typeof seatLimits },
): Seats & { readonly size: number } {
  const needs = makeLasting<{ untilMs: number; isFirm: boolean }>(clock, limits.peopleKept)
  const wishes = makeLasting<{ untilMs: number; atMs: number[] }>(clock, limits.peopleKept)
  /** Who has a seat for little, by network. */
  const light = makeLasting<{ untilMs: number; people: Map<string, number> }>(
    clock, limits.peopleKept)
  const keyOf = (showId: ShowId, personId: PersonId) => `${showId} ${personId}`

  /** Whether this person is among those of their network who may have one. */
  function mayHave(key: string, network: string, untilMs: number): boolean {
    const people = light.get(network)?.people ?? new Map<string, number>()
    for (const [one, oneUntilMs] of people) {
      if (oneUntilMs <= clock.nowMs()) people.delete(one)
    }
    if (!people.has(key) && people.size >= limits.lightPerNetwork) return false
    people.set(key, untilMs)
    light.set(network, { untilMs: clock.nowMs() + limits.seatMs, people })
    return true
  }

  return {
    need(showId, personId, isFirm) {
      const key = keyOf(showId, personId)
      needs.set(key, {
        untilMs: clock.nowMs() + limits.seatMs, isFirm: isFirm || needs.get(key)?.isFirm === true,
      })
    },
    wish(showId, personId) {
      const key = keyOf(showId, personId)
      const nowMs = clock.nowMs()
      const atMs = (wishes.get(key)?.atMs ?? []).filter((at) => nowMs - at < limits.seatMs)
      if (atMs.length >= limits.wishesPerSeatTime) return false
      wishes.set(key, { untilMs: nowMs + limits.seatMs, atMs: [...atMs, nowMs] })
      return true
    },
    untilMs(showId, personId, network) {
      const key = keyOf(showId, personId)
      const need = needs.get(key)
      if (!need) return null
      return need.isFirm || mayHave(key, network, need.untilMs) ? need.untilMs : null
    },
    get size() { return needs.size },
  }
}
