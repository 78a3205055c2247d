import { refuse, type Clock, type Random, type Refusal, type Result } from '#kernel'

export interface OpeningDeps<Item, Out> {
  readonly clock: Clock
  readonly random: Random
  /** After an offer opens, orders that come within so many ms count as having come together: chance
   *  puts them in order. 0: first come, first served from the first millisecond on. */
  readonly momentMs: number
  /** Orders that may be kept for openings; beyond it new ones are turned away. */
  readonly keptMost: number
  buyerOf(item: Item): string
  /** Null when the queue is full. */
  submit(item: Item): Promise<Result<Out, Refusal>> | null
}

export interface Opening<Item, Out> {
  readonly kept: number
  /** `offer`: what is asked for and when it opens. Null when there is no room. */
  enter(
    item: Item, offer: { readonly id: string, readonly opensAtMs: number },
  ): Promise<Result<Out, Refusal>> | null
  /** Lets everything go on at once, e.g. at the end of the process. */
  release(): Promise<void>
}

/** One buyer has one lot in the draw, so that sending often is worth nothing; a second order in it
 *  is for a second variant, more than these are noise. */
const PER_BUYER_MOST = 4
const FULL_MS = 5

interface Kept<Item, Out> {
  readonly item: Item
  readonly resolve: (answer: Result<Out, Refusal>) => void
  readonly reject: (error: unknown) => void
}

/** Buyers in an order that only chance knows, each with their orders as they came. */
export function drawOrder<Item>(
  items: readonly Item[], buyerOf: (item: Item) => string, random: Random,
): Item[] {
  const byBuyer = new Map<string, Item[]>()
  for (const item of items) {
    const own = byBuyer.get(buyerOf(item))
    if (own) own.push(item)
    else byBuyer.set(buyerOf(item), [item])
  }
  const lots = [...byBuyer.values()]
  for (let last = lots.length - 1; last > 0; last--) {
    const other = random.int(0, last)
    ;[lots[last], lots[other]] = [lots[other]!, lots[last]!]
  }
  return lots.flat()
}

/** Orders that came in the moment of one opening, and those behind them. */
function makePen<Item, Out>(deps: OpeningDeps<Item, Out>, onEmpty: () => void) {
  const kept: Kept<Item, Out>[] = []
  const counts = new Map<string, number>()
  let draining: Promise<void> | undefined

  const send = ({ item, resolve, reject }: Kept<Item, Out>): boolean => {
    const answer = deps.submit(item)
    answer?.then(resolve, reject)
    return answer !== null
  }
  /** Whoever comes while these go stands behind them, in the order of coming. */
  async function drain(): Promise<void> {
    kept.push(...drawOrder(kept.splice(0), (one) => deps.buyerOf(one.item), deps.random))
    while (kept.length > 0) {
      if (send(kept[0]!)) kept.shift()
      // The queue is full of those before it: their turn first.
      else await deps.clock.sleep(FULL_MS)
    }
    onEmpty()
  }
  return {
    get size() { return kept.length },
    add(item: Item): Promise<Result<Out, Refusal>> | null {
      const buyer = deps.buyerOf(item)
      const count = counts.get(buyer) ?? 0
      if (count >= PER_BUYER_MOST) return null
      counts.set(buyer, count + 1)
      return new Promise((resolve, reject) => { kept.push({ item, resolve, reject }) })
    },
    drain: () => (draining ??= drain()),
  }
}

/** Stands before the queue of orders around the instant at which an offer opens. Who comes before
 *  it is refused and leaves nothing behind; whatever their own clock, network or picture, those who
 *  come in its first moment have the same chance; after it, first come, first served. Judged by
 *  the clock of this process alone: a client states no time. */
export function makeOpening<Item, Out>(deps: OpeningDeps<Item, Out>): Opening<Item, Out> {
  const { clock, momentMs } = deps
  const pens = new Map<string, ReturnType<typeof makePen<Item, Out>>>()
  const size = () => [...pens.values()].reduce((sum, pen) => sum + pen.size, 0)

  function openPen(id: string, untilMs: number) {
    const pen = makePen<Item, Out>(deps, () => pens.delete(id))
    pens.set(id, pen)
    clock.after(Math.max(0, untilMs - clock.nowMs()), () => void pen.drain())
    return pen
  }

  return {
    get kept() { return size() },
    enter(item, { id, opensAtMs }) {
      const nowMs = clock.nowMs()
      if (nowMs < opensAtMs) {
        return Promise.resolve(refuse('trade.offers.too_early', { opensAtMs }))
      }
      const pen = pens.get(id)
      const isMoment = nowMs < opensAtMs + momentMs
      if (!isMoment && !pen) return deps.submit(item)
      if (size() >= deps.keptMost) return null
      const answer = (pen ?? openPen(id, opensAtMs + momentMs)).add(item)
      if (!isMoment) void pen?.drain()
      return answer
    },
    release: async () => void await Promise.all([...pens.values()].map((pen) => pen.drain())),
  }
}
