import { transportSequence, writeFeedback, type Arrival } from './twcc.ts'
import { makeUnwrapper16 } from './unwrap.ts'

/** What a sender hears about the arrival of its packets, so that it can find what the path carries
 *  before packets are lost (transport-wide congestion control). */
export interface Arrivals {
  /** Every packet of the session, before it is changed. */
  see(packet: Buffer, nowMs: number): void
  /** The next feedback packet when one is due. */
  take(mediaSsrc: number, nowMs: number): Buffer | undefined
}

const OUR_SSRC = 1
const EVERY_MS = 50
/** More than this between two feedbacks is no path that could be measured. */
const HELD_MAX = 2_000

/** Without an extension `id` nothing was agreed, and nothing is said. */
export function makeArrivals(id: number | undefined): Arrivals {
  const unwrap = makeUnwrapper16()
  let held: Arrival[] = []
  let toldMs = -Infinity
  let count = 0
  return {
    see(packet, nowMs) {
      if (id === undefined || held.length >= HELD_MAX) return
      const sequence = transportSequence(packet, id)
      if (sequence !== undefined) held.push({ sequence: unwrap(sequence), atMs: nowMs })
    },
    take(mediaSsrc, nowMs) {
      if (held.length === 0 || nowMs - toldMs < EVERY_MS) return undefined
      toldMs = nowMs
      const inOrder = held.toSorted((a, b) => a.sequence - b.sequence)
      held = []
      const once = inOrder.filter((one, at) => one.sequence !== inOrder[at - 1]?.sequence)
      return writeFeedback({ ssrc: OUR_SSRC, mediaSsrc, count: count++, arrivals: once })
    },
  }
}
