import type { IncomingMessage, ServerResponse } from 'node:http'
import { isId, type Log, type Refusal, type ShowId } from '#kernel'
import { MEDIA_LIMITS, mediaPaths, MOVED_HEADER } from '../contract.ts'
import { pollerOf, type AskerReader } from '../http/poller.ts'
import { sendEmpty, sendJson } from '../http/reply.ts'
import type { PlaceWish } from './model/places.ts'
import type { RtcSessions } from './sessions.ts'
import { HOST_LINE } from './stages.ts'

const STATUS: Readonly<Record<string, number>> = {
  'stage.show.key_unknown': 401,
  'stage.media.codec_not_supported': 415,
  'stage.media.already_publishing': 409,
  'stage.media.show_ended': 410,
  'stage.media.offer_unreadable': 400,
  'stage.media.whep_unfit': 409,
  'stage.media.no_signal': 404,
  'stage.media.full': 503,
  'stage.media.moved': 410,
}

/** The body as text, null when it is longer than an offer ever is. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > MEDIA_LIMITS.offerBytesMax) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const TYPE = 'application/sdp'
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, PATCH, DELETE',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-expose-headers': 'location, retry-after',
} as const
const BEARER = /^Bearer ([A-Za-z0-9_-]{8,128})$/
const WHEP = /^\/media\/([a-z0-9_]{1,40})\/whep$/
const SESSION = /^\/media\/([a-z0-9_]{1,40})\/rtc\/([A-Za-z0-9_-]{24})$/

/** Whose own line is asked for: undefined is the show's, null is nobody who could exist. */
function guestOf(request: IncomingMessage): string | undefined | null {
  const target = request.url ?? ''
  const mark = target.indexOf('?')
  if (mark < 0) return undefined
  const given = new URLSearchParams(target.slice(mark + 1)).getAll('guest')
  if (given.length === 0) return undefined
  const [who] = given
  return given.length === 1 && (who === HOST_LINE || isId('gst', who)) ? who! : null
}

const keyOf = (request: IncomingMessage): string | undefined =>
  BEARER.exec(request.headers.authorization ?? '')?.[1]

/** Names of viewers as the server gave them. */
function tellMoved(
  response: ServerResponse, moved: readonly { viewer: string; sessionId: string }[] = [],
): void {
  const told = moved.filter(({ viewer }) => viewer.startsWith('v '))
    .map(({ viewer, sessionId }) => `${viewer.slice(2)} ${sessionId}`)
  if (told.length > 0) response.setHeader(MOVED_HEADER, told.join(','))
}

/** Answers WHIP (RFC 9725) and WHEP; false when the path is none of theirs. */
export function makeRtcHttp(deps: { sessions: RtcSessions; log: Log; askerOf: AskerReader }) {
  const { sessions } = deps
  const addressOf = ({ headers, socket }: IncomingMessage): string =>
    deps.askerOf(headers)?.address ?? socket.remoteAddress ?? ''
  /** A seat counts when our server says so, of this show. */
  const wishOf = (request: IncomingMessage, showId: ShowId): PlaceWish => {
    const asker = deps.askerOf(request.headers)
    const seat = asker?.seat?.showId === showId ? asker.seat : undefined
    return {
      viewer: pollerOf(request, asker), need: seat?.need ?? 'none', untilMs: seat?.untilMs ?? 0,
    }
  }
  const refuse = (response: ServerResponse, refusal: Refusal): void => {
    const status = STATUS[refusal.code] ?? 500
    if (status === 503) response.setHeader('retry-after', '10')
    sendJson(response, status, { refusal })
  }

  const offerOf = async (
    request: IncomingMessage, response: ServerResponse,
  ): Promise<string | undefined> => {
    const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
    if (type !== TYPE) {
      response.setHeader('accept-post', TYPE)
      sendEmpty(response, 415)
      return undefined
    }
    const body = await readBody(request)
    if (body === null) sendEmpty(response, 413, { connection: 'close' })
    return body ?? undefined
  }

  const publish = async (
    request: IncomingMessage, response: ServerResponse, query: string,
  ): Promise<void> => {
    const key = keyOf(request)
    const who = guestOf(request)
    if (who !== undefined && who !== HOST_LINE) return sendEmpty(response, 404)
    if (!key) return refuse(response, { code: 'stage.show.key_unknown' })
    const offer = await offerOf(request, response)
    if (offer === undefined) return
    const isBackup = new URLSearchParams(query).has('backup')
    const as = { isBackup, isHostLine: who === HOST_LINE }
    send(response, await sessions.publish(key, addressOf(request), offer, as))
  }

  const view = async (
    request: IncomingMessage, response: ServerResponse, showId: string,
  ): Promise<void> => {
    const who = guestOf(request)
    if (!isId('sho', showId) || who === null) return sendEmpty(response, 404)
    const key = keyOf(request)
    const isKeyBad = key === undefined && request.headers.authorization !== undefined
    if (who !== undefined && isKeyBad) return refuse(response, { code: 'stage.show.key_unknown' })
    const offer = await offerOf(request, response)
    if (offer === undefined) return
    const as = { key, address: addressOf(request), wish: wishOf(request, showId) }
    const answered = who === undefined ? await sessions.view(showId, offer, as)
      : await sessions.viewGuest(showId, offer, { ...as, who })
    // A session's name opens it: strangers who come without our server do not learn it.
    if (answered.ok && deps.askerOf(request.headers)) tellMoved(response, answered.value.moved)
    send(response, answered)
  }

  const send = (
    response: ServerResponse, answered: Awaited<ReturnType<RtcSessions['view']>>,
  ): void => {
    if (!answered.ok) return refuse(response, answered.refusal)
    const body = Buffer.from(answered.value.answer)
    response.writeHead(201, {
      'content-type': TYPE, 'cache-control': 'no-store',
      'content-length': body.length,
      location: mediaPaths.session(answered.value.showId, answered.value.sessionId),
    })
    response.end(body)
  }

  /** What a session is told: that it is over, or that its viewer has a seat. */
  const hear = (
    request: IncomingMessage, response: ServerResponse, showId: string, id: string,
  ): void => {
    request.resume()
    if (request.method === 'PATCH') return sendEmpty(response, 422)
    if (request.method === 'POST') {
      const moved = isId('sho', showId)
        ? sessions.keep(showId, id, wishOf(request, showId)) : undefined
      if (deps.askerOf(request.headers)) tellMoved(response, moved)
      return sendEmpty(response, moved ? 204 : 404)
    }
    if (request.method !== 'DELETE') {
      return sendEmpty(response, 405, { allow: 'DELETE, PATCH, POST' })
    }
    const ended = sessions.end(id)
    if (ended === 'moved') return refuse(response, { code: 'stage.media.moved' })
    sendEmpty(response, ended === 'ended' ? 200 : 404)
  }

  return async (
    request: IncomingMessage, response: ServerResponse, path: string, query = '',
  ): Promise<boolean> => {
    const whep = WHEP.exec(path)
    const session = SESSION.exec(path)
    if (!whep && !session && path !== mediaPaths.whip) return false
    // No cookie is looked at here, so that pages of other sites may play and publish, too.
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value)
    if (request.method === 'OPTIONS') {
      request.resume()
      sendEmpty(response, 204, { 'access-control-max-age': '86400', 'accept-post': TYPE })
    } else if (session) {
      hear(request, response, session[1]!, session[2]!)
    } else if (request.method !== 'POST') {
      request.resume()
      sendEmpty(response, 405, { allow: 'POST' })
    } else if (whep) await view(request, response, whep[1]!)
    else await publish(request, response, query)
    return true
  }
}
