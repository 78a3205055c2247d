import { sealAsker, type Seat } from '#adapters/clients-forwarded'
import type { Clients } from '#adapters/http-fastify'
import type { FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import { isId, type Clock, type PersonId, type ShowId } from '#kernel'
import { isAllowed, type Who } from '#people/accounts/contract'
import type { PersonEvent } from '#stage/gateway/contract'
import { MOVED_HEADER } from '#stage/media/contract'
import { makeNameOf } from '../asker-header.ts'
import type { ServerEnv } from '../env.ts'
import { seatLimits, type Seats } from './book.ts'

type Asking = Pick<FastifyRequest, 'raw' | 'headers' | 'method'>

const PLACE = /^\/media\/([a-z0-9_]{1,40})\/(?:whep|rtc\/[A-Za-z0-9_-]{24})(?:\?(.*))?$/
const MOVED = /^([A-Za-z0-9_-]{8,32}) ([A-Za-z0-9_-]{24})$/
const NAMES_KEPT = 50_000
/** Those who run the show keep their place for as long as one lasts. */
const STAFF_MS = 12 * 3_600_000

/** With an offer for WebRTC the media process hears whether its viewer has a seat, which it cannot
 *  know by itself; and the server hears whom it moves, and tells them. The browser has no part in
 *  it: it asks with `?now` when its viewer wants to see the show without delay. */
export function makeSeatHeader<R extends Asking>(deps: {
  readonly env: Pick<ServerEnv, 'SILKCAST_INTERNAL_KEY'>
  readonly clock: Clock
  readonly clients: Clients
  readonly seats: Seats
  readonly gateway: { tellPerson(personId: PersonId, event: PersonEvent): void }
  networkOf(address: string): string
  whoOf(request: R): Promise<Who>
  /** For everything else. */
  otherwise(request: R): Readonly<Record<string, string>>
}) {
  const { clock, seats } = deps
  const key = deps.env.SILKCAST_INTERNAL_KEY
  const nameOf = makeNameOf(key)
  /** Whose name it is, of those who asked last. */
  const people = new Map<string, PersonId>()

  const keepName = (personId: PersonId): string => {
    const name = nameOf(`person ${personId}`)
    people.delete(name)
    people.set(name, personId)
    if (people.size > NAMES_KEPT) people.delete(people.keys().next().value!)
    return name
  }

  function seatOf(showId: ShowId, who: Who, address: string, query: string): Seat | undefined {
    const nowMs = clock.nowMs()
    if (isAllowed(who, 'studio.enter')) return { showId, need: 'seat', untilMs: nowMs + STAFF_MS }
    const untilMs = seats.untilMs(showId, who.personId!, deps.networkOf(address))
    if (untilMs !== null) return { showId, need: 'seat', untilMs }
    const isWished = new URLSearchParams(query).has('now') && seats.wish(showId, who.personId!)
    return isWished ? { showId, need: 'wish', untilMs: nowMs + seatLimits.wishMs } : undefined
  }

  async function headerOf(
    request: R, showId: ShowId, query: string,
  ): Promise<Readonly<Record<string, string>>> {
    const who = await deps.whoOf(request)
    if (who.personId === null) return deps.otherwise(request)
    const { address } = deps.clients.of(request.raw)
    const viewer = keepName(who.personId)
    return sealAsker(key, { viewer, address, seat: seatOf(showId, who, address, query) })
  }

  return {
    headersFor(request: R, path: string) {
      const [, showId, query = ''] = (request.method === 'POST' && PLACE.exec(path)) || []
      return isId('sho', showId) ? headerOf(request, showId, query) : deps.otherwise(request)
    },
    /** The answer of the media process. */
    onAnswer(headers: IncomingHttpHeaders): void {
      const told = headers[MOVED_HEADER]
      if (typeof told !== 'string') return
      for (const one of told.split(',')) {
        const [, name = '', session = ''] = MOVED.exec(one) ?? []
        const personId = people.get(name)
        if (personId) deps.gateway.tellPerson(personId, { k: 'moved', session })
      }
    },
  }
}
