import { makeIds, makeSeededRandom, silentLog, type OfferId, type PersonId, type ProductId,
  type ShowId, type VariantId } from '#kernel'
import { makePlaceOrder } from '#flows/place-order'
import type { Who } from '#people/accounts/contract'
import type { Offer, OfferTerms } from '#trade/offers/contract'
import type { Order } from '#trade/orders/contract'
import { makeMemoryShelf } from '#trade/stock/testing'
import { addCue, takeDue } from '../../apps/room/cues/queue.ts'
import { timingOf } from '../../apps/room/cues/table.ts'
import { emptyRoom } from './empty-room.ts'
import { between, logNormal, normal } from './chance.ts'
import { makeSimClock } from './sim-clock.ts'

/** Viewers of one lag. */
export interface Group { readonly lagMs: number, readonly viewers: number }

/** How a client tries to be served before the others. None states a time to the house: the protocol
 *  has no place for one. */
export interface Liar {
  readonly name: string
  /** Its clock is so much ahead of the server's: it presses so much too early. */
  readonly aheadMs?: number
  /** Says that it has seen nothing yet, or everything already: it hears the price at once. */
  readonly seesAtOnce?: boolean
  /** Sends again and again, from so long before the opening to so long after it. */
  readonly floodMs?: number
  /** A machine: no time to react. */
  readonly isMachine?: boolean
}

export interface Plan {
  readonly seed: number
  readonly rounds: number
  readonly units: number
  readonly groups: readonly Group[]
  readonly liars: readonly Liar[]
  /** From the announcement to the opening. */
  readonly leadMs: number
  /** Announced with the picture alone, however close the opening is. */
  readonly hasPictureOnly?: boolean
  readonly momentMs: number
}

export interface Outcome {
  /** Units won by each group, over all rounds. */
  readonly groups: readonly number[]
  readonly liars: readonly number[]
  readonly refusedEarly: number
  readonly sold: number
}

const START_MS = 1_790_000_000_000
const FRAME_MS = 40
const FLOOD_EVERY_MS = 80
const BATCH_MS = 12
/** A press on a button that has just come alive: a third of a second to most of one. */
const REACT_MS = 380
const REACT_SIGMA = 0.28
const price = { amountMinor: 1990, currency: 'EUR' }

/** Server time at which a viewer has the announcement on the screen: the Room's own rules. */
function seenAtMs(
  offer: Offer, lagMs: number, heardAtMs: number, hasPictureOnly: boolean,
): number {
  const event = { k: 'offer' as const, offer }
  const timing = timingOf(event, emptyRoom, [], heardAtMs)!
  const latestMs = hasPictureOnly ? Infinity : timing.latestMs
  const queue = addCue([], { ...timing, latestMs, value: event })
  for (let nowMs = heardAtMs; ; nowMs += FRAME_MS) {
    const moment = {
      playheadMs: nowMs - lagMs, stillForMs: 0, serverMs: nowMs, isHidden: false,
    }
    if (takeDue(queue, moment).due.length > 0) return nowMs
  }
}

/** The house: the flow that takes orders with everything before and behind its queue; only the
 *  database is played, by the same decisions over memory. */
function makeHouse(plan: Plan) {
  const clock = makeSimClock(START_MS)
  const random = makeSeededRandom(plan.seed)
  const ids = makeIds({ clock, random })
  const variantId = ids.make('var') as VariantId
  const productId = ids.make('prd') as ProductId
  const showId = ids.make('sho') as ShowId
  const stock = makeMemoryShelf<null>(new Map([[variantId, plan.rounds * plan.units]]))
  const terms = new Map<OfferId, OfferTerms>()
  const flow = makePlaceOrder<null>({
    clock, ids, random, log: silentLog, stock, momentMs: plan.momentMs,
    database: {
      async transaction(run) {
        await clock.sleep(BATCH_MS)
        return run(null)
      },
    },
    orders: {
      readByKeys: async () => new Map(),
      insertAll: async (_tx, all) => all.map((one) => one as unknown as Order),
      markExpired: async () => [],
    },
    shows: { readSelling: async (_tx, all) => new Map(all.map((id) => [id, 'selling'])) },
    offers: { readTerms: async () => terms },
    catalog: {
      readVariants: async () => new Map([[variantId, {
        productId, title: 'Cup', variantTitle: '', prices: { DE: price },
      }]]),
    },
    accounts: {
      readDeliveryCountries: async (all) => new Map(all.map((one) => [one.deliveryId, 'DE'])),
    },
  })
  async function announce(): Promise<Offer> {
    const mediaMs = clock.nowMs()
    const opensAtMs = mediaMs + plan.leadMs
    const offer: OfferTerms = {
      id: ids.make('off') as OfferId, showId, productId, prices: { DE: price }, units: plan.units,
      perBuyerCap: 1, mediaMs, opensAtMs, closesAtMs: opensAtMs + 60_000,
    }
    terms.clear()
    terms.set(offer.id, offer)
    await stock.openAllotment(null, { ...offer, variantIds: [variantId] })
    return { ...offer, prices: { DE: price }, state: 'open', left: plan.units }
  }
  let key = 0
  const place = (offer: Offer, buyer: PersonId) => flow.place({ personId: buyer } as Who, {
    key: `key-of-the-simulation-${++key}`, showId, offerId: offer.id, variantId, quantity: 1,
    market: 'DE', unitAmountMinor: price.amountMinor, deliveryId: `adr_${buyer}`,
  })
  return { clock, random, ids, announce, place }
}

type House = ReturnType<typeof makeHouse>

/** Honest people and liars of one round, each with a phone, a network and a reaction of their own;
 *  all from the same distributions. Tells who has won. */
async function playRound(house: House, plan: Plan, tell: {
  won(kind: 'group' | 'liar', at: number): void
  early(): void
}): Promise<void> {
  const { clock, random } = house
  const offer = await house.announce()

  const send = (atMs: number, buyer: PersonId, kind: 'group' | 'liar', who: number) => {
    const tripMs = between(random, 10, 80)
    clock.after(atMs + tripMs - clock.nowMs(), () => {
      void house.place(offer, buyer).then((answer) => {
        if (answer.ok) tell.won(kind, who)
        else if (answer.refusal.code === 'trade.offers.too_early') tell.early()
      })
    })
  }
  const reactMs = () => logNormal(random, REACT_MS, REACT_SIGMA)
  /** What this page takes for the opening: its idea of the server's clock is a little wrong. */
  const opening = (aheadMs: number) => offer.opensAtMs + 8 * normal(random) - aheadMs

  function watch(kind: 'group' | 'liar', at: number, lagMs: number, liar: Liar = { name: '' }) {
    const buyer = house.ids.make('per') as PersonId
    const heardAtMs = clock.nowMs() + between(random, 10, 80)
    const seen = liar.seesAtOnce ? heardAtMs
      : seenAtMs(offer, lagMs * between(random, 0.9, 1.1), heardAtMs, plan.hasPictureOnly ?? false)
    const pressMs = Math.max(seen, opening(liar.aheadMs ?? 0))
    if (liar.floodMs === undefined) {
      return send(pressMs + (liar.isMachine ? 0 : reactMs()), buyer, kind, at)
    }
    for (let ms = -liar.floodMs; ms < liar.floodMs; ms += FLOOD_EVERY_MS) {
      if (offer.opensAtMs + ms > clock.nowMs()) send(offer.opensAtMs + ms, buyer, kind, at)
    }
  }
  plan.groups.forEach((group, at) => {
    for (let one = 0; one < group.viewers; one++) watch('group', at, group.lagMs)
  })
  plan.liars.forEach((liar, at) => watch('liar', at, plan.groups[0]!.lagMs, liar))
  await clock.runUntil(clock.nowMs() + 30_000)
}

/** Plays a scarce offer again and again; the same seed gives the same outcome. */
export async function simulateOpenings(plan: Plan): Promise<Outcome> {
  const house = makeHouse(plan)
  const groups = plan.groups.map(() => 0)
  const liars = plan.liars.map(() => 0)
  let refusedEarly = 0
  for (let round = 0; round < plan.rounds; round++) {
    await playRound(house, plan, {
      won(kind, at) {
        const counts = kind === 'group' ? groups : liars
        counts[at] = counts[at]! + 1
      },
      early() { refusedEarly++ },
    })
  }
  const sold = [...groups, ...liars].reduce((sum, count) => sum + count, 0)
  return { groups, liars, refusedEarly, sold }
}
