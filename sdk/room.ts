import type { Refusal, Result } from '#kernel'
import type { ClientMessage } from '#stage/gateway/contract'
import type { Message } from '#stage/chat/contract'
import type { Order, PlaceOrder } from '#trade/orders/contract'
import { makeCalls } from './calls.ts'
import { makeHearing, type Heard } from './hearing.ts'
import { openSocket, openStream, type Hello, type Transport } from './line.ts'
import { watchPage } from './page.ts'
import { makeServerTime } from './server-clock.ts'
import { makeStaying, type RoomStatus } from './staying.ts'

export { applyEvents, chatKept } from './apply-events.ts'
export type { You } from './hearing.ts'
export type { RoomStatus } from './staying.ts'

export interface RoomOptions extends Heard {
  /** Where the house is; the page's own origin when not said. */
  readonly url?: string
  readonly showId: string
  readonly market?: string
  readonly staff?: boolean
  /** Of a room that is drawn already: only what came after it is asked for. */
  readonly seq?: number
  readonly epoch?: string
  /** On every `open` after the first, own orders may have changed meanwhile: read them again. */
  onStatus?(status: RoomStatus, refusal?: Refusal): void
  /** How long a message took there and back, ms; after every opening and every 20 s. */
  onTrip?(tripMs: number): void
  readonly transport?: Transport
}

export interface RoomLine {
  readonly status: RoomStatus
  readonly seq: number
  readonly kind: 'ws' | 'sse'
  /** The server's clock, ms; good to half a round trip. */
  serverNow(): number
  say(text: string): Promise<Result<Message, Refusal>>
  order(order: PlaceOrder): Promise<Result<Order, Refusal>>
  react(kind: 'heart' | 'clap' | 'wow'): void
  setMarket(market: string): void
  /** Connects anew as whoever the cookie says now: after a sign-in or a new name. */
  refresh(): void
  close(): void
}

const pingMs = 20_000
const quietMs = 5000
const protocol = 1
const forGood = ['stage.gateway.protocol_old', 'stage.gateway.show_unknown',
  'people.accounts.not_allowed', 'people.accounts.sign_in_needed']

const pageOrigin = (): string =>
  (globalThis as { location?: { origin: string } }).location?.origin ?? ''

/** The connection of one room: what is heard, in order, over a line that is kept open. */
function makeWire(options: RoomOptions) {
  const { transport = {}, showId } = options
  const baseUrl = (options.url ?? pageOrigin()).replace(/\/$/, '')
  const steady = () => performance.now()
  const time = makeServerTime(steady, () => Date.now())
  const calls = makeCalls()
  let { market } = options
  let isAsking = false
  let heardAt = 0

  const hello = (): Hello => ({
    t: 'hello', v: protocol, show: showId,
    ...(hearing.epoch === undefined ? {} : { seq: hearing.seq, epoch: hearing.epoch }),
    ...(market === undefined ? {} : { market }),
    ...(options.staff ? { staff: true } : {}),
  })
  const staying = makeStaying({
    open(kind, hears) {
      isAsking = false
      const open = kind === 'ws' ? openSocket : openStream
      return open(baseUrl, hello(), transport, {
        ...hears,
        frame(frame) {
          heardAt = steady()
          hearing.hear(frame)
        },
      })
    },
    status(status, refusal) {
      options.onStatus?.(status, refusal)
      if (status === 'open') ping()
    },
    broke: () => calls.fail('sdk.offline'),
  })
  const hearing = makeHearing(options, options, {
    ask() {
      // A stream that fell behind is opened again from our seq; its own end cannot be asked.
      if (staying.kind === 'sse') return staying.connect()
      if (isAsking) return
      isAsking = true
      staying.line?.send({ t: 'ask', seq: hearing.seq })
    },
    arrived() {
      isAsking = false
      staying.arrived()
    },
    reply: calls.answer,
    pong(frame) {
      staying.heard()
      time.hear(frame.echo, steady(), frame.at)
      options.onTrip?.(Math.max(0, steady() - frame.echo))
    },
    refused(refusal) {
      if (forGood.includes(refusal.code)) staying.close(refusal)
      else if (refusal.code === 'stage.gateway.full') staying.wait(refusal)
    },
    time: time.guess,
  })
  function ping(): void {
    if (staying.status !== 'open') return
    staying.line?.send({ t: 'ping', at: steady() })
    if (staying.kind === 'ws') staying.expectFrame()
  }
  return {
    staying, hearing, calls, time,
    isQuiet: () => steady() - heardAt > quietMs,
    ping,
    setMarket(next: string) {
      market = next
      if (staying.kind === 'ws') staying.line?.send({ t: 'market', market: next })
    },
  }
}

/** Listens to a room and stays with it: resumes by seq, asks after a gap, comes back when the line
 *  breaks, and goes by server-sent events where WebSockets are blocked. */
export function connectRoom(options: RoomOptions): RoomLine {
  const wire = makeWire(options)
  const { staying, hearing, calls } = wire
  const heartbeat = setInterval(wire.ping, pingMs)
  const unwatch = watchPage({
    online: () => { if (staying.status === 'lost') staying.connect() },
    shown() {
      if (staying.status === 'lost') staying.connect()
      else if (wire.isQuiet()) wire.ping()
    },
  })

  async function request<T>(make: (ref: string) => ClientMessage): Promise<Result<T, Refusal>> {
    const { line } = staying
    if (!line || staying.status !== 'open') return { ok: false, refusal: { code: 'sdk.offline' } }
    return calls.make<T>((ref) => line.send(make(ref)))
  }

  staying.connect()
  return {
    get status() { return staying.status },
    get seq() { return hearing.seq },
    get kind() { return staying.kind },
    serverNow: wire.time.now,
    async say(text) {
      const said = await request<Message>((ref) => ({ t: 'chat', ref, text }))
      // In a crowded room lines are sampled; one's own is always seen.
      if (said.ok) options.onEvents?.([{ k: 'chat', message: said.value }])
      return said
    },
    order: (order) => request<Order>((ref) => ({ t: 'order', ref, order })),
    react: (kind) => staying.line?.send({ t: 'react', kind }),
    setMarket: wire.setMarket,
    refresh() {
      hearing.forget()
      staying.connect()
    },
    close() {
      clearInterval(heartbeat)
      unwatch()
      staying.close()
    },
  }
}
