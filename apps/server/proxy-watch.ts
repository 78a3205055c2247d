import { isNearby } from '#adapters/clients-forwarded'
import type { Clock, Log } from '#kernel'

const EVERY_MS = 3_600_000
/** Looked at from the start, said once an hour. */
const LOOK_MS = 60_000
/** Fewer may well sit in one room. */
const CROWD_MIN = 10

/** Says so when a proxy in front of us seems not to be trusted: then all viewers share one address
 *  and its limits, and their countries are unknown. */
export function makeProxyWatch({ clock, log }: { clock: Clock; log: Log }) {
  let saidMs = -Infinity

  function say(address: string, why: string): void {
    if (clock.steadyMs() - saidMs < EVERY_MS) return
    saidMs = clock.steadyMs()
    log.warn(`${why} If ${address} is your proxy, start with --trusted-proxies ${address}, or all `
      + 'who come through it share one set of limits and no country.', { address })
  }

  return {
    saw: (address: string): void =>
      say(address, `Requests from ${address} say that they were passed on (X-Forwarded-For).`),
    /** Looks at the crowd now and then; returns how to stop. */
    follow(readCrowd: () => { address: string; people: number } | null): () => void {
      const timer = clock.every(LOOK_MS, () => {
        const crowd = readCrowd()
        if (crowd && crowd.people >= CROWD_MIN && isNearby(crowd.address)) {
          say(crowd.address, `All ${crowd.people} viewers come from ${crowd.address}.`)
        }
      })
      return () => timer.cancel()
    },
  }
}
