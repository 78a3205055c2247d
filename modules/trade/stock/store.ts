import { sql, type QueryExecutorProvider } from 'kysely'
import type { OfferId, OrderId, VariantId, WarehouseId } from '#kernel'
import type { Level, Stock, StockRefusal } from './contract.ts'
import { giveBack, lockHoldsOf } from './locks.ts'

type Tx = QueryExecutorProvider

export async function releaseOrders(tx: Tx, orderIds: readonly OrderId[]): Promise<OrderId[]> {
  if (orderIds.length === 0) return []
  await lockHoldsOf(tx, orderIds)
  return giveBack(tx, orderIds)
}

export async function releaseOver(tx: Tx, nowMs: number, limit: number): Promise<OrderId[]> {
  const { rows } = await sql<{ order_id: OrderId }>`
    select order_id from trade_stock.holds where state = 'held' and expires_at_ms <= ${nowMs}
    order by expires_at_ms limit ${limit}`.execute(tx)
  return releaseOrders(tx, rows.map((row) => row.order_id))
}

type AllotmentInput = Parameters<Stock<Tx>['openAllotment']>[1]

export async function insertAllotment(tx: Tx, input: AllotmentInput): Promise<void> {
  await sql`
    with made as (insert into trade_stock.allotments
        (id, units, per_buyer_cap, opens_at_ms, closes_at_ms)
      values (${input.id}, ${input.units}, ${input.perBuyerCap}, ${input.opensAtMs},
        ${input.closesAtMs}) returning id)
    insert into trade_stock.allotment_variants (allotment_id, variant_id)
    select ${input.id}, unnest(${[...new Set(input.variantIds)]}::text[])`.execute(tx)
}

export async function endAllotment(tx: Tx, id: OfferId): Promise<void> {
  await sql`update trade_stock.allotments set closed = true where id = ${id}`.execute(tx)
}

export async function selectAllotments(
  db: Tx, ids: readonly OfferId[],
): Promise<ReadonlyMap<OfferId, { units: number; taken: number }>> {
  const { rows } = await sql<{ id: OfferId; units: number; taken: number }>`
    select id, units, taken from trade_stock.allotments where id = any(${ids}::text[])`.execute(db)
  return new Map(rows.map(({ id, units, taken }) => [id, { units, taken }]))
}

export async function selectLevels(db: Tx, variantIds?: readonly VariantId[]): Promise<Level[]> {
  const some = variantIds === undefined ? sql``
    : sql`where p.variant_id = any(${variantIds}::text[])`
  const { rows } = await sql<Level>`
    select p.variant_id as "variantId", p.on_hand as "onHand", p.held,
      coalesce(json_agg(json_build_object('warehouseId', w.id, 'name', w.name,
          'country', w.country, 'onHand', l.on_hand) order by w.place)
        filter (where w.id is not null), '[]') as "byWarehouse"
    from trade_stock.pools p
    left join trade_stock.levels l on l.variant_id = p.variant_id
    left join trade_stock.warehouses w on w.id = l.warehouse_id
    ${some} group by p.variant_id order by p.variant_id`.execute(db)
  return rows
}

/** Counts one shelf anew; the pool follows. The pool is locked before anything is read. */
export async function writeLevel(
  tx: Tx, variantId: VariantId, warehouseId: WarehouseId, onHand: number,
): Promise<StockRefusal | null> {
  const { rows: known } = await sql`
    select 1 from trade_stock.warehouses where id = ${warehouseId}`.execute(tx)
  if (known.length === 0) return 'trade.stock.warehouse_unknown'
  await sql`insert into trade_stock.pools (variant_id, on_hand) values (${variantId}, 0)
    on conflict do nothing`.execute(tx)
  await sql`select 1 from trade_stock.pools where variant_id = ${variantId} for update`.execute(tx)
  const { rows } = await sql<{ fits: boolean }>`
    select coalesce((select sum(on_hand) from trade_stock.levels
        where variant_id = ${variantId} and warehouse_id <> ${warehouseId}), 0)
      + ${onHand}::int >= held as fits
    from trade_stock.pools where variant_id = ${variantId}`.execute(tx)
  if (!rows[0]?.fits) return 'trade.stock.below_held'
  await sql`insert into trade_stock.levels (variant_id, warehouse_id, on_hand)
    values (${variantId}, ${warehouseId}, ${onHand})
    on conflict (variant_id, warehouse_id) do update set on_hand = excluded.on_hand`.execute(tx)
  await sql`update trade_stock.pools set on_hand =
      (select sum(on_hand) from trade_stock.levels where variant_id = ${variantId})
    where variant_id = ${variantId}`.execute(tx)
  return null
}

interface WarehouseInput {
  readonly id: WarehouseId; readonly name: string; readonly country: string
  readonly serves: readonly string[]
}

/** By id, else by name: the one that is there already is brought up to date. */
export async function upsertWarehouse(
  db: Tx, input: WarehouseInput, byName: boolean,
): Promise<WarehouseId> {
  const target = sql.raw(byName ? '(name)' : '(id)')
  const { rows } = await sql<{ id: WarehouseId }>`
    insert into trade_stock.warehouses (id, name, country, serves)
    values (${input.id}, ${input.name}, ${input.country}, ${[...input.serves]}::text[])
    on conflict ${target} do update set name = excluded.name, country = excluded.country,
      serves = excluded.serves
    returning id`.execute(db)
  return rows[0]!.id
}

export async function selectWarehouses(db: Tx): ReturnType<Stock<Tx>['listWarehouses']> {
  const { rows } = await sql<{
    id: WarehouseId; name: string; country: string; serves: string[]
  }>`select id, name, country, serves from trade_stock.warehouses order by place`.execute(db)
  return rows
}
