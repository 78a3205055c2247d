/** The server's clock on this device: steady, and corrected by what the server says. */
export interface ServerClock {
  nowMs(): number
  /** Takes the server's time of a message that has just arrived. */
  hear(serverNowMs: number): void
}

/** A message may come late, never early: the largest offset of the last minutes is the truest. */
const WINDOW = 40

export function makeServerClock(serverNowMs: number, steadyMs: () => number): ServerClock {
  let offsets = [serverNowMs - steadyMs()]
  let offset = offsets[0]!
  return {
    nowMs: () => steadyMs() + offset,
    hear(atMs) {
      offsets = [...offsets.slice(1 - WINDOW), atMs - steadyMs()]
      const best = Math.max(...offsets)
      // Small corrections only make countdowns jump.
      if (Math.abs(best - offset) > 50) offset = best
    },
  }
}
