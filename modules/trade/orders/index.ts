import type { QueryExecutorProvider } from 'kysely'
import { assert, type Fact, type Ids, type Transactor, type WriteFacts } from '#kernel'
import type { DeskOrder, NewOrder, Order, Orders } from './contract.ts'
import { facts as kinds } from './events.ts'
import { orderKey, printNumber, STEPS, toDeskOrder, toOrder, type OrderRow, type StepName,
} from './model.ts'
import * as store from './store.ts'

export { makeOrdersRoutes } from './routes.ts'

export interface OrdersDeps<Tx extends QueryExecutorProvider> {
  readonly database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider }
  readonly writeFacts: WriteFacts<Tx>
  readonly ids: Ids
}

type Payload = Readonly<Record<string, string | number | boolean | null>>

const payloadOf = (order: Order, buyerId: string, isDemo: boolean): Payload => ({
  orderId: order.id, number: order.number, showId: order.showId, offerId: order.offerId,
  productId: order.productId, variantId: order.variantId, quantity: order.quantity,
  totalMinor: order.total.amountMinor, currency: order.total.currency, market: order.market,
  buyerId, isDemo,
})

function placed(order: NewOrder, number: number): Order {
  const { id, showId, offerId, productId, variantId, title, variantTitle, quantity, unit } = order
  return {
    id, number: printNumber(number), state: 'held', showId, offerId, productId, variantId,
    title, variantTitle, quantity, unit,
    total: { amountMinor: unit.amountMinor * quantity, currency: unit.currency },
    market: order.market, placedAtMs: order.placedAtMs, holdUntilMs: order.holdUntilMs,
  }
}

/** Orders: one per intent, with a number for people and a state that only moves forward. */
export function makeOrders<Tx extends QueryExecutorProvider>(deps: OrdersDeps<Tx>): Orders<Tx> {
  const { database: { kysely }, ids, writeFacts } = deps

  const fact = (name: string, aggregate: string, atMs: number, payload: Payload): Fact => {
    const kind = kinds.find((known) => known.name === name)
    assert(kind, `no fact ${name}`)
    return { id: ids.make('fct'), name, version: kind.version, aggregate, atMs, payload }
  }

  async function insertAll(tx: Tx, orders: readonly NewOrder[]): Promise<Order[]> {
    if (orders.length === 0) return []
    const numbers = await store.insertOrders(tx, orders)
    const made = orders.map((order) => placed(order, numbers.get(order.id)!))
    await writeFacts(tx, made.map((order, index) => {
      const { buyerId, isDemo, placedAtMs } = orders[index]!
      return fact('OrderPlaced', order.id, placedAtMs, payloadOf(order, buyerId, isDemo))
    }))
    return made
  }

  async function move(
    tx: Tx, step: StepName, nowMs: number, which: Omit<Parameters<typeof store.moveOrders>[1],
      'step' | 'nowMs'>,
  ): Promise<DeskOrder[]> {
    const rows = await store.moveOrders(tx, { ...which, step, nowMs })
    const { fact: name } = STEPS[step]
    if (name !== null && rows.length > 0) {
      await writeFacts(tx, rows.map((row) =>
        fact(name, row.id, nowMs, payloadOf(toOrder(row), row.buyer_id, row.is_demo))))
    }
    return rows.map(toDeskOrder)
  }

  const first = async (orders: Promise<DeskOrder[]>) => (await orders)[0] ?? null
  const desk = (row: OrderRow | undefined) => (row ? toDeskOrder(row) : null)

  return {
    async readByKeys(tx, keys) {
      const rows = await store.selectByKeys(tx, keys)
      return new Map(rows.map((row) => [orderKey(row.buyer_id, row.key), toOrder(row)]))
    },
    insertAll,
    markPaid: (tx, id, warehouseId, nowMs) =>
      first(move(tx, 'paid', nowMs, { ids: [id], warehouseId })),
    markExpired: (tx, orderIds, nowMs) => move(tx, 'expired', nowMs, { ids: orderIds }),
    markCancelled: (tx, id, buyerId, nowMs) =>
      first(move(tx, 'cancelled', nowMs, { ids: [id], buyerId })),
    markRefund: (tx, id, to, nowMs) =>
      first(move(tx, to === 'paid' ? 'refund_failed' : to, nowMs, { ids: [id] })),
    reviveExpired: (tx, id, nowMs) => first(move(tx, 'revived', nowMs, { ids: [id] })),
    read: async (id, tx) => desk(await store.selectOrder(tx ?? kysely, id)),
    listMine: async (buyerId, limit) =>
      (await store.selectMine(kysely, buyerId, limit)).map(toOrder),
    async list(filter) {
      const rows = await store.selectList(kysely, filter)
      const more = rows.length > filter.limit
      return { orders: rows.slice(0, filter.limit).map(toDeskOrder), more }
    },
    async readSteps(id) {
      const order = await store.selectOrder(kysely, id)
      if (!order) return []
      const start = { atMs: Number(order.placed_at_ms), what: 'placed', details: {} }
      return [start, ...await store.selectSteps(kysely, id)]
    },
    readTotals: (showId) => store.selectTotals(kysely, showId),
  }
}
