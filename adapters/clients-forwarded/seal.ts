import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Who asks, as the server tells the media process: an opaque name that is the same for all
 *  requests of one viewer, and an address. */
export interface Asker {
  readonly viewer: string
  readonly address: string
  /** What they are let in for where there are few places; none for most. */
  readonly seat?: Seat | undefined
}

/** The server's word that somebody needs a place at one show until a moment, or would like one. */
export interface Seat {
  readonly showId: string
  readonly need: 'wish' | 'seat'
  readonly untilMs: number
}

const HEADER = 'x-silkcast-asker'
const FORM = new RegExp('^((?<viewer>[A-Za-z0-9_-]{8,32}) (?<address>[0-9a-f.:]{0,45})'
  + '(?: (?<showId>[a-z0-9_]{5,44}) (?<need>wish|seat) (?<until>\\d{1,15}))?)'
  + ' (?<given>[A-Za-z0-9_-]{43})$')

const seal = (key: string, text: string): string =>
  createHmac('sha256', key).update(`asker\n${text}`).digest('base64url')

/** The header with which one process tells the other. The seal says that it is ours: the key
 *  itself, which opens more, does not travel with what strangers ask. */
export function sealAsker(key: string, { viewer, address, seat }: Asker): Record<string, string> {
  const claim = seat ? ` ${seat.showId} ${seat.need} ${seat.untilMs}` : ''
  const text = `${viewer} ${address}${claim}`
  return { [HEADER]: `${text} ${seal(key, text)}` }
}

/** Reads that header; undefined when it is missing or not ours. */
export function makeAskerReader(key: string) {
  return (headers: IncomingHttpHeaders): Asker | undefined => {
    const found = FORM.exec(String(headers[HEADER] ?? '').slice(0, 250))
    if (!found?.groups) return undefined
    const { viewer, address, showId, need, until, given } = found.groups
    const wanted = Buffer.from(seal(key, found[1]!))
    if (!timingSafeEqual(Buffer.from(given!), wanted)) return undefined
    const seat = showId === undefined ? undefined
      : { showId, need: need as Seat['need'], untilMs: Number(until) }
    return { viewer: viewer!, address: address!, ...(seat && { seat }) }
  }
}
