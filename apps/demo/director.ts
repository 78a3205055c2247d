import type { Clock, Log, Random } from '#kernel'
import type { Client } from '#sdk'
import type { Product } from '#trade/catalog/contract'

export interface DirectorDeps {
  readonly client: Client
  readonly showId: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Handle of the product that the picture shows now. */
  readonly onScreen: () => string
  /** The session is over: a new one is needed. */
  readonly onSignedOut: () => void
}

const offerSeconds = 40
const talkMs = 2000
const restMs = 6000
const lowUnits = 6
const refillUnits = 60

/** The price of an offer: a tenth to a quarter off, in whole steps of ten minor units. */
function reduce(prices: Product['variants'][number]['prices'], percent: number) {
  return Object.fromEntries(
    Object.entries(prices).map(([market, price]) => [
      market,
      {
        currency: price.currency,
        amountMinor: Math.max(10, Math.round((price.amountMinor * (100 - percent)) / 1000) * 10),
      },
    ]),
  )
}

/** Goods arrive: a shelf that runs low is filled up, so that the demo can run for days. */
async function refill(client: Client, product: Product): Promise<void> {
  const levels = await client.call('GET /api/stock')
  if (!levels.ok) return
  for (const variant of product.variants) {
    const level = levels.value.find((one) => one.variantId === variant.id)
    const shelf = level?.byWarehouse[0]
    if (!level || !shelf || level.onHand - level.held >= lowUnits) continue
    await client.call('PUT /api/stock/:variantId/:warehouseId', {
      params: { variantId: variant.id, warehouseId: shelf.warehouseId },
      body: { onHand: shelf.onHand + refillUnits },
    })
  }
}

/** Runs the demo show the way a producer would, through the same routes, until a person takes
 *  over. */
export function startDirector(deps: DirectorDeps): { stop(): void } {
  const { client, showId, clock, random, log } = deps
  let isStopped = false

  async function mayDirect(): Promise<boolean> {
    const show = await client.call('GET /api/shows/:showId', { params: { showId } })
    if (!show.ok && show.refusal.code === 'people.accounts.sign_in_needed') deps.onSignedOut()
    return (
      show.ok && show.value.isDirected && show.value.state === 'live' && !show.value.saleStopped
    )
  }

  async function sell(product: Product): Promise<void> {
    await refill(client, product)
    await client.call('POST /api/shows/:showId/pin', {
      params: { showId },
      body: { productId: product.id },
    })
    await clock.sleep(talkMs)
    if (!(await mayDirect())) return
    const opened = await client.call('POST /api/shows/:showId/offers', {
      params: { showId },
      body: {
        productId: product.id,
        prices: reduce(product.variants[0]!.prices, random.int(2, 5) * 5),
        units: random.int(8, 16),
        perBuyerCap: 2,
        seconds: offerSeconds,
      },
    })
    if (!opened.ok) log.info('demo.offer_refused', { code: opened.refusal.code })
    await clock.sleep(
      opened.ok ? Math.max(0, opened.value.closesAtMs - clock.nowMs()) + restMs : restMs,
    )
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      if (!(await mayDirect())) {
        await clock.sleep(2000)
        continue
      }
      const products = await client.call('GET /api/products', { query: {} })
      if (!products.ok) {
        await clock.sleep(2000)
        continue
      }
      const handle = deps.onScreen()
      const product = products.value.find((one) => one.handle === handle)
      if (product) await sell(product)
      else await clock.sleep(restMs)
    }
  }

  void run().catch((cause: unknown) => log.error('demo.director', { cause: String(cause) }))
  return { stop: () => void (isStopped = true) }
}
