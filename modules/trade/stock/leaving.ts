import { sql, type QueryExecutorProvider } from 'kysely'
import { assert, type OrderId, type WarehouseId } from '#kernel'
import type { Stock } from './contract.ts'
import { lockHoldsOf, untake } from './locks.ts'
import { pickWarehouse, type Shelf } from './model.ts'

type Tx = QueryExecutorProvider

interface HoldRow {
  variant_id: string; quantity: number; state: 'held' | 'committed' | 'released'
  expires_at_ms: number; warehouse_id: WarehouseId | null
}

async function readHold(tx: Tx, orderId: OrderId): Promise<HoldRow | undefined> {
  const { rows } = await sql<HoldRow>`
    select variant_id, quantity, state, expires_at_ms, warehouse_id
    from trade_stock.holds where order_id = ${orderId}`.execute(tx)
  return rows[0]
}

async function readShelves(tx: Tx, variantId: string): Promise<Shelf[]> {
  const { rows } = await sql<{ warehouse_id: WarehouseId; serves: string[]; on_hand: number }>`
    select l.warehouse_id, w.serves, l.on_hand from trade_stock.levels l
    join trade_stock.warehouses w on w.id = l.warehouse_id
    where l.variant_id = ${variantId} order by w.place`.execute(tx)
  return rows.map((row) => (
    { warehouseId: row.warehouse_id, serves: row.serves, onHand: row.on_hand }))
}

/** A paid hold leaves stock. */
export async function commitHold(
  tx: Tx, orderId: OrderId, country: string, nowMs: number,
): ReturnType<Stock<Tx>['commit']> {
  await lockHoldsOf(tx, [orderId])
  const hold = await readHold(tx, orderId)
  if (hold?.state === 'committed' && hold.warehouse_id) {
    return { committed: true, warehouseId: hold.warehouse_id }
  }
  if (hold?.state !== 'held' || Number(hold.expires_at_ms) <= nowMs) {
    return { committed: false, code: 'trade.stock.hold_over' }
  }
  const shelves = await readShelves(tx, hold.variant_id)
  const picked = pickWarehouse(shelves, country, hold.quantity)
  assert(picked, `held units of ${hold.variant_id} are on no shelf`)
  await sql`
    with gone as (update trade_stock.holds
        set state = 'committed', warehouse_id = ${picked.warehouseId}
      where order_id = ${orderId}),
    level as (update trade_stock.levels l set on_hand = l.on_hand - d.units
      from unnest(${picked.draws.map((draw) => draw.warehouseId)}::text[],
        ${picked.draws.map((draw) => draw.units)}::int[]) as d(warehouse_id, units)
      where l.variant_id = ${hold.variant_id} and l.warehouse_id = d.warehouse_id)
    update trade_stock.pools set on_hand = on_hand - ${hold.quantity}::int,
      held = held - ${hold.quantity}::int where variant_id = ${hold.variant_id}`.execute(tx)
  return { committed: true, warehouseId: picked.warehouseId }
}

/** Units of a committed hold come back to the shelf they left. */
export async function restockHold(tx: Tx, orderId: OrderId): Promise<boolean> {
  await lockHoldsOf(tx, [orderId])
  const { rows } = await sql<{ order_id: OrderId }>`
    with gone as (update trade_stock.holds set state = 'released'
      where order_id = ${orderId} and state = 'committed' returning *),
    pool as (update trade_stock.pools p set on_hand = p.on_hand + gone.quantity
      from gone where p.variant_id = gone.variant_id),
    level as (update trade_stock.levels l set on_hand = l.on_hand + gone.quantity
      from gone where l.variant_id = gone.variant_id and l.warehouse_id = gone.warehouse_id),
    ${untake()}
    select order_id from gone`.execute(tx)
  return rows.length > 0
}
