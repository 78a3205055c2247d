import type { RoomEvent, RoomSnapshot } from '#stage/gateway/contract'
import { READ_MS } from './fair.ts'
import { PATIENCE_MS, type Queue } from './queue.ts'

/** What waits for the picture and what does not, kind by kind, and why. */
export const cueTable = {
  /** The host holds up the next product: the card changes with the picture. A pin without a moment
   *  (the product left the show) and new words or prices of the pinned product are corrections. */
  pin: 'picture',
  /** An offer is announced when the host says it, and early enough to read before it opens. Its end
   *  is not a moment of the picture: what cannot be bought any more must not be on the screen. */
  offer: 'picture',
  /** Units left and sold out are true now, and late they would be lies. */
  left: 'at once',
  stock: 'at once',
  /** Stop-sale and the end of the show protect people. */
  show: 'at once',
  /** People talk to each other now; what a moderator takes away is gone now. */
  chat: 'at once',
  gone: 'at once',
  viewers: 'at once',
  react: 'at once',
} as const satisfies Record<RoomEvent['k'], 'picture' | 'at once'>

export interface Timing {
  readonly mediaMs: number
  readonly latestMs: number
}

const atOnce = null

const lastPin = (queue: Queue<RoomEvent>) => queue.findLast((cue) => cue.value.k === 'pin')

function timingOfPin(
  event: Extract<RoomEvent, { k: 'pin' }>, shown: RoomSnapshot, queue: Queue<RoomEvent>,
  heardAtMs: number,
): Timing | null {
  if (event.mediaMs === null) return atOnce
  // Back to what is still shown is a cue, too, while something else waits in between.
  const isLast = event.product?.id === shown.pinned?.id && !lastPin(queue)
  if (isLast) return atOnce
  return { mediaMs: event.mediaMs, latestMs: heardAtMs + PATIENCE_MS }
}

function timingOfOffer(
  { offer }: Extract<RoomEvent, { k: 'offer' }>, shown: RoomSnapshot, heardAtMs: number,
): Timing | null {
  if (offer?.state !== 'open' || offer.id === shown.offer?.id) return atOnce
  // However far behind the picture is, the price can be read before anyone may buy.
  const latestMs = Math.min(heardAtMs + PATIENCE_MS, offer.opensAtMs - READ_MS)
  return { mediaMs: offer.mediaMs, latestMs }
}

/** When an event is to be shown, given what is on the screen and what waits; null: at once.
 *  `heardAtMs`: server time now. */
export function timingOf(
  event: RoomEvent, shown: RoomSnapshot, queue: Queue<RoomEvent>, heardAtMs: number,
): Timing | null {
  // A kind that this page does not know is nothing to wait for.
  if (cueTable[event.k] !== 'picture') return atOnce
  if (event.k === 'pin') return timingOfPin(event, shown, queue, heardAtMs)
  if (event.k === 'offer') return timingOfOffer(event, shown, heardAtMs)
  return atOnce
}

/** What an event says about cues that still wait: newer news of the same thing replaces them where
 *  they stand, its end takes them away. */
function reviseOne(waiting: RoomEvent, event: RoomEvent, isLastPin: boolean): RoomEvent | null {
  if (waiting.k === 'offer' && waiting.offer) {
    const { offer } = waiting
    if (event.k === 'left' && event.offerId === offer.id) {
      return { ...waiting, offer: { ...offer, left: event.left } }
    }
    if (event.k === 'offer') {
      if (event.offer?.id === offer.id && event.offer.state === 'open') return event
      // One offer of a show is open at a time: news of any other is the end of this one.
      return null
    }
  }
  if (waiting.k === 'pin' && event.k === 'pin' && event.mediaMs === null) return null
  const isSame = waiting.k === 'pin' && event.k === 'pin'
    && event.product?.id === waiting.product?.id
  if (isSame && isLastPin) return event
  return waiting
}

/** The queue after an event, and whether the event has found its place in it. */
export function revise(
  queue: Queue<RoomEvent>, event: RoomEvent,
): { readonly queue: Queue<RoomEvent>, readonly isTaken: boolean } {
  let isTaken = false
  const last = lastPin(queue)
  const revised = queue.flatMap((cue) => {
    const value = reviseOne(cue.value, event, cue === last)
    if (value === event) isTaken = true
    return value ? [{ ...cue, value }] : []
  })
  return { queue: revised, isTaken }
}
