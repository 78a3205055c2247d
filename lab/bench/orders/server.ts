import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { Compile } from 'typebox/compile'
import { WebSocketServer, type RawData } from 'ws'
import { httpRefusalCodes, routeTable, silentLog, type PersonId, type Refusal, type Result,
} from '#kernel'
import { makeClients, noProxies } from '#adapters/clients-forwarded'
import { makeHttp } from '#adapters/http-fastify'
import { connect, writeFacts, type Database, type Tx } from '#adapters/store-postgres'
import { refusalCodes as accountCodes, type Who } from '#people/accounts/contract'
import { ClientMessageSchema } from '#stage/gateway/contract'
import { refusalCodes as offerCodes } from '#trade/offers/contract'
import { api, refusalCodes as orderCodes, type Order, type PlaceOrder,
} from '#trade/orders/contract'
import { refusalCodes as stockCodes } from '#trade/stock/contract'
import { makeSale, makeSaleWorld, euro } from '../../../flows/place-order/testing.ts'
import { answerParent, type ServerPlan, type ServerReady } from './talk.ts'

type Place = (who: Who, input: PlaceOrder) => Promise<Result<Order, Refusal>>

const whoIs = (token: string | undefined): Who => ({
  personId: (token ?? null) as PersonId | null, sessionId: null, roles: [], displayName: 'Load',
  isDemo: false,
})

/** The product's own HTTP edge with one route; its limits are raised for rigs, not switched off. */
async function serveHttp(place: Place): Promise<number> {
  const http = await makeHttp({
    log: silentLog, clients: makeClients({ proxies: noProxies }),
    internalKey: 'bench', isSecure: false, version: 'bench', rateProfile: 'lab',
    refusals: [...orderCodes, ...stockCodes, ...offerCodes, ...accountCodes, ...httpRefusalCodes],
    whoBySession: async (token) => whoIs(token),
  })
  const route = { 'POST /api/orders': api['POST /api/orders'] } as const
  http.mount(routeTable<typeof route, Who>(route, {
    'POST /api/orders': ({ who, body }) => place(who, body),
  }))
  await http.app.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
  return (http.app.server.address() as AddressInfo).port
}

/** The socket message `order`, checked against the same schema as in the gateway. */
async function serveSockets(place: Place): Promise<number> {
  const server = createServer()
  const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 4096 })
  const shape = Compile(ClientMessageSchema)
  sockets.on('connection', (socket, request) => {
    const who = whoIs(/sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1])
    socket.on('message', (data: RawData) => {
      const message: unknown = JSON.parse(String(data))
      if (!shape.Check(message) || message.t !== 'order') return socket.close(1008)
      const { ref, order } = message
      place(who, order).then(
        (result) => socket.send(JSON.stringify({ t: 'reply', ref, ...result })),
        () => socket.close(1011))
    })
  })
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', 4096, done) })
  return (server.address() as AddressInfo).port
}

let database: Database | undefined

async function start({ url, scene, mode, poolSize }: ServerPlan): Promise<ServerReady> {
  database = connect({ url, poolSize, log: silentLog })
  const world = makeSaleWorld(scene)
  world.played.prices = { DE: euro(2490) }
  const limits = mode === 'naive' ? { batch: 1, lanes: poolSize } : {}
  const { flow } = makeSale<Tx>(database, writeFacts, world, { limits })
  return { httpPort: await serveHttp(flow.place), socketPort: await serveSockets(flow.place) }
}

answerParent(async (message: { start: ServerPlan } | { usage: true }) => {
  if ('start' in message) return start(message.start)
  const { user, system } = process.cpuUsage()
  return { cpuSeconds: (user + system) / 1e6 }
})
process.on('SIGTERM', () => process.exit(0))
