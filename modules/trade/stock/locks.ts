import { sql, type QueryExecutorProvider } from 'kysely'
import type { OfferId, OrderId, VariantId } from '#kernel'

type Tx = QueryExecutorProvider

/** Most holds that one statement gives back: keeps locks short. */
export const RECLAIM_LIMIT = 1000

/** `skip`: rows that somebody else has are left out instead of waited for. */
type Waiting = 'wait' | 'skip'

const suffix = (waiting: Waiting) => sql.raw(waiting === 'skip' ? ' skip locked' : '')

export async function lockAllotments(
  tx: Tx, ids: readonly OfferId[], waiting: Waiting = 'wait',
): Promise<OfferId[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<{ id: OfferId }>`
    select id from trade_stock.allotments where id = any(${ids}::text[])
    order by id for update${suffix(waiting)}`.execute(tx)
  return rows.map((row) => row.id)
}

export async function lockPools(
  tx: Tx, ids: readonly VariantId[], waiting: Waiting = 'wait',
): Promise<VariantId[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<{ variant_id: VariantId }>`
    select variant_id from trade_stock.pools where variant_id = any(${ids}::text[])
    order by variant_id for update${suffix(waiting)}`.execute(tx)
  return rows.map((row) => row.variant_id)
}

/** Units of holds that are still held go back to pool, allotment and buyer. The caller has the
 *  locks. Answers the orders whose hold this call ended. */
export async function giveBack(tx: Tx, orderIds: readonly OrderId[]): Promise<OrderId[]> {
  if (orderIds.length === 0) return []
  const { rows } = await sql<{ order_id: OrderId }>`
    with gone as (update trade_stock.holds set state = 'released'
      where order_id = any(${orderIds}::text[]) and state = 'held' returning *),
    pool as (update trade_stock.pools p set held = p.held - s.units
      from (select variant_id, sum(quantity)::int as units from gone group by 1) s
      where p.variant_id = s.variant_id),
    ${untake()}
    select order_id from gone`.execute(tx)
  return rows.map((row) => row.order_id)
}

/** Takes the units of `gone` off their allotments and buyers. */
export const untake = () => sql`
    allotment as (update trade_stock.allotments a set taken = a.taken - s.units
      from (select allotment_id, sum(quantity)::int as units from gone group by 1) s
      where a.id = s.allotment_id),
    taking as (update trade_stock.takings t set units = t.units - s.units
      from (select allotment_id, buyer_id, sum(quantity)::int as units from gone group by 1, 2) s
      where t.allotment_id = s.allotment_id and t.buyer_id = s.buyer_id)`

/** Locks what the holds of these orders rest on, in the order that everybody keeps. */
export async function lockHoldsOf(tx: Tx, orderIds: readonly OrderId[]): Promise<void> {
  const { rows } = await sql<{ variant_id: VariantId; allotment_id: OfferId | null }>`
    select distinct variant_id, allotment_id from trade_stock.holds
    where order_id = any(${orderIds}::text[])`.execute(tx)
  await lockAllotments(tx, rows.flatMap((row) => row.allotment_id ?? []))
  await lockPools(tx, rows.map((row) => row.variant_id))
}
