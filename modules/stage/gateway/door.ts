import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { WebSocketServer, type RawData, type ServerOptions } from 'ws'
import type { Clock, Log } from '#kernel'
import type { GatewayLimits } from './contract.ts'
import type { Connection, Link } from './connection.ts'
import type { Entry } from './entry.ts'
import type { Hub } from './hub.ts'
import { makeSseLink, makeWsLink } from './link.ts'
import { makeBucket } from './model/bucket.ts'
import { addressKey, helloOfQuery, readCookie } from './model/message.ts'
import type { Talk } from './talk.ts'

/** Which requests may connect; the same rule as for writes over HTTP. */
export interface OriginRule {
  isOurHost(host: string | undefined): boolean
  mayWrite(headers: {
    origin?: string | undefined; host?: string | undefined; site?: string | undefined
  }): boolean
}

/** Who connects, as far as it can be believed: behind proxies not the socket's other end. */
export type ClientOf = (request: IncomingMessage) => {
  readonly address: string
  readonly host: string | undefined
  /** ISO 3166-1 alpha-2, for viewers who have not said their market. */
  readonly country: string | null
}

export interface DoorDeps {
  readonly hub: Hub
  readonly entry: Entry
  readonly talk: Talk
  readonly limits: GatewayLimits
  readonly clock: Clock
  readonly log: Log
  readonly web: {
    readonly origin: OriginRule
    readonly cookieName: string
    readonly clientOf: ClientOf
  }
  onGone(connection: Connection): void
}

const path = (request: IncomingMessage): string => (request.url ?? '').split('?')[0]!

/** Where connections come in: upgrades to WebSocket on `/ws`, streams of events on `/sse`. */
export function makeDoor(deps: DoorDeps) {
  const { hub, entry, talk, limits, clock, log, web } = deps
  // Larger than what is allowed, so that the sender of too much can still be told.
  const options: ServerOptions & { closeTimeout: number } = {
    noServer: true, perMessageDeflate: false, clientTracking: false,
    maxPayload: limits.messageBytes * 4,
    // Who does not answer a goodbye is not waited for long.
    closeTimeout: 2000,
  }
  const wss = new WebSocketServer(options)
  let lastId = 0

  function mayConnect(request: IncomingMessage): boolean {
    const { origin } = request.headers
    const { host } = web.clientOf(request)
    const site = request.headers['sec-fetch-site']
    if (!web.origin.isOurHost(host)) return false
    return web.origin.mayWrite({ origin, host, site: typeof site === 'string' ? site : undefined })
  }

  function open(request: IncomingMessage, link: Link): Connection {
    const nowMs = clock.nowMs()
    const { address, country } = web.clientOf(request)
    const perPerson = limits.messagesPer10Seconds
    return {
      id: ++lastId, link, country, address, addressKey: addressKey(address),
      token: readCookie(request.headers.cookie, web.cookieName), openedAtMs: nowMs,
      patience: makeBucket(perPerson * 3, 10_000, nowMs),
      allowance: makeBucket(perPerson, 10_000, nowMs),
      state: 'new', who: null, room: null, showId: null, isStaff: false, market: null,
      heardAtMs: nowMs, isPinged: false, malformed: 0, actsUnderWay: 0, snapshotBytes: 0,
      person: null, seq: 0, ownTexts: [], staffTexts: [], visitedAtMs: -Infinity, place: 0,
    }
  }

  /** False when there is no room: the caller hears so and is let go. */
  function admit(connection: Connection): boolean {
    if (hub.hasRoomFor(connection.addressKey)) {
      hub.add(connection)
      return true
    }
    entry.refuse(connection, { code: 'stage.gateway.full' })
    return false
  }

  function drained(connection: Connection): void {
    if (connection.state !== 'slow') return
    connection.state = 'behind'
    entry.send(connection, { t: 'behind' })
  }

  function connectWs(request: IncomingMessage, socket: Socket, head: Buffer): void {
    wss.handleUpgrade(request, socket, head, (ws) => {
      const connection = open(request, makeWsLink(ws, socket))
      ws.on('error', (error) => log.debug('gateway.socket', { error: error.message }))
      ws.on('message', (data: RawData, isBinary) =>
        talk.hear(connection, isBinary ? null : (data as Buffer).toString()))
      const alive = () => {
        connection.heardAtMs = clock.nowMs()
        connection.isPinged = false
      }
      ws.on('pong', alive)
      ws.on('ping', () => {
        alive()
        if (!connection.patience.take(clock.nowMs())) ws.terminate()
      })
      ws.on('close', () => deps.onGone(connection))
      socket.on('drain', () => drained(connection))
      admit(connection)
    })
  }

  function turnAway(socket: Duplex, status: string): void {
    socket.on('error', () => socket.destroy())
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }

  function connectSse(request: IncomingMessage, response: ServerResponse): void {
    const query = (request.url ?? '').split('?')[1] ?? ''
    const connection = open(request, makeSseLink(response, request.socket))
    request.socket.setNoDelay(true)
    response.writeHead(200, {
      'content-type': 'text/event-stream', 'cache-control': 'no-store',
      'x-content-type-options': 'nosniff', 'x-accel-buffering': 'no', connection: 'close',
    })
    response.on('error', (error) => log.debug('gateway.stream', { error: error.message }))
    response.on('close', () => deps.onGone(connection))
    response.on('drain', () => drained(connection))
    if (!admit(connection)) return
    const hello = helloOfQuery(new URLSearchParams(query.slice(0, 1000)))
    if (!hello) return entry.refuse(connection, { code: 'stage.gateway.malformed' })
    void entry.join(connection, hello)
  }

  return {
    attach(server: Server): void {
      server.on('upgrade', (request, socket, head) => {
        if (path(request) !== '/ws') {
          // Another listener may know this path; if there is none, nobody would ever answer.
          if (server.listenerCount('upgrade') === 1) turnAway(socket, '404 Not Found')
          return
        }
        if (!mayConnect(request)) return turnAway(socket, '403 Forbidden')
        connectWs(request, socket as Socket, head)
      })
    },
    /** `GET /sse`: raw HTTP, mounted by the server; caps and origin are judged here. */
    handleSse(request: IncomingMessage, response: ServerResponse): void {
      if (request.method !== 'GET' || !mayConnect(request)) {
        response.writeHead(request.method === 'GET' ? 403 : 405, { 'content-length': 0 }).end()
        return
      }
      connectSse(request, response)
    },
    close: () => wss.close(),
  }
}
