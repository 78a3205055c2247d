import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { systemClock, type Refusal, type Result } from '#kernel'
import { connectRoom, makeClient, type Client, type RoomLine, type RoomOptions } from '#sdk'
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
}

type StreamLike = ReturnType<NonNullable<NonNullable<RoomOptions['transport']>['makeStream']>>

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
  /** Sends every key without an answer again, on both ways at the same moment; and some that had
   *  one, which must be the same again. */
  sendAgain(): Promise<number>
  close(): Promise<void>
}

const PAUSE_MS = 60
/** After no answer people wait a little before they try again. */
const AGAIN_MS = 400
const PAY_EVERY = 3
const BOTH_WAYS_EVERY = 5
const REPEATED = 20

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

/** Programs have no event streams: the line goes back to its socket. */
function noStream(): StreamLike {
  return {
    close() {},
    addEventListener(name: string, listen: (event: never) => void) {
      if (name === 'error') systemClock.after(50, () => (listen as () => void)())
    },
  }
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
    transport: { makeSocket: (to) => new WebSocket(to, { headers }) as never,
      makeStream: noStream },
  })
  return { personId, client, line, deliveryId }
}

const byHttp = ({ buyer, order }: Intent) => buyer.client.call('POST /api/orders', { body: order })
const bySocket = ({ buyer, order }: Intent) => buyer.line.order(order)

/** Writes down what the buyer was told; answers what contradicts what he was told before. */
function hear(intent: Intent, answer: Result<Order, Refusal>): string[] {
  const { fate, orderId, order: { key } } = intent
  if (answer.ok) {
    intent.fate = 'held'
    intent.orderId = answer.value.id
    return [
      ...orderId !== null && orderId !== answer.value.id ? [`two orders: ${key}`] : [],
      ...fate === 'refused' ? [`refused, then held: ${key}`] : [],
    ]
  }
  const { code } = answer.refusal
  if (UNKNOWN.has(code)) return []
  if (fate !== 'held') intent.fate = 'refused'
  return [
    ...EXPECTED.has(code) ? [] : [`refused with ${code}: ${key}`],
    ...fate === 'held' ? [`held, then refused with ${code}: ${key}`] : [],
  ]
}

function makeIntent(buyer: Buyer, goods: Goods, isOffer: boolean): Intent {
  return {
    buyer, fate: 'unknown', orderId: null,
    order: {
      key: randomUUID(), showId: goods.showId, offerId: isOffer ? goods.offerId : null,
      variantId: goods.variantId, quantity: 1, market: goods.market, deliveryId: buyer.deliveryId,
      unitAmountMinor: isOffer ? goods.offerMinor : goods.usualMinor,
    },
  }
}

type Approve = (paymentId: string) => Promise<void>

/** A payment that breaks here is left to the house: it must find it again by itself. */
async function pay({ buyer, orderId }: Intent, approve: Approve): Promise<void> {
  const params = { orderId: orderId! }
  const opened = await buyer.client.call('POST /api/orders/:orderId/pay', { params })
  if (opened.ok && opened.value.state !== 'captured') await approve(opened.value.id)
}

/** Real clients that buy over HTTP and the socket, half of them each way, and pay for some. */
export async function startLoad(deps: {
  url: string; goods: Goods; buyers: number; approve: Approve
}): Promise<Load> {
  const { goods } = deps
  const buyers = await Promise.all(
    Array.from({ length: deps.buyers }, () => makeBuyer(deps.url, goods)))
  const intents: Intent[] = []
  const oddities: string[] = []
  const payments = new Set<Promise<void>>()
  let isRunning = false
  let running: Promise<unknown> = Promise.resolve()

  const send = (intent: Intent, ways: readonly (typeof byHttp | typeof bySocket)[]) =>
    Promise.all(ways.map(async (way) => {
      const answer = await way(intent)
      oddities.push(...hear(intent, answer))
      return answer.ok
    }))

  async function shop(buyer: Buyer, way: typeof byHttp | typeof bySocket): Promise<void> {
    for (let turn = 0; isRunning; turn++) {
      const intent = makeIntent(buyer, goods, turn % 2 === 0)
      intents.push(intent)
      await send(intent, turn % BOTH_WAYS_EVERY === 0 ? [byHttp, bySocket] : [way])
      if (intent.orderId && turn % PAY_EVERY === 0) {
        const paying = pay(intent, deps.approve).catch(() => {})
          .finally(() => payments.delete(paying))
        payments.add(paying)
      }
      await systemClock.sleep(intent.fate === 'unknown' ? AGAIN_MS : PAUSE_MS)
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
      running = Promise.all(buyers.map((buyer, index) =>
        shop(buyer, index % 2 === 0 ? byHttp : bySocket)))
    },
    async sendAgain() {
      const open = intents.filter((intent) => intent.fate === 'unknown')
      for (const intent of open) await send(intent, [byHttp, byHttp, bySocket])
      const held = intents.filter((intent) => intent.fate === 'held').slice(-REPEATED)
      for (const intent of held) {
        const answers = await send(intent, [byHttp, bySocket])
        // A socket may still be on its way back; over HTTP the house has answered already.
        if (!answers[0]) oddities.push(`not given again: ${intent.orderId}`)
      }
      return open.length
    },
    async close() {
      await pause()
      for (const buyer of buyers) buyer.line.close()
    },
  }
}
