import { sql, type QueryExecutorProvider } from 'kysely'
import { assert, type OfferId, type OrderId, type PersonId, type VariantId } from '#kernel'
import type { HoldFate, HoldOutcome, HoldRequest } from './contract.ts'
import { admit, lacksUnits, takingKey, tally, type Allotment, type StockState, type Taking,
} from './model.ts'
import { giveBack, lockAllotments, lockPools, RECLAIM_LIMIT } from './locks.ts'

type Tx = QueryExecutorProvider

interface AllotmentRow {
  id: OfferId; left: number; per_buyer_cap: number; opens_at_ms: number; closes_at_ms: number
  closed: boolean; variant_ids: VariantId[]
}

async function readAllotments(tx: Tx, ids: readonly OfferId[]): Promise<Map<OfferId, Allotment>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<AllotmentRow>`
    select a.id, a.units - a.taken as left, a.per_buyer_cap, a.opens_at_ms, a.closes_at_ms,
      a.closed, array(select v.variant_id from trade_stock.allotment_variants v
        where v.allotment_id = a.id) as variant_ids
    from trade_stock.allotments a where a.id = any(${ids}::text[])
    order by a.id for update of a`.execute(tx)
  return new Map(rows.map((row) => [row.id, {
    id: row.id, left: row.left, perBuyerCap: row.per_buyer_cap,
    opensAtMs: Number(row.opens_at_ms), closesAtMs: Number(row.closes_at_ms),
    isClosed: row.closed, variantIds: row.variant_ids,
  }]))
}

interface PoolOrTaking { id: string; buyer: PersonId | null; units: number }

/** Locks pools and reads takings in one statement. Takings change only under the lock of their
 *  allotment, which the statement before this one has taken: what is read here is the truth. Pairs
 *  that nobody asked for may come along: two lists are read by index where a join is not. */
async function readPools(tx: Tx, requests: readonly HoldRequest[]): Promise<PoolOrTaking[]> {
  const variants = [...new Set(requests.map((request) => request.variantId))]
  const limited = requests.filter((request) => request.allotmentId !== null)
  const { rows } = await sql<PoolOrTaking>`
    with pool as materialized (
      select variant_id, on_hand - held as units from trade_stock.pools
      where variant_id = any(${variants}::text[]) order by variant_id for update)
    select variant_id as id, null as buyer, units from pool
    union all
    select allotment_id, buyer_id, units from trade_stock.takings
    where allotment_id = any(${[...new Set(limited.map((one) => one.allotmentId))]}::text[])
      and buyer_id = any(${[...new Set(limited.map((one) => one.buyerId))]}::text[])`.execute(tx)
  return rows
}

/** Locks in one order for everybody: allotments by id, then pools by id. */
async function lockState(tx: Tx, requests: readonly HoldRequest[]): Promise<StockState> {
  const offers = new Set(requests.flatMap((request) => request.allotmentId ?? []))
  const allotments = await readAllotments(tx, [...offers])
  const rows = await readPools(tx, requests)
  const variantsLeft = new Map<VariantId, number>()
  const takings = new Map<string, number>()
  for (const { id, buyer, units } of rows) {
    if (buyer === null) variantsLeft.set(id as VariantId, units)
    else takings.set(takingKey(id as OfferId, buyer), units)
  }
  return { variantsLeft, allotments, takings }
}

/** A hold that was released may be taken up again; for orders that are new the check is spared. */
const again = sql`on conflict (order_id) do update set state = 'held',
        variant_id = excluded.variant_id, allotment_id = excluded.allotment_id,
        buyer_id = excluded.buyer_id, quantity = excluded.quantity,
        expires_at_ms = excluded.expires_at_ms, warehouse_id = null
      where h.state = 'released'`

const lists = (takings: readonly Taking[]) => [
  takings.map((one) => one.allotmentId), takings.map((one) => one.buyerId),
  takings.map((one) => one.units),
] as const

async function apply(
  tx: Tx, state: StockState, admitted: readonly HoldRequest[], areNew: boolean,
): Promise<void> {
  if (admitted.length === 0) return
  const { variants, offers, newTakings, moreTakings } = tally(state, admitted)
  const [newOf, newBy, newUnits] = lists(newTakings)
  const [moreOf, moreBy, moreUnits] = lists(moreTakings)
  const of = <T>(read: (request: HoldRequest) => T): T[] => admitted.map(read)
  const { rows } = await sql<{ holds: number }>`
    with pool as (update trade_stock.pools p set held = p.held + s.units
      from unnest(${[...variants.keys()]}::text[], ${[...variants.values()]}::int[])
        as s(variant_id, units) where p.variant_id = s.variant_id),
    allotment as (update trade_stock.allotments a set taken = a.taken + s.units
      from unnest(${[...offers.keys()]}::text[], ${[...offers.values()]}::int[])
        as s(allotment_id, units) where a.id = s.allotment_id),
    fresh as (insert into trade_stock.takings (allotment_id, buyer_id, units)
      select * from unnest(${newOf}::text[], ${newBy}::text[], ${newUnits}::int[])),
    more as (update trade_stock.takings t set units = t.units + s.units
      from unnest(${moreOf}::text[], ${moreBy}::text[], ${moreUnits}::int[])
        as s(allotment_id, buyer_id, units)
      where t.allotment_id = s.allotment_id and t.buyer_id = s.buyer_id
        and t.allotment_id = any(${moreOf}::text[]) and t.buyer_id = any(${moreBy}::text[])),
    hold as (insert into trade_stock.holds as h
        (order_id, variant_id, allotment_id, buyer_id, quantity, expires_at_ms, state)
      select *, 'held' from unnest(${of((one) => one.orderId)}::text[],
        ${of((one) => one.variantId)}::text[], ${of((one) => one.allotmentId)}::text[],
        ${of((one) => one.buyerId)}::text[], ${of((one) => one.quantity)}::int[],
        ${of((one) => one.expiresAtMs)}::bigint[])
      ${areNew ? sql`` : again}
      returning 1)
    select count(*)::int as holds from hold`.execute(tx)
  assert(rows[0]?.holds === admitted.length, 'an order asked for units that it holds already')
}

/** Releases holds that are over and keep units from `wanting`. Rows beyond those that the batch has
 *  locked are only tried, never waited for: waiting out of order is how two batches lock up. */
async function reclaim(
  tx: Tx, wanting: readonly HoldRequest[], nowMs: number,
): Promise<OrderId[]> {
  const { rows } = await sql<{
    order_id: OrderId; variant_id: VariantId; allotment_id: OfferId | null
  }>`
    select order_id, variant_id, allotment_id from trade_stock.holds
    where state = 'held' and expires_at_ms <= ${nowMs}
      and (variant_id = any(${wanting.map((one) => one.variantId)}::text[])
        or allotment_id = any(${wanting.map((one) => one.allotmentId)}::text[]))
    order by expires_at_ms limit ${RECLAIM_LIMIT}`.execute(tx)
  if (rows.length === 0) return []
  const allotments = new Set(await lockAllotments(
    tx, rows.flatMap((row) => row.allotment_id ?? []), 'skip'))
  const pools = new Set(await lockPools(tx, rows.map((row) => row.variant_id), 'skip'))
  return giveBack(tx, rows
    .filter((row) => pools.has(row.variant_id))
    .filter((row) => row.allotment_id === null || allotments.has(row.allotment_id))
    .map((row) => row.order_id))
}

const held = (requests: readonly HoldRequest[], fates: readonly HoldFate[]) =>
  requests.filter((_, index) => fates[index]!.held)

/** Lock, decide, apply. With `reclaiming`, units of holds that are over make room when units lack;
 *  the orders are new then. */
export async function holdBatch(
  tx: Tx, requests: readonly HoldRequest[], nowMs: number, reclaiming: boolean,
): Promise<HoldOutcome> {
  if (requests.length === 0) {
    return { fates: [], expired: [], offersLeft: new Map(), variantsLeft: new Map() }
  }
  let state = await lockState(tx, requests)
  let admission = admit(state, requests, nowMs)
  let expired: OrderId[] = []
  if (reclaiming) {
    const wanting = requests.filter((_, index) => lacksUnits(admission.fates[index]!))
    if (wanting.length > 0) expired = await reclaim(tx, wanting, nowMs)
    if (expired.length > 0) {
      state = await lockState(tx, requests)
      admission = admit(state, requests, nowMs)
    }
  }
  await apply(tx, state, held(requests, admission.fates), reclaiming)
  return { ...admission, expired }
}
