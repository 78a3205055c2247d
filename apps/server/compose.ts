import { join } from 'node:path'
import type { Meter, MetricsSources } from '#adapters/metrics-prometheus'
import { makeSandboxPay } from '#adapters/pay-sandbox'
import { makeRelay, writeFacts, type Database, type Relay, type Tx } from '#adapters/store-postgres'
import { makeCancelOrder } from '#flows/cancel-order'
import { makeExpire } from '#flows/expire'
import { makeOpenOffer } from '#flows/open-offer'
import { makePayOrder } from '#flows/pay-order'
import { makePlaceOrder } from '#flows/place-order'
import { makeReconcile } from '#flows/reconcile'
import { makeRefundOrder } from '#flows/refund-order'
import { makeReplayFlow } from '#flows/replay'
import { makeSettlePayment } from '#flows/settle-payment'
import { makeQuality, makeQualityRoutes } from '#insight/quality'
import { Fault, type Clock, type Ids, type Log, type Random, type RouteTable, type ShowId,
} from '#kernel'
import { makeAccounts } from '#people/accounts'
import { isAllowed, type Mailer } from '#people/accounts/contract'
import { makeAudit } from '#people/audit'
import { makeBackstage, makeBackstageRoutes } from '#stage/backstage'
import { makeChat, makeChatRoutes } from '#stage/chat'
import { addressKey, makeGateway, type ClientOf, type OriginRule } from '#stage/gateway'
import { makeReplayRoutes, makeReplays, momentOf, placeOf } from '#stage/replay'
import { makeShowRoutes, makeShows } from '#stage/show'
import { makeCatalog, makeCatalogRoutes } from '#trade/catalog'
import { makeOffers, makeOffersRoutes } from '#trade/offers'
import { offerLimits } from '#trade/offers/contract'
import { makeOrders, makeOrdersRoutes } from '#trade/orders'
import { makePayments, makePaymentsRoutes } from '#trade/payments'
import type { Payments } from '#trade/payments/contract'
import { makeStock, makeStockRoutes } from '#trade/stock'
import { deskRoutes } from '../../views/desk.ts'
import { readOpenPayments } from '../../views/figures.ts'
import { replayRoutes } from '../../views/replay.ts'
import { makeRoomView } from '../../views/room.ts'
import { readIceServers, type ServerEnv } from './env.ts'
import { rtmpUrlFor } from './ingest-url.ts'
import { startJobs } from './jobs.ts'
import { makeMediaControl } from './media-control.ts'
import { makeMediaFigures } from './metrics.ts'
import type { MediaFleet } from './media-fleet/index.ts'
import { phoneOriginFor } from './phone-origin.ts'
import { keepRule, makeRecordings } from './recordings.ts'
import { makeSeats } from './seats/book.ts'
import { seatOrders, seatStage } from './seats/needs.ts'
import { makeTell } from './tell.ts'

export interface House {
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly log: Log
  readonly database: Database
  readonly mailer: Mailer
  readonly env: ServerEnv
  readonly merchant: string
  readonly meter: Meter
  readonly media: MediaFleet
  readonly web: {
    readonly origin: OriginRule; readonly cookieName: string; readonly clientOf: ClientOf
  }
}

/** The same payments, each new state counted. */
function countStates<P extends Payments<Tx>>(payments: P, meter: Meter): P {
  return {
    ...payments,
    async applyEvent(tx, event) {
      const applied = await payments.applyEvent(tx, event)
      if (applied.changed && applied.payment) meter.payment(applied.payment.state)
      return applied
    },
  }
}

/** Goods and money. */
function makeTrade(house: House) {
  const { env, clock } = house
  const base = { ...house, writeFacts }
  const provider = makeSandboxPay({
    baseUrl: env.SILKCAST_PAY_URL, key: env.SILKCAST_PAY_KEY,
    webhookSecret: env.SILKCAST_PAY_WEBHOOK_SECRET, clock,
  })
  return {
    catalog: makeCatalog<Tx>({ ...base, picturesDir: join(env.SILKCAST_DATA, 'pictures') }),
    stock: makeStock<Tx>(base),
    offers: makeOffers<Tx>(base),
    orders: makeOrders<Tx>(base),
    payments: countStates(makePayments<Tx>({ ...base, provider }), house.meter),
  }
}
type Trade = ReturnType<typeof makeTrade>

/** People and what they may do. A person who signs out is dropped from every room. */
function makePeople(house: House, trade: Trade, stage: () => Stage) {
  const audit = makeAudit({ db: house.database.kysely, clock: house.clock })
  const accounts = makeAccounts({
    ...house, db: house.database.kysely, publicUrl: house.env.SILKCAST_PUBLIC_URL,
    markets: async () => (await trade.catalog.listMarkets()).map((market) => market.country),
    onSignOut: (personId) => stage().gateway.drop(personId),
  })
  return { accounts, audit }
}
type People = ReturnType<typeof makePeople>

/** The live show: its state, its talk, its rooms. Orders that come over a socket go to the flow. */
function makeStage(house: House, trade: Trade, people: People, flows: () => Flows) {
  const { clock, log, env } = house
  const base = { ...house, writeFacts }
  const media = makeMediaControl(env, house.media)
  const shows = makeShows<Tx>({ ...base, media })
  const seats = makeSeats(house)
  const backstage = seatStage(makeBackstage<Tx>({ ...base, media, shows }), seats)
  shows.onChange((show) => {
    if (show.state !== 'ended') return
    backstage.close(show.id as ShowId)
      .catch((cause: unknown) => log.error('backstage.close', { cause: String(cause) }))
  })
  const chat = makeChat({
    ...base,
    isOpen: async (showId) => ((await shows.read(showId))?.state ?? 'ended') !== 'ended',
    room: {
      said: (showId, message) => gateway.tell(showId, { k: 'chat', message }),
      gone: (showId, gone) => gateway.tell(showId, { k: 'gone', ids: [...gone] }),
      muted: (_showId, personId, muted) => gateway.tellPerson(personId, { k: 'muted', muted }),
    },
  })
  const replays = makeReplays({
    ...house, recordings: makeRecordings(env, house.media), keep: keepRule(env),
  })
  const room = makeRoomView({ ...trade, shows, chat, clock, gateway: () => gateway })
  const gateway = makeGateway({
    ...base, who: people.accounts.whoBySession,
    ports: {
      snapshot: room.readRoom,
      staffSnapshot: room.readStaff,
      isMuted: chat.isMuted,
      allowed: isAllowed,
      chat: (who, showId, text) => chat.say({
        showId, text, personId: who.personId!, name: who.displayName, isDemo: who.isDemo,
        isStaff: who.roles.length > 0,
      }),
      order: (who, order) => flows().placeOrder.place(who, order),
    },
  })
  const tell = seatOrders(makeTell({ gateway, room, catalog: trade.catalog, clock, log }), seats)
  shows.onChange(tell.showChanged)
  return { shows, backstage, chat, replays, gateway, room, tell, seats }
}
type Stage = ReturnType<typeof makeStage>

/** What the show teaches. */
function makeInsight(house: House, { shows }: Stage) {
  return {
    quality: makeQuality<Tx>({
      ...house, networkOf: addressKey,
      isLive: async (showId) => (await shows.read(showId))?.state === 'live',
    }),
  }
}
type Insight = ReturnType<typeof makeInsight>

/** What acts on two modules. */
function makeFlows(house: House, trade: Trade, people: People, stage: Stage) {
  const { shows, replays, tell, seats } = stage
  const { clock, log, env } = house
  const base = { ...house, ...trade, shows }
  const { settle, push } = makeSettlePayment<Tx>({
    ...base, tell: tell.orderChanged, readCountries: people.accounts.readDeliveryCountries,
  })
  const openOffer = makeOpenOffer<Tx>({
    ...base, pin: shows.pin,
    lagCapMs: Number(env.SILKCAST_LAG_CAP_MS ?? offerLimits.lagCapMs),
    afterOpen: tell.offerChanged, afterClose: tell.offerChanged,
  })
  const stopSale = async (showId: ShowId, stopped: boolean) => {
    const show = await shows.stopSale(showId, stopped)
    if (stopped) await openOffer.closeOpen(showId, 'sale_stopped')
    return show
  }
  return {
    openOffer, stopSale, settle, replay: makeReplayFlow({ shows, replays, log }),
    placeOrder: makePlaceOrder<Tx>({
      ...base, accounts: people.accounts, afterCommit: tell.batchPlaced,
      meter: house.meter,
      onTried: (showId, buyerId) => seats.need(showId, buyerId, false),
      momentMs: offerLimits.momentMs,
      holdSeconds: env.SILKCAST_HOLD_SECONDS ? Number(env.SILKCAST_HOLD_SECONDS) : undefined,
    }),
    cancelOrder: makeCancelOrder<Tx>({ ...base, afterCommit: tell.orderChanged }),
    payOrder: makePayOrder<Tx>({
      ...base, settle, returnUrl: (order) => `${env.SILKCAST_PUBLIC_URL}/?order=${order.id}`,
    }),
    refundOrder: makeRefundOrder<Tx>({
      ...base, audit: people.audit, push, tell: tell.orderChanged,
    }),
    reconcile: makeReconcile<Tx>({ payments: trade.payments, settle, clock, log }),
    expire: makeExpire<Tx>({
      ...base,
      afterExpired: (expired) => expired.forEach(tell.orderChanged),
      afterOver: (over) => over.forEach(tell.offerChanged),
    }),
  }
}
type Flows = ReturnType<typeof makeFlows>

/** Everything that answers HTTP; every route names the act that it needs. */
function makeRoutes(
  house: House, trade: Trade, people: People, stage: Stage, flows: Flows, insight: Insight,
): RouteTable[] {
  const { openOffer, settle } = flows
  const parts = { ...house, ...trade, ...people, ...stage, ...insight }
  return [
    people.accounts.routes, people.audit.routes, stage.gateway.routes,
    makeQualityRoutes(parts),
    makeBackstageRoutes({
      ...parts, originFor: (host) => phoneOriginFor(house.env.SILKCAST_PUBLIC_URL, host),
    }),
    deskRoutes(parts), replayRoutes({ ...stage, places: { placeOf, momentOf } }),
    makeReplayRoutes({
      ...parts, setPublic: flows.replay.setPublic,
      remove: (showId) => flows.replay.remove(showId, 'by_hand'),
    }),
    makeCatalogRoutes(parts), makeChatRoutes(parts),
    makeStockRoutes({
      ...parts,
      stock: {
        ...trade.stock,
        async setLevel(...count) {
          const level = await trade.stock.setLevel(...count)
          stage.tell.stockCounted()
          return level
        },
      },
    }),
    makeOffersRoutes({
      ...trade,
      open: (_who, showId, draft) => openOffer.open(showId, draft),
      close: (_who, showId, offerId) => openOffer.close(showId, offerId),
    }),
    makeOrdersRoutes({
      ...trade, place: flows.placeOrder.place, cancel: flows.cancelOrder,
    }),
    makePaymentsRoutes({
      provider: trade.payments.provider, clock: house.clock, settle,
      pay: flows.payOrder, refund: flows.refundOrder,
    }),
    makeShowRoutes({
      ...parts, stopSale: flows.stopSale, heard: insight.quality.hearMedia,
      rtmpUrl: (host) => rtmpUrlFor(house.env, host),
      ways: { place: house.media.place, guestByKey: stage.backstage.identify },
      iceServers: readIceServers(house.env),
      async phoneLink(who, host, path) {
        const made = await people.accounts.makeCameraToken(who.personId!)
        const { origin, isSecure } = phoneOriginFor(house.env.SILKCAST_PUBLIC_URL, host)
        return made && {
          isSecure, expiresAtMs: made.expiresAtMs,
          url: `${origin}/sign-in?to=${path}#${made.token}`,
        }
      },
    }),
  ]
}

/** Work without a caller: facts to their listeners, expiry, reconciliation, lost signals. */
function makeWork(
  house: House, trade: Trade, people: People, { shows, backstage, replays }: Stage, flows: Flows,
  insight: Insight, relay: Relay,
) {
  const none = async (work: Promise<unknown>) => work.then(() => 0)
  const jobs = [
    { name: 'expire', everyMs: 500, run: async () => (await flows.expire.sweep()).orders },
    { name: 'reconcile', everyMs: 2000, run: async () => (await flows.reconcile()).settled },
    { name: 'signals', everyMs: 1000, run: () => none(shows.sweep()) },
    { name: 'backstage', everyMs: 1000, run: () => none(backstage.sweep()) },
    { name: 'quality', everyMs: 60_000, run: insight.quality.sweep },
    { name: 'replays', everyMs: 2000, run: () => none(replays.sweep()) },
    { name: 'keeping', everyMs: 60_000, run: flows.replay.tidy },
    { name: 'sessions', everyMs: 3_600_000, run: () => none(people.accounts.sweep()) },
    { name: 'webhooks', everyMs: 3_600_000, run: () => none(trade.payments.sweep()) },
  ]
  return () => {
    relay.start()
    const running = startJobs(jobs, house)
    return async () => {
      await flows.placeOrder.idle()
      await running.stop()
      await insight.quality.sweep()
      await relay.stop()
    }
  }
}

/** What /metrics asks when somebody reads it. */
const makeSources = (
  { database, clock, env }: House, stage: Stage, flows: Flows, insight: Insight, relay: Relay,
): MetricsSources => ({
  gateway: stage.gateway.readMetrics,
  ordersWaiting: () => flows.placeOrder.waiting,
  quality: () => insight.quality.size,
  openPayments: () => readOpenPayments(database.kysely),
  async outbox() {
    const { written, oldestAtMs } = await relay.readFigures()
    const lagMs = Object.entries(oldestAtMs).map(([listener, atMs]) =>
      [listener, atMs === null ? 0 : Math.max(0, clock.nowMs() - atMs)])
    return { written, lagMs: Object.fromEntries(lagMs) as Record<string, number> }
  },
  media: makeMediaFigures(env),
})

/** The map of the server: every part, what it is given, and what it tells. */
export function compose(house: House) {
  const trade = makeTrade(house)
  const people: People = makePeople(house, trade, () => stage)
  const stage: Stage = makeStage(house, trade, people, () => flows)
  const flows: Flows = makeFlows(house, trade, people, stage)
  const insight: Insight = makeInsight(house, stage)
  const relay = makeRelay({ ...house, listeners: [] })
  const { accounts } = people

  /** A session without a mail, for the demo's director: a link is made and used at once. */
  const startStaffSession = async (email: string): Promise<string> => {
    const link = await accounts.makeLink(email)
    const signedIn = await accounts.signIn(link.split('#')[1]!)
    if (!signedIn) throw new Fault('accounts.link_taken', { retryable: true })
    return signedIn.cookie
  }
  return {
    ...trade, ...people, ...stage, ...insight, startStaffSession,
    routes: makeRoutes(house, trade, people, stage, flows, insight),
    startWork: makeWork(house, trade, people, stage, flows, insight, relay),
    sources: makeSources(house, stage, flows, insight, relay),
  }
}
