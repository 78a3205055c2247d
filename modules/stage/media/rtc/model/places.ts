/** Why somebody asks for a place. `seat`: the server says that they buy or come on stage. `wish`:
 *  they would like to see the show without delay, and have not said so often. */
export type Need = 'none' | 'wish' | 'seat'

/** One who asks. `viewer`: the same for everything that one viewer asks. */
export interface PlaceWish {
  readonly viewer: string
  readonly need: Need
  /** How long a seat holds. */
  readonly untilMs: number
}

/** A place that somebody has. */
export interface Place {
  readonly sessionId: string
  readonly viewer: string
  readonly isLeaving: boolean
  /** Somebody with more need came: this viewer is elsewhere from now on. */
  readonly isMoved: boolean
}

interface Taken {
  readonly sessionId: string
  viewer: string
  readonly sinceMs: number
  /** Never moved before. */
  seatUntilMs: number
  /** Its session is there and can be ended. */
  isOpen: boolean
  isLeaving: boolean
  isMoved: boolean
}

/** The answer to one who asks: `gone` has to be closed at once, `asked` within a few seconds. */
export interface Entry {
  readonly place: Place
  readonly gone: Place | undefined
  readonly asked: readonly Place[]
}

/** Who was moved stays away for so long, unless they have a seat. */
export const AWAY_MS = 60_000
/** More places of one viewer are ordinary ones: a seat is no way to throw many others out. */
export const SEATS_PER_VIEWER = 2
/** Moves that are remembered. */
const MOVED_MAX = 10_000

/** How many places are kept when nobody says: a tenth, at least two, at most half. */
export const keptOf = (most: number): number =>
  Math.min(Math.floor(most / 2), Math.max(2, Math.ceil(most / 10)))

/** Places for viewers on WebRTC. Some are kept for those who need them; when those are used up too,
 *  whoever has been there longest without need makes room. Moments are by the wall clock, as those
 *  in seats. */
export function makePlaces({ most, kept }: { readonly most: number; readonly kept: number }) {
  const ordinary = most - kept
  /** Beyond the first tries a place is being freed while there still is one, so that nobody has to
   *  leave from one moment to the next. */
  const spare = kept === 0 ? 0 : Math.max(1, Math.floor(kept / 4))
  const places = new Set<Taken>()
  /** When they were moved, the oldest first. */
  const away = new Map<string, number>()
  let moves = 0

  const isAway = (viewer: string, nowMs: number): boolean =>
    nowMs - (away.get(viewer) ?? -Infinity) < AWAY_MS

  const move = (place: Taken, nowMs: number): void => {
    place.isMoved = true
    moves++
    away.delete(place.viewer)
    away.set(place.viewer, nowMs)
    for (const [viewer, atMs] of away) {
      if (nowMs - atMs < AWAY_MS && away.size <= MOVED_MAX) break
      away.delete(viewer)
    }
  }

  /** Who has been there longest without need. */
  const findIdle = (nowMs: number): Taken | undefined => {
    let found: Taken | undefined
    const idleSince = (place: Taken) => Math.max(place.sinceMs, place.seatUntilMs)
    for (const place of places) {
      if (!place.isOpen || place.isLeaving || place.seatUntilMs > nowMs) continue
      if (!found || idleSince(place) < idleSince(found)) found = place
    }
    return found
  }

  const findLeaving = (): Taken | undefined => {
    for (const place of places) if (place.isLeaving) return place
    return undefined
  }

  const countOf = (viewer: string): number => {
    let count = 0
    for (const place of places) if (place.viewer === viewer) count++
    return count
  }

  const add = (sessionId: string, wish: PlaceWish, nowMs: number): Taken => {
    const { viewer, need, untilMs } = wish
    const place: Taken = {
      sessionId, viewer, sinceMs: nowMs, seatUntilMs: need === 'seat' ? untilMs : 0,
      isOpen: false, isLeaving: false, isMoved: false,
    }
    places.add(place)
    return place
  }

  const askToLeave = (nowMs: number): Place[] => {
    const asked: Place[] = []
    let free = most - places.size
    for (const place of places) if (place.isLeaving) free++
    while (free < spare) {
      const place = findIdle(nowMs)
      if (!place) break
      place.isLeaving = true
      move(place, nowMs)
      asked.push(place)
      free++
    }
    return asked
  }

  const hasOrdinary = (need: Need): boolean => {
    const free = most - places.size
    return places.size < ordinary || (need === 'wish' && free > 0 && free * 2 > kept)
  }

  return {
    /** Takes a place at once, before its session is there; undefined: there is none. */
    enter(sessionId: string, wish: PlaceWish, nowMs: number): Entry | undefined {
      const isSeat = wish.need === 'seat' && wish.untilMs > nowMs
        && countOf(wish.viewer) < SEATS_PER_VIEWER
      if (!isSeat) {
        const need = wish.need === 'seat' ? 'none' : wish.need
        if (isAway(wish.viewer, nowMs) || !hasOrdinary(need)) return undefined
        return { place: add(sessionId, { ...wish, need }, nowMs), gone: undefined, asked: [] }
      }
      away.delete(wish.viewer)
      if (places.size < most) {
        const place = add(sessionId, wish, nowMs)
        return { place, gone: undefined, asked: askToLeave(nowMs) }
      }
      const gone = findLeaving() ?? findIdle(nowMs)
      if (!gone) return undefined
      if (!gone.isMoved) move(gone, nowMs)
      places.delete(gone)
      return { place: add(sessionId, wish, nowMs), gone, asked: [] }
    },
    /** The session is there. */
    open(place: Place): void {
      (place as Taken).isOpen = true
    },
    /** Somebody who has a place has a seat now; who was asked to leave may stay. Answers who is to
     *  leave within a few seconds. */
    keep(place: Place, { viewer, need, untilMs }: PlaceWish, nowMs: number): readonly Place[] {
      const taken = place as Taken
      if (!places.has(taken)) return []
      const isOwn = taken.viewer === viewer
      const owned = countOf(viewer) - (isOwn ? 1 : 0)
      if (!isOwn) taken.viewer = viewer
      if (need !== 'seat' || untilMs <= nowMs || owned >= SEATS_PER_VIEWER) return []
      taken.seatUntilMs = Math.max(taken.seatUntilMs, untilMs)
      taken.isLeaving = false
      taken.isMoved = false
      away.delete(viewer)
      return askToLeave(nowMs)
    },
    leave(place: Place): void {
      places.delete(place as Taken)
    },
    get size() { return places.size },
    /** Viewers that made room so far. */
    get moves() { return moves },
  }
}
export type Places = ReturnType<typeof makePlaces>
