import { join } from 'node:path'
import type { Database, Tx } from '#adapters/store-postgres'
import { makeRelay, writeFacts } from '#adapters/store-postgres'
import { makeSandboxPay } from '#adapters/pay-sandbox'
import { makeCancelOrder } from '#flows/cancel-order'
import { makeExpire } from '#flows/expire'
import { makeOpenOffer } from '#flows/open-offer'
import { makePayOrder } from '#flows/pay-order'
import { makePlaceOrder } from '#flows/place-order'
import { makeReconcile } from '#flows/reconcile'
import { makeRefundOrder } from '#flows/refund-order'
import { makeSettlePayment } from '#flows/settle-payment'
import { Fault, type Clock, type Ids, type Log, type Random, type RouteTable, type ShowId } from '#kernel'
import { makeAccounts } from '#people/accounts'
import { isAllowed, type Mailer } from '#people/accounts/contract'
import { makeAudit } from '#people/audit'
import { makeChat, makeChatRoutes } from '#stage/chat'
import { makeGateway, type OriginRule } from '#stage/gateway'
import { makeShowRoutes, makeShows } from '#stage/show'
import { makeCatalog, makeCatalogRoutes } from '#trade/catalog'
import { makeOffers, makeOffersRoutes } from '#trade/offers'
import { makeOrders, makeOrdersRoutes } from '#trade/orders'
import { makePayments, makePaymentsRoutes } from '#trade/payments'
import { makeStock, makeStockRoutes } from '#trade/stock'
import { deskRoutes } from '../../views/desk.ts'
import { makeRoomView } from '../../views/room.ts'
import type { ServerEnv } from './env.ts'
import { startJobs } from './jobs.ts'
import { makeMediaControl } from './media-control.ts'
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
  readonly web: { readonly origin: OriginRule; readonly cookieName: string }
  countryOf(address: string): string | null
}

/** Announced this long before Buy opens, so that a viewer a few seconds behind has heard the price. */
const offerLeadMs = 3000

/** The map of the server: every part, what it is given, and what it tells. */
export function compose(house: House) {
  const { clock, ids, random, log, database, env } = house
  const base = { database, writeFacts, clock, ids, random, log }

  // people
  const audit = makeAudit({ db: database.kysely, clock })
  const accounts = makeAccounts({
    ...base, db: database.kysely, mailer: house.mailer, publicUrl: env.SILKCAST_PUBLIC_URL,
    markets: async () => (await catalog.listMarkets()).map((market) => market.country),
    onSignOut: (personId) => gateway.drop(personId),
  })

  // trade
  const catalog = makeCatalog({ ...base, picturesDir: join(env.SILKCAST_DATA, 'pictures') })
  const stock = makeStock<Tx>(base)
  const offers = makeOffers<Tx>(base)
  const orders = makeOrders<Tx>(base)
  const payments = makePayments<Tx>({
    ...base, provider: makeSandboxPay({
      baseUrl: env.SILKCAST_PAY_URL, key: env.SILKCAST_PAY_KEY,
      webhookSecret: env.SILKCAST_PAY_WEBHOOK_SECRET, clock,
    }),
  })

  // stage
  const shows = makeShows<Tx>({ ...base, merchant: house.merchant, media: makeMediaControl(env) })
  const chat = makeChat({
    ...base,
    isOpen: async (showId) => {
      const show = await shows.read(showId)
      return show !== null && show.state !== 'ended'
    },
    room: {
      said: (showId, message) => gateway.tell(showId, { k: 'chat', message }),
      gone: (showId, gone) => gateway.tell(showId, { k: 'gone', ids: [...gone] }),
      muted: (_showId, personId, muted) => gateway.tellPerson(personId, { k: 'muted', muted }),
    },
  })
  const room = makeRoomView({ shows, catalog, offers, stock, orders, chat, gateway: () => gateway, clock })
  const gateway = makeGateway({
    ...base, who: accounts.whoBySession, web: house.web,
    ports: {
      snapshot: (showId) => room.readRoom(showId),
      staffSnapshot: (showId) => room.readStaff(showId),
      isMuted: (showId, personId) => chat.isMuted(showId, personId),
      allowed: isAllowed,
      chat: (who, showId, text) => chat.say({
        showId, text, personId: who.personId!, name: who.displayName, isDemo: who.isDemo,
        isStaff: who.roles.length > 0,
      }),
      order: (who, order) => placeOrder.place(who, order),
      countryOf: house.countryOf,
    },
  })
  const tell = makeTell({ gateway, room, catalog, clock, log })
  shows.onChange(tell.showChanged)

  // flows
  const placeOrder = makePlaceOrder<Tx>({
    ...base, stock, orders, shows, offers, catalog, accounts, afterCommit: tell.batchPlaced,
    holdSeconds: env.SILKCAST_HOLD_SECONDS ? Number(env.SILKCAST_HOLD_SECONDS) : undefined,
  })
  const cancelOrder = makeCancelOrder<Tx>({ ...base, stock, orders, afterCommit: tell.orderChanged })
  const openOffer = makeOpenOffer<Tx>({
    ...base, stock, offers, shows, catalog, leadMs: offerLeadMs, pin: shows.pin,
    afterOpen: tell.offerChanged, afterClose: tell.offerChanged,
  })
  const settlePayment = makeSettlePayment<Tx>({
    ...base, payments, stock, orders, readCountries: accounts.readDeliveryCountries, tell: tell.orderChanged,
  })
  const payOrder = makePayOrder<Tx>({
    orders, payments, settle: settlePayment.settle, clock,
    returnUrl: (order) => `${env.SILKCAST_PUBLIC_URL}/?order=${order.id}`,
  })
  const refundOrder = makeRefundOrder<Tx>({
    ...base, payments, orders, audit, push: settlePayment.push, tell: tell.orderChanged,
  })
  const reconcile = makeReconcile<Tx>({ payments, settle: settlePayment.settle, clock, log })
  const expire = makeExpire<Tx>({
    ...base, stock, orders, offers,
    afterExpired: (expired) => expired.forEach(tell.orderChanged),
    afterOver: (over) => over.forEach((offer) => tell.offerChanged(offer)),
  })

  const stopSale = async (showId: ShowId, stopped: boolean) => {
    const show = await shows.stopSale(showId, stopped)
    if (stopped) await openOffer.closeOpen(showId, 'sale_stopped')
    return show
  }

  const relay = makeRelay({ database, clock, log, listeners: [] })
  const routes: RouteTable[] = [
    accounts.routes, audit.routes, deskRoutes({ orders, payments, accounts, stock, audit }),
    makeCatalogRoutes({ catalog, audit }), makeStockRoutes({ stock, catalog, audit }),
    makeOffersRoutes({
      offers, stock, open: (_who, showId, draft) => openOffer.open(showId, draft),
      close: (_who, showId, offerId) => openOffer.close(showId, offerId),
    }),
    makeOrdersRoutes({ orders, place: placeOrder.place, cancel: cancelOrder }),
    makePaymentsRoutes({
      provider: payments.provider, clock, pay: payOrder, settle: settlePayment.settle, refund: refundOrder,
    }),
    makeShowRoutes({ shows, audit, stopSale, rtmpUrl: (host) => rtmpUrl(env, host) }),
    makeChatRoutes({ chat, audit }), gateway.routes,
  ]

  const startWork = () => {
    relay.start()
    const jobs = startJobs([
      { name: 'expire', everyMs: 500, run: async () => (await expire.sweep()).orders },
      { name: 'reconcile', everyMs: 2000, run: async () => (await reconcile()).settled },
      { name: 'signals', everyMs: 1000, run: async () => { await shows.sweep(); return 0 } },
      { name: 'tidy', everyMs: 3_600_000, run: async () => { await accounts.sweep(); await payments.sweep(); return 0 } },
    ], { clock, log })
    return async () => {
      await placeOrder.idle()
      await jobs.stop()
      await relay.stop()
    }
  }

  const startStaffSession = async (email: string): Promise<string> => {
    const link = await accounts.makeLink(email)
    const signedIn = await accounts.signIn(link.split('#')[1]!)
    if (!signedIn) throw new Fault('accounts.link_taken', { retryable: true })
    return signedIn.cookie
  }

  return { startStaffSession, accounts, audit, catalog, stock, shows, chat, gateway, room, tell, routes, startWork }
}

/** The RTMP address as an encoder on the caller's network would write it. */
function rtmpUrl(env: ServerEnv, host: string | undefined): string {
  const from = host ?? new URL(env.SILKCAST_PUBLIC_URL).host
  const name = URL.canParse(`http://${from}`) ? new URL(`http://${from}`).hostname : undefined
  if (!name) throw new Fault('server.host')
  return `rtmp://${name}:${env.SILKCAST_RTMP_PORT}/live`
}
