import type { Refusal, Result } from '#kernel'
import type { ClientMessage, PersonEvent, RoomEvent, RoomSnapshot, ServerFrame, StaffEvent,
} from '#stage/gateway/contract'
import type { Message } from '#stage/chat/contract'
import type { Order, PlaceOrder } from '#trade/orders/contract'
import { makeCalls } from './calls.ts'
import { openSocket, openStream, type Hello, type Line, type Transport } from './line.ts'
import { watchPage } from './page.ts'
import { makeServerTime } from './server-clock.ts'

export { applyEvents, chatKept } from './apply-events.ts'

/** `broken`: the house turned this page away for good; nothing more is tried. */
export type RoomStatus = 'connecting' | 'open' | 'lost' | 'broken'
export type You = Extract<ServerFrame, { t: 'snapshot' }>['you']

export interface RoomOptions {
  /** Where the house is; the page's own origin when not said. */
  readonly url?: string
  readonly showId: string
  readonly market?: string
  readonly staff?: boolean
  /** Of a room that is drawn already: only what came after it is asked for. */
  readonly seq?: number
  readonly epoch?: string
  /** The whole room: draw it anew. Own orders may have changed meanwhile: read them again. */
  onSnapshot?(room: RoomSnapshot, you: You): void
  onEvents?(events: readonly RoomEvent[]): void
  onPerson?(events: readonly PersonEvent[]): void
  onStaff?(events: readonly StaffEvent[]): void
  /** On every `open` after the first, own orders may have changed meanwhile: read them again. */
  onStatus?(status: RoomStatus, refusal?: Refusal): void
  /** The server's time of a frame that has just arrived. */
  onTime?(serverNowMs: number): void
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

const firstWaitMs = 300
const longestWaitMs = 5000
const pingMs = 20_000
const answerMs = 8000
const socketTries = 2
const forGood = ['stage.gateway.protocol_old', 'stage.gateway.show_unknown',
  'people.accounts.not_allowed', 'people.accounts.sign_in_needed']
const protocol = 1

/** Listens to a room and stays with it: resumes by seq, asks after a gap, comes back when the line
 *  breaks, and goes by server-sent events where WebSockets are blocked. */
export function connectRoom(options: RoomOptions): RoomLine {
  const { transport = {}, showId } = options
  const baseUrl = (options.url ?? (globalThis as { location?: { origin: string } }).location?.origin ?? '')
    .replace(/\/$/, '')
  const steady = () => performance.now()
  const time = makeServerTime(steady, () => Date.now())
  const calls = makeCalls()
  let { market, seq = 0, epoch } = options
  let status: RoomStatus = 'lost'
  let line: Line | null = null
  let kind: 'ws' | 'sse' = 'ws'
  let failures = 0
  let socketFailures = 0
  let isAsking = false
  let isClosed = false
  let heardAt = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let answer: ReturnType<typeof setTimeout> | undefined

  function become(next: RoomStatus, refusal?: Refusal): void {
    if (status === next) return
    status = next
    options.onStatus?.(next, refusal)
  }

  function hello(): Hello {
    return {
      t: 'hello', v: protocol, show: showId,
      ...(epoch === undefined ? {} : { seq, epoch }),
      ...(market === undefined ? {} : { market }),
      ...(options.staff ? { staff: true } : {}),
    }
  }

  function connect(): void {
    clearTimeout(retry)
    clearTimeout(answer)
    line?.end()
    if (isClosed) return
    isAsking = false
    become('connecting')
    let wasOpened = false
    const hears = {
      opened() { wasOpened = true },
      frame: hear,
      closed() {
        if (!wasOpened) chooseWay()
        lose()
      },
    }
    line = (kind === 'ws' ? openSocket : openStream)(baseUrl, hello(), transport, hears)
    expectFrame()
  }

  /** Sockets first; streams when sockets are blocked; sockets again when streams fail, too. */
  function chooseWay(): void {
    if (kind === 'sse' || ++socketFailures >= socketTries) {
      kind = kind === 'ws' ? 'sse' : 'ws'
      socketFailures = 0
    }
  }

  /** A line that says nothing is no line. */
  function expectFrame(): void {
    clearTimeout(answer)
    answer = setTimeout(lose, answerMs)
  }

  function lose(refusal?: Refusal): void {
    line?.end()
    line = null
    clearTimeout(answer)
    clearTimeout(retry)
    calls.fail('sdk.offline')
    if (isClosed || status === 'broken') return
    become('lost', refusal)
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** failures++)
    retry = setTimeout(connect, wait * (0.5 + Math.random() / 2))
  }

  function ask(): void {
    if (isAsking) return
    // A stream that fell behind is opened again from our seq; its own end cannot be asked.
    if (line?.kind === 'sse') return connect()
    isAsking = true
    line?.send({ t: 'ask', seq })
  }

  function arrived(): void {
    clearTimeout(answer)
    failures = 0
    if (line?.kind === 'ws') socketFailures = 0
    become('open')
  }

  function hearTick(frame: Extract<ServerFrame, { t: 'tick' }>): void {
    const from = frame.s - frame.e.length
    if (from > seq) return ask()
    arrived()
    isAsking = false
    const fresh = frame.e.slice(seq - from)
    seq = Math.max(seq, frame.s)
    if (fresh.length > 0) options.onEvents?.(fresh)
  }

  function hear(frame: ServerFrame): void {
    heardAt = steady()
    if ('at' in frame) {
      time.guess(frame.at)
      options.onTime?.(frame.at)
    }
    switch (frame.t) {
      case 'snapshot':
        ;({ epoch } = frame)
        seq = frame.s
        isAsking = false
        arrived()
        options.onSnapshot?.(frame.room, frame.you)
        if (frame.staff) options.onStaff?.(frame.staff)
        return
      case 'tick': return hearTick(frame)
      case 'you': return options.onPerson?.(frame.e)
      case 'staff': return options.onStaff?.(frame.e)
      case 'reply': return calls.answer(frame.ref, frame)
      case 'pong':
        clearTimeout(answer)
        return time.hear(frame.echo, steady(), frame.at)
      case 'behind': return ask()
      case 'refused': return turnedAway(frame.refusal)
      default: return undefined
    }
  }

  function turnedAway(refusal: Refusal): void {
    if (forGood.includes(refusal.code)) {
      become('broken', refusal)
      close()
    } else if (refusal.code === 'stage.gateway.full') {
      failures = Math.max(failures, 5)
      lose(refusal)
    }
  }

  function ping(): void {
    if (!line || status !== 'open') return
    line.send({ t: 'ping', at: steady() })
    if (line.kind === 'ws') expectFrame()
  }

  const heartbeat = setInterval(ping, pingMs)
  const unwatch = watchPage({
    online: () => { if (status === 'lost') connect() },
    shown() {
      if (status === 'lost') connect()
      else if (steady() - heardAt > 5000) ping()
    },
  })

  function close(): void {
    isClosed = true
    clearInterval(heartbeat)
    clearTimeout(retry)
    clearTimeout(answer)
    unwatch()
    line?.end()
    line = null
    calls.fail('sdk.offline')
  }

  async function request<T>(make: (ref: string) => ClientMessage): Promise<Result<T, Refusal>> {
    const through = line
    if (!through || status !== 'open') return { ok: false, refusal: { code: 'sdk.offline' } }
    return calls.make<T>((ref) => through.send(make(ref)))
  }

  connect()
  return {
    get status() { return status },
    get seq() { return seq },
    get kind() { return kind },
    serverNow: time.now,
    async say(text) {
      const said = await request<Message>((ref) => ({ t: 'chat', ref, text }))
      // In a crowded room lines are sampled; one's own is always seen.
      if (said.ok) options.onEvents?.([{ k: 'chat', message: said.value }])
      return said
    },
    order: (order) => request<Order>((ref) => ({ t: 'order', ref, order })),
    react: (reaction) => line?.send({ t: 'react', kind: reaction }),
    setMarket(next) {
      market = next
      if (line?.kind === 'ws' && status === 'open') line.send({ t: 'market', market: next })
    },
    refresh() {
      epoch = undefined
      failures = 0
      connect()
    },
    close,
  }
}
