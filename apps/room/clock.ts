/** The server's clock on this device: steady, and corrected by what the server says. */
export interface ServerClock {
  nowMs(): number
  /** Takes the server's time of a message that has just arrived. */
  hear(serverNowMs: number): void
  /** Takes how long a message took there and back. */
  hearTrip(tripMs: number): void
}

/** A message may come late, never early: the largest offset of the last minutes is the truest. */
const WINDOW = 40
const TRIPS = 8
/** Corrections below this only make countdowns jump; an opening may be off by as much. */
const STEP_MS = 10

export function makeServerClock(serverNowMs: number, steadyMs: () => number): ServerClock {
  let offsets = [serverNowMs - steadyMs()]
  let trips: number[] = []
  let offset = offsets[0]!
  /** The message that travelled least has travelled, too: half of the quickest round trip. */
  const correct = () => {
    const best = Math.max(...offsets) + (trips.length > 0 ? Math.min(...trips) / 2 : 0)
    if (Math.abs(best - offset) > STEP_MS) offset = best
  }
  return {
    nowMs: () => steadyMs() + offset,
    hear(atMs) {
      offsets = [...offsets.slice(1 - WINDOW), atMs - steadyMs()]
      correct()
    },
    hearTrip(tripMs) {
      trips = [...trips.slice(1 - TRIPS), tripMs]
      correct()
    },
  }
}
