import type { IncomingMessage, ServerResponse } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { WebSocket } from 'ws'
import type { Me } from '#people/accounts/contract'
import type { ClientMessage, RoomEvent } from '#stage/gateway/contract'
import type { Order, PlaceOrder } from '#trade/orders/contract'
import type { Payment } from '#trade/payments/contract'
import { contentSecurityPolicy } from '../../adapters/http-fastify/security.ts'
import type { World } from './world.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript', '.css': 'text/css', '.webp': 'image/webp', '.woff2': 'font/woff2',
  '.m3u8': 'application/vnd.apple.mpegurl', '.m4s': 'video/mp4', '.mp4': 'video/mp4',
}

export function send(response: ServerResponse, type: string, body: string | Buffer, status = 200) {
  response.writeHead(status, {
    'content-type': type, 'content-security-policy': contentSecurityPolicy,
    'cache-control': 'no-store',
  })
  response.end(body)
}

export async function sendFile(response: ServerResponse, path: string): Promise<void> {
  const bytes = await readFile(path).catch(() => null)
  if (bytes) send(response, TYPES[extname(path)] ?? 'application/octet-stream', bytes)
  else send(response, 'text/plain', 'none', 404)
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? undefined : JSON.parse(text) as unknown
}

const guest = (): Me => ({
  personId: 'per_1', displayName: 'Guest 4821', email: null, roles: [], isDemo: false,
  delivery: null,
})

/** What the page has told so far: one visitor, forgotten with `?fresh`. */
export interface Told {
  me: Me
  orders: Order[]
}
export const makeTold = (): Told => ({ me: guest(), orders: [] })

function place(told: Told, world: World, wish: PlaceOrder): Order {
  const order = world.makeOrder('held', told.orders.length + 1, Date.now())
  const room = world.makeRoom('live', Date.now())
  const card = room.lineUp.find((one) =>
    one.variants.some((variant) => variant.id === wish.variantId))
  const unit = { ...order.unit, amountMinor: wish.unitAmountMinor }
  const made: Order = {
    ...order, title: card?.title ?? order.title, quantity: wish.quantity, unit,
    total: { ...unit, amountMinor: unit.amountMinor * wish.quantity }, placedAtMs: Date.now(),
  }
  told.orders.unshift(made)
  return made
}

function pay(told: Told, orderId: string): Payment {
  const order = told.orders.find((one) => one.id === orderId)!
  return {
    id: 'pay_1', orderId, state: 'challenge', amount: order.total,
    challengeUrl: `/sandbox-pay/${orderId}`,
  }
}

export async function answerApi(
  told: Told, world: World, request: IncomingMessage, path: string,
): Promise<unknown> {
  const body = await readJson(request).catch(() => undefined)
  const orderId = /^\/api\/orders\/(\w+)\/pay$/.exec(path)?.[1]
  if (orderId) return pay(told, orderId)
  if (path.endsWith('/replay')) return world.makeReplay()
  if (path.endsWith('/replay/chat')) return { lines: world.makeReplayChat(), next: null }
  if (path === '/api/orders/mine') return told.orders
  if (path === '/api/orders') return place(told, world, body as PlaceOrder)
  if (path === '/api/me/name') Object.assign(told.me, body)
  if (path === '/api/me/delivery') {
    Object.assign(told.me, { delivery: { id: 'adr_1', ...(body as object) } })
    return { deliveryId: 'adr_1' }
  }
  return told.me
}

/** A bank that asks once and then says yes. */
export function answerBank(told: Told, isYes: boolean, orderId: string): string {
  if (isYes) {
    told.orders = told.orders.map((order) =>
      (order.id === orderId ? { ...order, state: 'paid' } : order))
  }
  const form = isYes ? '<p>Payment approved</p>'
    : '<form method="post"><button>Approve</button></form>'
  return `<!doctype html><title>Bank</title><h1>Sandbox bank</h1>${form}`
}

export type Tick = (events: readonly RoomEvent[]) => void

/** The other end of a room's socket; what it answers tells this page what happens in the room. */
export function answerSocket(socket: WebSocket, told: Told, world: World): Tick {
  let seq = 0
  const tell = (frame: object) => socket.send(JSON.stringify(frame))
  const tick: Tick = (e) => tell({ t: 'tick', s: seq += e.length, at: Date.now(), e })
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ClientMessage
    if (message.t === 'hello') {
      tick([])
      tell({ t: 'you', at: Date.now(), e: told.orders.map((order) => ({ k: 'order', order })) })
    }
    if (message.t === 'react') tick([{ k: 'react', counts: { heart: 9 } }])
    if (message.t === 'ping') tell({ t: 'pong', at: Date.now(), echo: message.at })
    if (message.t === 'order') {
      tell({ t: 'reply', ref: message.ref, ok: true, value: place(told, world, message.order) })
    }
    if (message.t === 'chat') {
      const value = {
        id: `msg_${Date.now()}`, personId: 'per_1', name: told.me.displayName, text: message.text,
        atMs: Date.now(), isDemo: false, isStaff: false,
      }
      tell({ t: 'reply', ref: message.ref, ok: true, value })
    }
  })
  return tick
}
