/** The server's wall clock as seen from here. */
export interface ServerTime {
  now(): number
  /** Took this long there and back, and the server said this in between. */
  hear(sentAt: number, receivedAt: number, serverMs: number): void
  /** A frame that just came: a first guess, good until a ping has been answered. */
  guess(serverMs: number): void
}

const samplesKept = 8

/** The quickest of the last round trips says it best: what is left of doubt is half of it. */
export function makeServerTime(steady: () => number, wall: () => number): ServerTime {
  let samples: { trip: number; offset: number }[] = []
  let offset = wall() - steady()
  return {
    now: () => steady() + offset,
    guess(serverMs) {
      if (samples.length === 0) offset = serverMs - steady()
    },
    hear(sentAt, receivedAt, serverMs) {
      const trip = Math.max(0, receivedAt - sentAt)
      samples = [...samples, { trip, offset: serverMs - (sentAt + trip / 2) }].slice(-samplesKept)
      offset = samples.reduce((best, sample) => (sample.trip <= best.trip ? sample : best)).offset
    },
  }
}
