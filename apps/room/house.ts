import { applyEvents, connectRoom, makeClient, type RoomLine } from '#sdk'
import type { Refusal, Result } from '#kernel'
import type { Delivery, Me } from '#people/accounts/contract'
import type { PersonEvent, RoomEvent, RoomSnapshot } from '#stage/gateway/contract'
import type { Replay } from '#stage/replay/contract'
import type { Order, PlaceOrder } from '#trade/orders/contract'
import type { Payment } from '#trade/payments/contract'
import type { ReplayLine } from '#views/contract'
import type { BootData } from './boot.ts'
import { makeServerClock, type ServerClock } from './clock.ts'
import { makeCueing } from './cues/cueing.ts'
import { makeLowDelay, type Delay, type LowDelay } from './stage/low-delay.ts'
import { makeMediaClock, type MediaClock } from './stage/media-clock.ts'
import { makeStore, type Store } from './store.ts'
import type { Comfort } from './view/comfort.ts'
import { isLineThrifty, keepComfort, onLineChange, readComfort } from './view/device.ts'

/** How the line to the server stands. `broken`: the server turned this page away for good. */
export type Line = 'connecting' | 'open' | 'lost' | 'broken'

export interface RoomState extends Comfort {
  /** The browser asks to save data, or takes the line for slow. */
  readonly isLineThrifty: boolean
  readonly room: RoomSnapshot
  readonly line: Line
  readonly isOnline: boolean
  readonly me: Me | null
  readonly isMuted: boolean
  readonly market: string
  /** null until they have been read. */
  readonly orders: readonly Order[] | null
  readonly delay: Delay
}

/** A wish to come on stage: `invited` once the host agreed. */
export type Hand = 'down' | 'up' | 'invited'

/** Everything the Room asks of the server: one place that knows the sdk. */
export interface House {
  readonly state: Store<RoomState>
  readonly clock: ServerClock
  /** Where the picture is: players say, cues wait for it. */
  readonly media: MediaClock
  readonly lowDelay: LowDelay
  readonly boot: BootData
  say(text: string): Promise<Result<unknown>>
  react(): void
  onHearts(listener: (count: number) => void): () => void
  onPerson(listener: (event: PersonEvent) => void): () => void
  placeOrder(order: PlaceOrder): Promise<Result<Order>>
  pay(orderId: string): Promise<Result<Payment>>
  cancel(orderId: string): Promise<Result<Order>>
  readOrders(): Promise<readonly Order[] | null>
  saveDelivery(delivery: Delivery): Promise<Result<string>>
  rename(displayName: string): Promise<Result<Me>>
  /** How the visitor's hand stands; null when nobody could say. */
  readHand(): Promise<Hand | null>
  setHand(isUp: boolean): Promise<Result<Hand>>
  /** Where the stage is, for one whose hand was taken. */
  handPath(): Promise<Result<string>>
  setMarket(market: string): void
  /** Changes the view, data saver or keys, and remembers it on this device. */
  setComfort(change: Partial<Comfort>): void
  /** null: not public, or it cannot be read now. */
  readReplay(): Promise<Replay | null>
  /** A page of what was said from a place of the replay on. */
  readReplayChat(fromMs: number, next?: string): Promise<{
    readonly lines: readonly ReplayLine[], readonly next: string | null
  } | null>
}

function withOrder(orders: readonly Order[] | null, order: Order): readonly Order[] {
  const known = orders ?? []
  return known.some((one) => one.id === order.id)
    ? known.map((one) => (one.id === order.id ? order : one)) : [order, ...known]
}

const YEAR_SECONDS = 365 * 24 * 3600
const remember = (name: string, value: string) => {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`
}

export const rememberLocale = (locale: string): void => remember('lang', locale)

function listeners<T>() {
  const all = new Set<(value: T) => void>()
  return {
    tell: (value: T) => { for (const listener of all) listener(value) },
    add(listener: (value: T) => void) {
      all.add(listener)
      return () => void all.delete(listener)
    },
  }
}

const unanswered: Refusal = { code: 'sdk.offline' }
/** The socket answers in milliseconds; after this the same intent goes by HTTP. */
const SOCKET_ANSWER_MS = 4000
/** By then the server has heard that somebody orders. */
const ORDER_KNOWN_MS = 400

const within = <T>(ms: number, work: Promise<T>): Promise<T | null> =>
  Promise.race([work, new Promise<null>((done) => setTimeout(() => done(null), ms))])

export function makeHouse(boot: BootData): House {
  const client = makeClient()
  const showId = boot.room.show.id
  const clock = makeServerClock(boot.serverNowMs, () => performance.now())
  const hearts = listeners<number>()
  const persons = listeners<PersonEvent>()
  const state = makeStore<RoomState>({
    room: boot.room, line: 'connecting', isOnline: navigator.onLine, me: boot.me, isMuted: false,
    market: boot.market, orders: null, delay: 'unavailable', isLineThrifty: isLineThrifty(),
    ...readComfort(),
  })

  const hearPerson = (event: PersonEvent) => {
    if (event.k === 'order') state.set(({ orders }) => ({ orders: withOrder(orders, event.order) }))
    if (event.k === 'muted') state.set({ isMuted: event.muted })
    if (event.k === 'moved') lowDelay.moveAway(event.session)
    persons.tell(event)
  }
  const media = makeMediaClock()
  const lowDelay = makeLowDelay(() => performance.now())
  const cueing = makeCueing({
    media, serverNowMs: clock.nowMs, perfMs: () => performance.now(),
    isHidden: () => document.hidden, shown: () => state.get().room,
    show: (events) => state.set(({ room }) => ({ room: applyEvents(room, events) })),
    every(ms, run) {
      const timer = setInterval(run, ms)
      return () => clearInterval(timer)
    },
  })
  document.addEventListener('visibilitychange', cueing.look)
  const hearRoom = (events: readonly RoomEvent[]) => {
    cueing.hear(events)
    for (const event of events) {
      if (event.k === 'react') hearts.tell(Object.values(event.counts).reduce((a, b) => a + b, 0))
    }
  }
  let link: RoomLine | null = null
  const hearLine = (line: Line) => {
    const before = state.get().line
    // Every new try begins with `connecting`: to a person the line is still lost.
    if (line === 'connecting' && before === 'lost') return
    state.set({ line })
    if (line === 'open' && before === 'lost' && state.get().orders) void house.readOrders()
  }
  const join = () => {
    link = connectRoom({
      showId, market: boot.market, seq: boot.seq, epoch: boot.epoch,
      onSnapshot: (room, you) => state.set({ room: cueing.draw(room), isMuted: you.muted }),
      onEvents: hearRoom,
      onPerson: (events) => events.forEach(hearPerson),
      onTime: clock.hear,
      onTrip: clock.hearTrip,
      onStatus: hearLine,
    })
  }
  // The socket belongs to a person, so the visitor becomes a guest before it opens.
  const visit = async () => {
    if (!boot.me) {
      const answer = await client.call('POST /api/me/visit', {})
      if (answer.ok) state.set({ me: answer.value })
    }
    join()
  }
  void visit()
  addEventListener('online', () => state.set({ isOnline: true }))
  addEventListener('offline', () => state.set({ isOnline: false }))
  onLineChange(() => state.set({ isLineThrifty: isLineThrifty() }))

  const placeByHttp = (order: PlaceOrder) => client.call('POST /api/orders', { body: order })
  const sendOrder = async (order: PlaceOrder) => {
    if (link && state.get().line === 'open') {
      const answer = await within(SOCKET_ANSWER_MS, link.order(order))
      if (answer && (answer.ok || !answer.refusal.code.startsWith('sdk.'))) return answer
    }
    return placeByHttp(order)
  }
  const house: House = {
    state, clock, media, lowDelay, boot,
    say: (text) => link?.say(text) ?? Promise.resolve({ ok: false, refusal: unanswered }),
    react: () => link?.react('heart'),
    onHearts: hearts.add,
    onPerson: persons.add,
    async placeOrder(order) {
      // An order may wait for its offer to open, and its buyer wants to see that.
      const timer = setTimeout(() => lowDelay.ask('need'), ORDER_KNOWN_MS)
      const answer = await sendOrder(order)
      clearTimeout(timer)
      lowDelay.ask('need')
      return answer
    },
    pay: (orderId) => client.call('POST /api/orders/:orderId/pay', { params: { orderId } }),
    async cancel(orderId) {
      const answer = await client.call('POST /api/orders/:orderId/cancel', { params: { orderId } })
      if (answer.ok) hearPerson({ k: 'order', order: answer.value })
      return answer
    },
    async readOrders() {
      const answer = await client.call('GET /api/orders/mine', {})
      if (answer.ok) state.set({ orders: answer.value })
      return answer.ok ? answer.value : null
    },
    async saveDelivery(delivery) {
      const answer = await client.call('PUT /api/me/delivery', { body: delivery })
      if (!answer.ok) return answer
      const { deliveryId } = answer.value
      state.set(({ me }) => ({ me: me && { ...me, delivery: { ...delivery, id: deliveryId } } }))
      return { ok: true, value: deliveryId }
    },
    async rename(displayName) {
      const answer = await client.call('PUT /api/me/name', { body: { displayName } })
      if (answer.ok) {
        state.set({ me: answer.value })
        link?.refresh()
      }
      return answer
    },
    async readHand() {
      const answer = await client.call('GET /api/shows/:showId/hand', { params: { showId } })
      return answer.ok ? answer.value.hand : null
    },
    async setHand(up) {
      const answer = await client.call('PUT /api/shows/:showId/hand',
        { params: { showId }, body: { up } })
      if (!answer.ok) return answer
      if (answer.value.hand !== 'down') lowDelay.ask('need')
      return { ok: true, value: answer.value.hand }
    },
    async handPath() {
      const answer = await client.call('POST /api/shows/:showId/hand/link', { params: { showId } })
      // This page is where the visitor is: the link's own address may be one for phones.
      return answer.ok ? { ok: true, value: `/stage${new URL(answer.value.url).hash}` } : answer
    },
    async readReplay() {
      const answer = await client.call('GET /api/shows/:showId/replay', { params: { showId } })
      return answer.ok ? answer.value : null
    },
    async readReplayChat(fromMs, next) {
      const answer = await client.call('GET /api/shows/:showId/replay/chat', {
        params: { showId }, query: { fromMs: Math.floor(fromMs), ...(next ? { next } : {}) },
      })
      return answer.ok ? answer.value : null
    },
    setMarket(market) {
      remember('market', market)
      state.set({ market })
      link?.setMarket(market)
    },
    setComfort(change) {
      state.set(change)
      const { view, dataSaver, hasKeys } = state.get()
      keepComfort({ view, dataSaver, hasKeys })
    },
  }
  return house
}
