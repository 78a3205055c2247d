import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { makeIds, ok, silentLog, systemClock, systemRandom, type PersonId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { RoomSnapshot } from '#stage/gateway/contract'
import { makeGateway } from '#stage/gateway'
import { answerParent } from '../orders/talk.ts'
import { filler, profile, showId, steadyMicros, type ServerAsk, type ServerState } from './plan.ts'

const room: RoomSnapshot = {
  show: {
    id: showId, slug: 'bench', title: 'Bench', merchant: 'Bench', state: 'live',
    signal: 'receiving',
    startsAtMs: 0, endedAtMs: null, saleStopped: false, isDemo: false, hasReplay: false,
  },
  pinned: null, pinnedMediaMs: null, offer: null, inStock: {}, chat: [], viewers: 0,
  demoViewers: 0, lineUp: [],
}
const ids = makeIds({ clock: systemClock, random: systemRandom })
const server = createServer()
let lines = 0
let go = () => {}
let tickMs = () => 0

const makeLine = (personId: string, text: string) => ({
  k: 'chat' as const,
  message: {
    id: ids.make('msg'), personId, name: 'Viewer', text, atMs: Date.now(), isDemo: false,
    isStaff: false,
  },
})

/** The loop everybody writes first: one `send` for every client and line, at full speed. */
function startNaive(): void {
  const clients: WebSocket[] = []
  const wss = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false })
  wss.on('connection', (ws) => {
    ws.once('message', () => {
      ws.send(JSON.stringify({ t: 'snapshot', v: 1, epoch: 'bench', s: 0, at: 0, room, you: {} }))
      clients.push(ws)
    })
  })
  const someone = ids.make('per')
  const isBehind = () =>
    [clients[0], clients.at(-1)].some((ws) => (ws?.bufferedAmount ?? 0) > 64 * 1024)
  const broadcast = () => {
    lines++
    const line = makeLine(someone, `@${steadyMicros()} ${filler}`)
    const text = JSON.stringify({ t: 'tick', s: lines, at: Date.now(), e: [line] })
    for (const ws of clients) ws.send(text)
  }
  go = () => {
    const loop = () => {
      if (isBehind()) return void setTimeout(loop, 1)
      broadcast()
      setImmediate(loop)
    }
    loop()
  }
}

/** The product's gateway; only what lies behind its ports is left out. */
function startGateway(): void {
  const people = new Map<string, Who>()
  const whoIs = (token: string): Who => {
    const known = people.get(token) ?? {
      personId: ids.make('per') as PersonId, sessionId: ids.make('ses'), roles: [],
      displayName: 'Viewer', isDemo: false,
    }
    people.set(token, known)
    return known
  }
  const gateway = makeGateway({
    clock: systemClock, random: systemRandom, log: silentLog, limits: profile,
    who: async (token) => whoIs(token ?? ''),
    web: {
      cookieName: 'sid', origin: { mayWrite: () => true, isOurHost: () => true },
      clientOf: ({ socket }) =>
        ({ address: socket.remoteAddress ?? '', host: 'localhost', country: null }),
    },
    ports: {
      snapshot: async () => room, staffSnapshot: async () => [], isMuted: async () => false,
      allowed: () => false,
      async chat(who, show, text) {
        const line = makeLine(who.personId!, text)
        lines++
        gateway.tell(show, line)
        return ok(line.message)
      },
      order: async () => ok(null),
    },
  })
  gateway.attach(server)
  tickMs = () => gateway.readMetrics().tickMs
}

function readState(): ServerState {
  const { user, system } = process.cpuUsage()
  return { cpuSeconds: (user + system) / 1e6, tickMs: tickMs(), lines }
}

answerParent(async (ask: ServerAsk) => {
  if ('start' in ask) {
    if (ask.start.mode === 'naive') startNaive()
    else startGateway()
    const where = { port: 0, host: '127.0.0.1', backlog: 4096 }
    await new Promise<void>((done) => server.listen(where, done))
    return (server.address() as AddressInfo).port
  }
  if ('go' in ask) go()
  return readState()
})
