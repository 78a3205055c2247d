import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { connect, type Database } from '#adapters/store-postgres'
import { silentLog } from '#kernel'
import { checkOrders } from '#trade/orders/testing'
import { checkStock } from '#trade/stock/testing'
import type { Intent } from './load.ts'

export const openBooks = (url: string): Database => connect({ url, poolSize: 2, log: silentLog })

interface OrderRow { readonly id: string; readonly key: string; readonly buyerId: string }

/** Whether the database tells what the buyers were told: every acknowledged order once, none that
 * was
 *  refused. Answers what is wrong. */
export async function checkIntents(
  { kysely }: Database, intents: readonly Intent[],
): Promise<string[]> {
  const keys = intents.map(({ order }) => order.key)
  const { rows } = await sql<OrderRow>`
    select id, key, buyer_id as "buyerId" from trade_orders.orders
    where key = any(${keys}::text[])`.execute(kysely)
  const byKey = Map.groupBy(rows, (row) => row.key)
  return intents.flatMap(({ order, orderId, fate, buyer }) => {
    const found = byKey.get(order.key) ?? []
    if (fate === 'refused') return found.length === 0 ? [] : [`refused, but there: ${order.key}`]
    if (fate === 'unknown') return [`still without an answer: ${order.key}`]
    if (found.length !== 1) return [`${found.length} orders for one key: ${orderId}`]
    const isSame = found[0]!.id === orderId && found[0]!.buyerId === buyer.personId
    return isSame ? [] : [`not the order that was acknowledged: ${orderId}`]
  })
}

/** Promises of stock and orders, read from the tables themselves. */
export const checkTrade = async ({ kysely }: Database): Promise<string[]> =>
  [...await checkStock(kysely), ...await checkOrders(kysely)]

interface Captured { readonly reference: string; readonly status: string }

/** What the provider's own books say about money that it has taken. */
function readCaptured(dataDir: string): Captured[] {
  const path = join(dataDir, 'sandbox-pay', 'sandbox-pay.sqlite')
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return db.prepare(`select reference, status from intents
      where status in ('succeeded', 'refunded')`).all() as unknown as Captured[]
  } finally {
    db.close()
  }
}

interface Payment { readonly id: string; readonly orderId: string; readonly state: string }

/** Every captured payment stands for exactly one paid order, or its money went back. */
export async function checkMoney(
  { kysely }: Database, dataDir: string,
): Promise<{ problems: string[]; captured: number; refunded: number }> {
  const captured = readCaptured(dataDir)
  const { rows } = await sql<Payment>`
    select p.id, o.id as "orderId", o.state from trade_payments.payments p
    join trade_orders.orders o on o.id = p.order_id`.execute(kysely)
  const orderOf = new Map(rows.map((row) => [row.id, row]))
  const kept = captured.filter(({ status }) => status === 'succeeded')
  const standing = new Map<string, number>()
  const problems: string[] = []
  for (const { reference } of kept) {
    const order = orderOf.get(reference)
    if (order?.state !== 'paid') problems.push(`captured, but ${order?.state}: ${reference}`)
    if (order) standing.set(order.orderId, (standing.get(order.orderId) ?? 0) + 1)
  }
  const paid = await sql<{ id: string }>`
    select id from trade_orders.orders where state = 'paid'`.execute(kysely)
  for (const { id } of paid.rows) {
    const times = standing.get(id) ?? 0
    if (times !== 1) problems.push(`paid ${times} times: ${id}`)
  }
  return { problems, captured: captured.length, refunded: captured.length - kept.length }
}

/** Units left of an offer, as the buyers must see them. */
export async function readLeft({ kysely }: Database, offerId: string): Promise<number> {
  const { rows } = await sql<{ left: number }>`
    select units - taken as left from trade_stock.allotments where id = ${offerId}`.execute(kysely)
  return rows[0]!.left
}

export interface Unpaid { readonly states: Record<string, number>; readonly holdSeconds: number[] }

/** Orders of the load that nobody paid: what became of them, and how long they were promised. */
export async function readUnpaid(
  { kysely }: Database, intents: readonly Intent[],
): Promise<Unpaid> {
  const ids = intents.flatMap(({ orderId }) => orderId ?? [])
  const { rows } = await sql<{ state: string; seconds: number }>`
    select state, (hold_until_ms - placed_at_ms)::float8 / 1000 as seconds
    from trade_orders.orders where id = any(${ids}::text[])
      and id not in (select order_id from trade_payments.payments)`.execute(kysely)
  const states: Record<string, number> = {}
  for (const { state } of rows) states[state] = (states[state] ?? 0) + 1
  return { states, holdSeconds: [...new Set(rows.map(({ seconds }) => seconds))] }
}
