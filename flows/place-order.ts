import {
  Fault,
  refuse,
  type Clock,
  type Ids,
  type Log,
  type OfferId,
  type PersonId,
  type Random,
  type Refusal,
  type Result,
  type ShowId,
  type Transactor,
  type VariantId,
} from '#kernel'
import type { Accounts, Who } from '#people/accounts/contract'
import type { Shows } from '#stage/show/contract'
import type { Catalog } from '#trade/catalog/contract'
import type { Offers } from '#trade/offers/contract'
import type { Order, Orders, PlaceOrder } from '#trade/orders/contract'
import type { Stock } from '#trade/stock/contract'
import {
  intentOf,
  runBatch,
  type Answer,
  type BatchDeps,
  type PlacedBatch,
  type Wish,
} from './place-order/batch.ts'
import { makeBatcher } from './place-order/batcher.ts'
import { makeDeliveryCheck, makePricing, type Priced } from './place-order/checks.ts'
import { makeOpening } from './place-order/opening.ts'

export type { PlacedBatch } from './place-order/batch.ts'

/** Orders in one transaction, orders waiting for one, transactions in flight, orders kept for the
 *  moment in which offers open. */
export interface PlaceOrderLimits {
  readonly batch: number
  readonly waiting: number
  readonly lanes: number
  readonly opening: number
}

export const placeOrderLimits: PlaceOrderLimits = {
  batch: 512, waiting: 4096, lanes: 1, opening: 20_000,
}

export interface PlaceOrderDeps<Tx> {
  readonly database: Transactor<Tx>
  readonly stock: Pick<Stock<Tx>, 'holdReclaiming'>
  readonly orders: Pick<Orders<Tx>, 'readByKeys' | 'insertAll' | 'markExpired'>
  readonly shows: Pick<Shows<Tx>, 'readSelling'>
  readonly offers: Pick<Offers<Tx>, 'readTerms'>
  readonly catalog: Pick<Catalog, 'readVariants'>
  readonly accounts: Pick<Accounts, 'readDeliveryCountries'>
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly random: Random
  /** Orders that come so soon after an offer opens count as having come together, ms; see
   *  `makeOpening`. 0 when not said. */
  readonly momentMs?: number | undefined
  /** After a batch is durable: rooms and people are told. Never waited for. */
  readonly afterCommit?: (batch: PlacedBatch) => void
  /** Somebody wants to buy at the right price: told at once, also when the order has to wait for
   *  its offer to open, and whatever becomes of it. */
  readonly onTried?: (showId: ShowId, buyerId: PersonId) => void
  /** Hears how long each transaction took, and what every order was answered: `placed`, or the code
   *  of its refusal or fault. */
  readonly meter?: {
    batch(orders: number, tookMs: number): void
    order(code: string): void
  }
  readonly limits?: Partial<PlaceOrderLimits>
  /** How long units are kept for a buyer who has not paid; `stockLimits.holdSeconds` when not
   *  said. */
  readonly holdSeconds?: number | undefined
}

export interface PlaceOrderFlow {
  /** Used by HTTP and the socket alike. Throws Fault `store.unavailable` when the database does not
   *  answer: the same key may be sent again. */
  place(who: Who, input: PlaceOrder): Promise<Result<Order, Refusal>>
  readonly waiting: number
  /** Done when every order that came in has its answer: for a calm end of the process. */
  idle(): Promise<void>
}

const wishOf = (
  ids: Ids,
  who: Who,
  buyerId: PersonId,
  input: PlaceOrder,
  priced: Priced,
): Wish => ({
  id: ids.make('ord'),
  key: input.key,
  buyerId,
  isDemo: who.isDemo,
  showId: input.showId as ShowId,
  offerId: input.offerId as OfferId | null,
  variantId: input.variantId as VariantId,
  quantity: input.quantity,
  market: input.market,
  deliveryId: input.deliveryId,
  productId: priced.productId,
  title: priced.title,
  variantTitle: priced.variantTitle,
  unit: priced.unit,
})

/** The batch, once more when it fails: whatever was committed is found again by its keys. */
function makeRun<Tx>(deps: PlaceOrderDeps<Tx>, batchDeps: BatchDeps<Tx>) {
  const { log, clock } = deps
  const attempt = async (wishes: readonly Wish[]): Promise<readonly Answer[]> => {
    const startMs = clock.steadyMs()
    const done = await runBatch(batchDeps, wishes)
    deps.meter?.batch(wishes.length, clock.steadyMs() - startMs)
    const { placed, expired } = done.batch
    if (deps.afterCommit && placed.length + expired.length > 0) {
      const tell = deps.afterCommit
      // After the buyers have their answers, and never able to fail them.
      void Promise.resolve()
        .then(() => tell(done.batch))
        .catch((error: unknown) => log.error('orders.telling_failed', { error: String(error) }))
    }
    return done.answers
  }
  return async (wishes: readonly Wish[]): Promise<readonly Answer[]> => {
    try {
      return await attempt(wishes)
    } catch (error) {
      log.warn('orders.batch_failed', { orders: wishes.length, error: String(error) })
    }
    try {
      return await attempt(wishes)
    } catch (error) {
      log.error('orders.batch_given_up', { orders: wishes.length, error: String(error) })
      throw new Fault('store.unavailable', { retryable: true, cause: error })
    }
  }
}

/** From a tap to units that are held: price, address, sale, stock and order, many at a time. */
export function makePlaceOrder<Tx>(deps: PlaceOrderDeps<Tx>): PlaceOrderFlow {
  const { database, orders, ids } = deps
  const limits = { ...placeOrderLimits, ...deps.limits }
  const price = makePricing(deps)
  const { stock, shows, clock } = deps
  const checkDelivery = makeDeliveryCheck(deps.accounts)
  const batcher = makeBatcher<Wish, Answer>({
    max: limits.batch,
    queueLimit: limits.waiting,
    lanes: limits.lanes,
    run: makeRun(deps, {
      database,
      stock,
      orders,
      shows,
      clock,
      checkDelivery,
      holdSeconds: deps.holdSeconds,
    }),
  })

  const opening = makeOpening<Wish, Order>({
    clock,
    random: deps.random,
    momentMs: deps.momentMs ?? 0,
    keptMost: limits.opening,
    buyerOf: (wish) => wish.buyerId,
    submit: batcher.submit,
  })

  /** A key that has its order already gets it again, also when the price has moved since. */
  async function known(buyerId: PersonId, key: string): Promise<Order | undefined> {
    const intent = { buyerId, key }
    const found = await database.transaction((tx) => orders.readByKeys(tx, [intent]))
    return found.get(intentOf(intent))
  }

  async function place(who: Who, input: PlaceOrder): Promise<Result<Order, Refusal>> {
    const buyerId = who.personId
    if (buyerId === null) return refuse('people.accounts.sign_in_needed')
    const priced = await price(input)
    if (!priced.ok) {
      const order = await known(buyerId, input.key)
      return order ? { ok: true, value: order } : priced
    }
    const wish = wishOf(ids, who, buyerId, input, priced.value)
    const { offer } = priced.value
    if (!who.isDemo) deps.onTried?.(wish.showId, buyerId)
    const answer = offer ? opening.enter(wish, offer) : batcher.submit(wish)
    return answer ?? refuse('trade.orders.busy')
  }

  /** Every answer is counted, faults as well. */
  async function placeCounted(who: Who, input: PlaceOrder): Promise<Result<Order, Refusal>> {
    try {
      const answer = await place(who, input)
      deps.meter?.order(answer.ok ? 'placed' : answer.refusal.code)
      return answer
    } catch (error) {
      deps.meter?.order(error instanceof Fault ? error.code : 'bug')
      throw error
    }
  }

  return {
    place: deps.meter ? placeCounted : place,
    get waiting() {
      return batcher.waiting + opening.kept
    },
    async idle() {
      await opening.release()
      await batcher.idle()
    },
  }
}
