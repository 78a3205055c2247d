import type { Clock, Log, Random } from '#kernel'
import { applyEvents, connectRoom, type RoomLine } from '#sdk'
import type { Delivery } from '#people/accounts/contract'
import type { RoomSnapshot } from '#stage/gateway/contract'
import type { Offer } from '#trade/offers/contract'
import type { DemoClient } from './clients.ts'

export interface ShopperDeps {
  readonly who: DemoClient
  readonly serverUrl: string
  readonly showId: string
  readonly name: string
  readonly market: string
  readonly address: Omit<Delivery, 'name' | 'email'>
  readonly lines: readonly string[]
  /** Approves the payment at the sandbox bank, as the person would on its page. */
  readonly approve: (paymentId: string) => Promise<void>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Buys one or two of what is on offer, pays, and approves the payment as at the bank's page. */
function makeBuying(deps: ShopperDeps, line: RoomLine) {
  const { who, clock, random, log, market } = deps
  let deliveryId: string | null = null

  async function deliver(): Promise<string | null> {
    if (deliveryId) return deliveryId
    const saved = await who.client.call('PUT /api/me/delivery', {
      body: { ...deps.address, name: deps.name, email: `${deps.name.toLowerCase()}@demo.silkcast` },
    })
    deliveryId = saved.ok ? saved.value.deliveryId : null
    return deliveryId
  }

  return async function buy(offer: Offer, room: RoomSnapshot): Promise<void> {
    const price = offer.prices[market]
    const variants = room.pinned?.id === offer.productId ? room.pinned.variants : []
    const variant = variants[random.int(0, Math.max(0, variants.length - 1))]
    const address = await deliver()
    if (!price || !variant || !address) return
    const placed = await line.order({
      key: Buffer.from(random.bytes(18)).toString('base64url'),
      showId: deps.showId,
      offerId: offer.id,
      variantId: variant.id,
      quantity: random.int(1, 2),
      market,
      unitAmountMinor: price.amountMinor,
      deliveryId: address,
    })
    if (!placed.ok) {
      log.debug('demo.refused', { code: placed.refusal.code })
      return
    }
    const paid = await who.client.call('POST /api/orders/:orderId/pay', {
      params: { orderId: placed.value.id },
    })
    await clock.sleep(random.int(800, 3000))
    if (paid.ok && paid.value.state !== 'captured') await deps.approve(paid.value.id)
  }
}

/** One demo shopper: watches, chats, sends hearts and now and then buys, through the public
 *  routes. */
export function startShopper(deps: ShopperDeps): { stop(): void } {
  const { who, clock, random, log, market } = deps
  let room: RoomSnapshot | null = null
  let isStopped = false
  let lastOffer = ''

  const line: RoomLine = connectRoom({
    url: deps.serverUrl,
    showId: deps.showId,
    market,
    transport: who.transport,
    onSnapshot: (snapshot) => {
      room = snapshot
    },
    onEvents: (events) => {
      if (room) room = applyEvents(room, events)
    },
  })

  const buy = makeBuying(deps, line)

  async function act(): Promise<void> {
    const offer = room?.offer
    const isNew =
      offer && offer.id !== lastOffer && offer.left > 0 && line.serverNow() >= offer.opensAtMs
    if (isNew && room) {
      lastOffer = offer.id
      if (random.int(0, 9) < 4) await buy(offer, room)
      return
    }
    const dice = random.int(0, 9)
    if (dice === 0) await line.say(deps.lines[random.int(0, deps.lines.length - 1)]!)
    else if (dice < 4) line.react(dice === 1 ? 'clap' : 'heart')
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      await clock.sleep(random.int(1500, 6000))
      await act().catch((cause: unknown) => log.debug('demo.shopper', { cause: String(cause) }))
    }
  }
  void run()
  return {
    stop() {
      isStopped = true
      line.close()
    },
  }
}
