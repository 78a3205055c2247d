import { ok, refuse, type Clock, type PersonId, type Refusal, type Result, type Transactor,
} from '#kernel'
import type { Selling, Shows } from '#stage/show/contract'
import type { DeskOrder, NewOrder, Order, Orders } from '#trade/orders/contract'
import { stockLimits, type HoldFate, type HoldOutcome, type Stock } from '#trade/stock/contract'
import type { Address } from './checks.ts'

/** A request that is priced; its times are set by the batch. */
export type Wish = Omit<NewOrder, 'placedAtMs' | 'holdUntilMs'>

export type Answer = Result<Order, Refusal>

/** What a batch changed, for those who tell the rooms. */
export interface PlacedBatch {
  readonly placed: readonly { order: Order; buyerId: PersonId; isDemo: boolean }[]
  /** Orders whose holds made room. */
  readonly expired: readonly DeskOrder[]
  readonly offersLeft: HoldOutcome['offersLeft']
  readonly variantsLeft: HoldOutcome['variantsLeft']
}

export interface BatchDeps<Tx> {
  readonly database: Transactor<Tx>
  readonly stock: Pick<Stock<Tx>, 'holdReclaiming'>
  readonly orders: Pick<Orders<Tx>, 'readByKeys' | 'insertAll' | 'markExpired'>
  readonly shows: Pick<Shows<Tx>, 'readSelling'>
  readonly clock: Clock
  readonly holdSeconds?: number | undefined
  checkDelivery(addresses: readonly Address[]): Promise<(Refusal | null)[]>
}

export const intentOf = ({ buyerId, key }: Pick<Wish, 'buyerId' | 'key'>): string =>
  `${buyerId} ${key}`

/** The first of every intent; the same key again in one batch gets the same answer. */
export function firstOfEach(wishes: readonly Wish[]): Wish[] {
  const byIntent = new Map<string, Wish>()
  for (const wish of wishes) {
    if (!byIntent.has(intentOf(wish))) byIntent.set(intentOf(wish), wish)
  }
  return [...byIntent.values()]
}

/** A replay sells at ordinary prices only: its offers were for those who were there. */
const maySell = (state: Selling | undefined, { offerId }: Wish): boolean =>
  state === 'selling' || (state === 'replay' && offerId === null)

const notSelling = (state: Selling | undefined): Refusal => (
  { code: state === 'sale_stopped' ? 'trade.orders.sale_stopped' : 'trade.orders.show_not_live' })

function refusalOf(fate: Exclude<HoldFate, { held: true }>): Answer {
  return refuse(fate.code, { left: fate.left })
}

interface Decided {
  readonly answers: Map<string, Answer>
  readonly batch: PlacedBatch
}

/** A batch in one transaction: who is known, who may buy, what is left, what is sold. */
async function decide<Tx>(
  deps: BatchDeps<Tx>, tx: Tx, wishes: readonly Wish[], undeliverable: ReadonlyMap<Wish, Refusal>,
): Promise<Decided> {
  const { stock, orders, shows } = deps
  const nowMs = deps.clock.nowMs()
  const [selling, known] = await Promise.all([
    shows.readSelling(tx, [...new Set(wishes.map((wish) => wish.showId))]),
    orders.readByKeys(tx, wishes.map(({ buyerId, key }) => ({ buyerId, key }))),
  ])
  const answers = new Map<string, Answer>()
  const asking: NewOrder[] = []
  for (const wish of wishes) {
    const intent = intentOf(wish)
    const order = known.get(intent)
    const state = selling.get(wish.showId)
    const refusal = undeliverable.get(wish)
    if (order) answers.set(intent, ok(order))
    else if (refusal) answers.set(intent, { ok: false, refusal })
    else if (!maySell(state, wish)) answers.set(intent, { ok: false, refusal: notSelling(state) })
    else {
      const holdUntilMs = nowMs + (deps.holdSeconds ?? stockLimits.holdSeconds) * 1000
      asking.push({ ...wish, placedAtMs: nowMs, holdUntilMs })
    }
  }
  const outcome = await stock.holdReclaiming(tx, asking.map((order) => ({
    orderId: order.id, variantId: order.variantId, allotmentId: order.offerId,
    buyerId: order.buyerId, quantity: order.quantity, expiresAtMs: order.holdUntilMs,
  })), nowMs)
  const expired = outcome.expired.length === 0 ? []
    : await orders.markExpired(tx, outcome.expired, nowMs)
  const admitted = asking.filter((_, index) => outcome.fates[index]!.held)
  const made = await orders.insertAll(tx, admitted)
  admitted.forEach((order, index) => answers.set(intentOf(order), ok(made[index]!)))
  asking.forEach((order, index) => {
    const fate = outcome.fates[index]!
    if (!fate.held) answers.set(intentOf(order), refusalOf(fate))
  })
  const placed = admitted.map(({ buyerId, isDemo }, index) =>
    ({ order: made[index]!, buyerId, isDemo }))
  const { offersLeft, variantsLeft } = outcome
  return { answers, batch: { placed, expired, offersLeft, variantsLeft } }
}

/** One batch, one transaction. Safe to run again: keys make it so. */
export async function runBatch<Tx>(
  deps: BatchDeps<Tx>, batch: readonly Wish[],
): Promise<{ answers: Answer[]; batch: PlacedBatch }> {
  const wishes = firstOfEach(batch)
  const refusals = await deps.checkDelivery(wishes)
  const undeliverable = new Map(wishes.flatMap((wish, index) => {
    const refusal = refusals[index]
    return refusal ? [[wish, refusal] as const] : []
  }))
  const decided = await deps.database.transaction((tx) => decide(deps, tx, wishes, undeliverable))
  return {
    answers: batch.map((wish) => decided.answers.get(intentOf(wish))!), batch: decided.batch,
  }
}
