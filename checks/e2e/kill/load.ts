import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { systemClock, type Refusal, type Result } from '#kernel'
import { connectRoom, makeClient, type Client, type RoomLine } from '#sdk'
import type { Order, PlaceOrder } from '#trade/orders/contract'

/** What the load sells: units of an offer and of the ordinary stock of the same variant. */
export interface Goods {
  readonly showId: string
  readonly variantId: string
  readonly offerId: string
  readonly market: string
  readonly offerMinor: number
  readonly usualMinor: number
}

/** One tap on Buy: how it was sent and what became of it, as far as the buyer knows. */
export interface Intent {
  readonly buyer: Buyer
  readonly order: PlaceOrder
  fate: 'unknown' | 'held' | 'refused'
  orderId: string | null
  code: string | null
}

export interface Buyer {
  readonly personId: string
  readonly client: Client
  readonly line: RoomLine
  readonly deliveryId: string
}

export interface Load {
  readonly intents: readonly Intent[]
  /** Answers that contradict each other or should not be; empty when all is well. */
  readonly oddities: readonly string[]
  resume(): void
  /** Done when everything on its way has an answer or none. */
  pause(): Promise<void>
  /** Sends every key without an answer again, twice at the same moment. */
  sendAgain(): Promise<number>
  close(): Promise<void>
}

const PAUSE_MS = 60
const PAY_EVERY = 3
const BOTH_WAYS_EVERY = 5

/** Refusals that say nothing about the order: it may exist or not. */
const UNKNOWN = new Set([
  'sdk.offline', 'sdk.no_answer', 'sdk.bad_answer', 'http.unavailable', 'trade.orders.busy',
])
/** The only clean no in this sale: twenty units of an offer per buyer. */
const EXPECTED = new Set(['trade.stock.cap_reached'])

function mustBe<T>(result: Result<T, Refusal>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

async function makeBuyer(url: string, goods: Goods): Promise<Buyer> {
  const visit = await fetch(`${url}/api/me/visit`, { method: 'POST' })
  const token = /sid=([^;]+)/.exec(visit.headers.get('set-cookie') ?? '')?.[1]
  const { personId } = await visit.json() as { personId: string }
  const headers = { cookie: `sid=${token}` }
  const client = makeClient({ baseUrl: url, headers, timeoutMs: 6000 })
  const { deliveryId } = mustBe(await client.call('PUT /api/me/delivery', {
    body: {
      name: 'Load Buyer', email: 'load@example.com', line1: 'Musterweg 1', city: 'Leipzig',
      postalCode: '04109', country: goods.market,
    },
  }))
  const line = connectRoom({
    url, showId: goods.showId, market: goods.market,
    transport: { makeSocket: (to) => new WebSocket(to, { headers }) as never },
  })
  return { personId, client, line, deliveryId }
}

/** Real clients that buy over HTTP and the socket, half of them each way, and pay for some. */
export async function startLoad(deps: {
  url: string; goods: Goods; buyers: number; approve: (paymentId: string) => Promise<void>
}): Promise<Load> {
  const { goods } = deps
  const buyers = await Promise.all(
    Array.from({ length: deps.buyers }, () => makeBuyer(deps.url, goods)))
  const intents: Intent[] = []
  const oddities: string[] = []
  const payments = new Set<Promise<void>>()
  let isRunning = false
  let running: Promise<unknown> = Promise.resolve()

  const byHttp = ({ buyer, order }: Intent) => buyer.client.call('POST /api/orders', { body: order })
  const bySocket = ({ buyer, order }: Intent) => buyer.line.order(order)

  function note(intent: Intent, answer: Result<Order, Refusal>): void {
    const key = intent.order.key
    if (answer.ok) {
      if (intent.orderId && intent.orderId !== answer.value.id) oddities.push(`two orders: ${key}`)
      if (intent.fate === 'refused') oddities.push(`refused, then held: ${key}`)
      intent.fate = 'held'
      intent.orderId = answer.value.id
      return
    }
    const { code } = answer.refusal
    if (UNKNOWN.has(code)) return
    if (!EXPECTED.has(code)) oddities.push(`refused with ${code}: ${key}`)
    if (intent.fate === 'held') oddities.push(`held, then refused with ${code}: ${key}`)
    intent.fate = 'refused'
    intent.code = code
  }

  async function pay({ buyer, orderId }: Intent): Promise<void> {
    const params = { orderId: orderId! }
    const opened = await buyer.client.call('POST /api/orders/:orderId/pay', { params })
    // A payment that breaks here is left to the house: it must find it again by itself.
    if (opened.ok && opened.value.state !== 'captured') await deps.approve(opened.value.id)
  }

  async function buy(buyer: Buyer, turn: number, way: number): Promise<void> {
    const isOffer = turn % 2 === 0
    const intent: Intent = {
      buyer, fate: 'unknown', orderId: null, code: null,
      order: {
        key: randomUUID(), showId: goods.showId, offerId: isOffer ? goods.offerId : null,
        variantId: goods.variantId, quantity: 1, market: goods.market, deliveryId: buyer.deliveryId,
        unitAmountMinor: isOffer ? goods.offerMinor : goods.usualMinor,
      },
    }
    intents.push(intent)
    const ways = turn % BOTH_WAYS_EVERY === 0 ? [byHttp, bySocket] : [way === 0 ? byHttp : bySocket]
    await Promise.all(ways.map(async (send) => note(intent, await send(intent))))
    if (intent.orderId && turn % PAY_EVERY === 0) {
      const paying = pay(intent).catch(() => {}).finally(() => payments.delete(paying))
      payments.add(paying)
    }
  }

  async function shop(buyer: Buyer, way: number): Promise<void> {
    for (let turn = 0; isRunning; turn++) {
      await buy(buyer, turn, way)
      await systemClock.sleep(PAUSE_MS)
    }
  }

  async function pause(): Promise<void> {
    isRunning = false
    await running
    await Promise.all(payments)
  }

  return {
    intents, oddities, pause,
    resume() {
      isRunning = true
      running = Promise.all(buyers.map((buyer, index) => shop(buyer, index % 2)))
    },
    async sendAgain() {
      const open = intents.filter((intent) => intent.fate === 'unknown')
      for (const intent of open) {
        const ways = [byHttp, byHttp, bySocket]
        await Promise.all(ways.map(async (send) => note(intent, await send(intent))))
      }
      return open.length
    },
    async close() {
      await pause()
      for (const buyer of buyers) buyer.line.close()
    },
  }
}
