import { pickNode, type ShowId } from '#kernel'
import type { ProcessView } from '#stage/media/contract'

/** Which media process has which show. Pure: what was heard goes in, owners come out. */
export interface Roster {
  heard(name: string, view: ProcessView, nowMs: number): void
  /** It did not answer: `refused` when nobody is there, `silent` when nothing came in time.
   *  True when it counts as gone from now on. */
  failed(name: string, how: 'refused' | 'silent'): boolean
  isLive(name: string): boolean
  viewOf(name: string): ProcessView | undefined
  /** Who has it: whoever holds it and lives, else the one that its id falls to. */
  ownerOf(showId: ShowId): string
  /** Who is to have it when its publisher comes, and who has to let go of it first. */
  plan(showId: ShowId): { to: string; from: string | undefined }
  assign(showId: ShowId, name: string, nowMs: number): void
}

/** One answer that is late proves little; a second one does. */
const SILENCES = 2
/** What a process says about a show that was given away meanwhile may be older than that. */
export const SETTLE_MS = 2_000

interface Seat { readonly name: string; readonly sinceMs: number }

export function makeRoster(names: readonly string[]): Roster {
  const views = new Map<string, ProcessView>()
  const silences = new Map<string, number>()
  const seats = new Map<ShowId, Seat>()
  const isLive = (name: string): boolean => views.has(name)
  const holds = (name: string, showId: ShowId): boolean =>
    views.get(name)?.held.includes(showId) === true

  /** Before anybody was heard of, everybody counts: the house is just starting. */
  const choose = (showId: ShowId): string => {
    const live = names.filter(isLive)
    return pickNode(showId, live.length > 0 ? live : names)!
  }
  const seatOf = (showId: ShowId): Seat | undefined => {
    const seat = seats.get(showId)
    return seat && isLive(seat.name) ? seat : undefined
  }
  const ownerOf = (showId: ShowId): string => seatOf(showId)?.name ?? choose(showId)

  return {
    isLive, ownerOf,
    viewOf: (name) => views.get(name),
    heard(name, view, nowMs) {
      views.set(name, view)
      silences.delete(name)
      const held = new Set(view.held as ShowId[])
      for (const showId of held) {
        const seat = seatOf(showId)
        const isOld = seat && nowMs - seat.sinceMs > SETTLE_MS
        const isWrong = seat && seat.name !== name && isOld && !holds(seat.name, showId)
        if (!seat || isWrong) seats.set(showId, { name, sinceMs: nowMs })
      }
      for (const [showId, seat] of seats) {
        const isOver = seat.name === name && !held.has(showId) && nowMs - seat.sinceMs > SETTLE_MS
        if (isOver) seats.delete(showId)
      }
    },
    failed(name, how) {
      const count = (silences.get(name) ?? 0) + 1
      silences.set(name, count)
      if (how === 'silent' && count < SILENCES) return false
      for (const [showId, seat] of seats) if (seat.name === name) seats.delete(showId)
      return views.delete(name)
    },
    plan(showId) {
      const now = seatOf(showId)?.name
      // Nobody's picture is interrupted to make things even.
      if (now !== undefined && views.get(now)?.receiving.includes(showId)) {
        return { to: now, from: undefined }
      }
      const to = choose(showId)
      return { to, from: now === to ? undefined : now }
    },
    assign: (showId, name, nowMs) => void seats.set(showId, { name, sinceMs: nowMs }),
  }
}
