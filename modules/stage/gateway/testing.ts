import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket } from 'ws'
import { makeIds, ok, refuse, silentLog, systemClock, systemRandom, type Clock, type PersonId,
  type ShowId } from '#kernel'
import { isAllowed, type Who } from '#people/accounts/contract'
import type { Message } from '#stage/chat/contract'
import type { ClientMessage, GatewayLimits, GatewayPorts, RoomSnapshot, ServerFrame,
} from './contract.ts'
import { isClientMessage } from './model/message.ts'
import { makeGateway, type ClientOf } from './index.ts'

const ids = makeIds({ clock: systemClock, random: systemRandom })

/** Somebody, by the value of a session cookie: `ana`, `demo-1`, `staff-1`, or nobody. */
export function whoIs(token: string | undefined): Who {
  const nobody: Who = { personId: null, sessionId: null, roles: [], displayName: '', isDemo: false }
  if (!token) return nobody
  return {
    ...nobody, personId: personOf(token), displayName: token, isDemo: token.startsWith('demo'),
    roles: token.startsWith('staff') ? ['producer'] : [],
  }
}

const known = new Map<string, PersonId>()
export function personOf(token: string): PersonId {
  const id = known.get(token) ?? ids.make('per')
  known.set(token, id)
  return id
}

export function makeRoom(showId: ShowId): RoomSnapshot {
  return {
    show: {
      id: showId, slug: 'silk', title: 'Silk', merchant: 'Silk & Co', state: 'live',
      signal: 'receiving',
      startsAtMs: 0, endedAtMs: null, saleStopped: false, isDemo: false, hasReplay: false,
    },
    pinned: null, pinnedMediaMs: null, offer: null, inStock: {}, chat: [], viewers: 0,
    demoViewers: 0, lineUp: [],
  }
}

export const makeMessage = (text: string, over: Partial<Message> = {}): Message => ({
  id: ids.make('msg'), personId: 'per_x', name: 'Ana', text, atMs: 0, isDemo: false,
  isStaff: false, ...over,
})

type Frame = ServerFrame & { e?: unknown[] }

/** A client that notes every frame and can wait for one. */
export interface TestClient {
  readonly frames: Frame[]
  readonly isOpen: boolean
  readonly closed: Promise<number>
  say(message: ClientMessage | Record<string, unknown>): void
  sendRaw(data: string | Buffer): void
  next(wanted: (frame: Frame) => boolean, ms?: number): Promise<Frame>
  pause(): void
  resume(): void
  close(): void
}

function makeNotes() {
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  return {
    frames,
    note(text: string) {
      frames.push(JSON.parse(text) as Frame)
      for (const look of waiting) look()
    },
    next: (wanted: (frame: Frame) => boolean, ms = 3000) => new Promise<Frame>((done, failed) => {
      const look = () => {
        const found = frames.find(wanted)
        if (!found) return
        waiting.delete(look)
        timer.cancel()
        done(found)
      }
      const timer = systemClock.after(ms, () => {
        waiting.delete(look)
        failed(new Error(`no such frame in ${JSON.stringify(frames).slice(0, 500)}`))
      })
      waiting.add(look)
      look()
    }),
  }
}

export interface TestHouseOptions {
  readonly limits?: Partial<GatewayLimits>
  readonly ports?: Partial<GatewayPorts>
  readonly clock?: Clock
  readonly clientOf?: ClientOf
}

/** The gateway behind a real HTTP server on a free port, with ports made of plain memory. */
export async function startTestHouse(options: TestHouseOptions = {}) {
  const showId = ids.make('sho')
  let room = makeRoom(showId)
  const orders: { who: Who; order: unknown }[] = []
  const ports: GatewayPorts = {
    snapshot: async (id) => (id === showId ? room : null),
    staffSnapshot: async () => [{ k: 'countries', countries: {} }],
    isMuted: async () => false,
    allowed: isAllowed,
    async chat(who, show, text) {
      if (text === 'explode') throw new Error('secret inside')
      if (text === '') return refuse('stage.chat.empty')
      const message = makeMessage(text, { personId: who.personId!, name: who.displayName })
      room = { ...room, chat: [...room.chat, message].slice(-50) }
      gateway.tell(show, { k: 'chat', message })
      return ok(message)
    },
    async order(who, order) {
      orders.push({ who, order })
      if (order.quantity > 10) return refuse('trade.stock.sold_out')
      return ok({ id: 'ord_1', quantity: order.quantity })
    },
    ...options.ports,
  }
  const gateway = makeGateway({
    ports, clock: options.clock ?? systemClock, random: systemRandom, log: silentLog,
    who: async (token) => whoIs(token),
    web: {
      cookieName: 'sid',
      clientOf: options.clientOf ?? (({ headers: { host } }) =>
        ({ host, address: '127.0.0.1', country: null })),
      origin: {
        isOurHost: () => true,
        mayWrite: ({ origin, site }) =>
          (origin === undefined ? site !== 'cross-site' : origin === 'http://shop.example'),
      },
    },
    ...(options.limits ? { limits: options.limits } : {}),
  })
  const server = createServer((req, res) => {
    if (req.url?.startsWith('/sse')) return gateway.handleSse(req, res)
    void answerSay(gateway, req, res)
  })
  gateway.attach(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    gateway, server, showId, url, port, orders, ports,
    get room() { return room },
    setRoom(next: RoomSnapshot) { room = next },
    hello: (over: Record<string, unknown> = {}) => ({ t: 'hello', v: 1, show: showId, ...over }),
    connect: (token?: string, headers: Record<string, string> = {}) =>
      connectClient(url, token, headers),
    stream: (query: Record<string, string>, token?: string) => openStream(port, query, token),
    async stop() {
      gateway.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
export type TestHouse = Awaited<ReturnType<typeof startTestHouse>>

/** Stands in for the HTTP edge: same checks of who and shape, same handler. */
async function answerSay(
  gateway: ReturnType<typeof makeGateway>, req: IncomingMessage, res: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
  const showId = req.url?.split('/')[3]
  const token = /sid=([^;]+)/.exec(req.headers.cookie ?? '')?.[1]
  const handler = gateway.routes.handlers['POST /api/rooms/:showId/say']!
  const result = isClientMessage(body)
    ? await handler({ params: { showId }, body, who: whoIs(token) }) : refuse('http.invalid')
  res.writeHead(result.ok ? 200 : 400, { 'content-type': 'application/json' })
  res.end(JSON.stringify(result.ok ? result.value : { refusal: result.refusal }))
}

async function connectClient(
  url: string, token?: string, headers: Record<string, string> = {},
): Promise<TestClient> {
  const { frames, note, next } = makeNotes()
  const ws = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
    headers: { ...(token ? { cookie: `a=b; sid=${token}` } : {}), ...headers },
  })
  ws.on('message', (data) => note(String(data)))
  const closed = new Promise<number>((done) => ws.on('close', done))
  await new Promise((done, failed) => ws.once('open', done).once('error', failed))
  ws.on('error', () => {})
  return {
    frames, next, closed,
    get isOpen() { return ws.readyState === WebSocket.OPEN },
    say: (message) => ws.send(JSON.stringify(message)),
    sendRaw: (data) => ws.send(data),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    close: () => ws.terminate(),
  }
}

async function openStream(port: number, query: Record<string, string>, token?: string) {
  const { frames, note, next } = makeNotes()
  const req = request({
    port, path: `/sse?${new URLSearchParams(query)}`,
    headers: token ? { cookie: `sid=${token}` } : {},
  })
  req.end()
  const res = await new Promise<IncomingMessage>((done, failed) =>
    req.once('response', done).once('error', failed))
  let rest = ''
  let comments = 0
  res.setEncoding('utf8')
  res.on('data', (piece: string) => {
    const parts = (rest + piece).split('\n\n')
    rest = parts.pop()!
    for (const part of parts) {
      if (part.startsWith('data: ')) note(part.slice(6))
      else comments++
    }
  })
  res.on('error', () => {})
  const closed = new Promise<void>((done) => res.once('close', () => done()))
  return {
    frames, next, closed, status: res.statusCode, headers: res.headers,
    get comments() { return comments },
    pause: () => res.pause(), resume: () => res.resume(), close: () => req.destroy(),
  }
}
