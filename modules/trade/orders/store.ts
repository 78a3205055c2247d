import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely'
import type { OrderId, PersonId, ShowId } from '#kernel'
import type { NewOrder, OrderStep, Orders, ShowTotals } from './contract.ts'
import { readNumber, STEPS, stateAfter, type OrderRow, type StepName } from './model.ts'

type Tx = QueryExecutorProvider

/** May bring another order of the same buyers along when one sends the other's key: two lists are
 *  read by index where a join is not, and the caller looks up by both. */
export async function selectByKeys(
  tx: Tx, keys: readonly { buyerId: PersonId; key: string }[],
): Promise<OrderRow[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<OrderRow>`
    select * from trade_orders.orders
    where buyer_id = any(${[...new Set(keys.map((one) => one.buyerId))]}::text[])
      and key = any(${[...new Set(keys.map((one) => one.key))]}::text[])`.execute(tx)
  return rows
}

/** Numbers are drawn in the order of the batch. */
export async function insertOrders(
  tx: Tx, orders: readonly NewOrder[],
): Promise<Map<OrderId, number>> {
  const of = <T>(read: (order: NewOrder) => T): T[] => orders.map(read)
  const { rows } = await sql<{ id: OrderId; number: number }>`
    insert into trade_orders.orders (id, key, buyer_id, is_demo, show_id, offer_id, product_id,
      variant_id, title, variant_title, quantity, unit_minor, currency, market, delivery_id,
      placed_at_ms, hold_until_ms)
    select * from unnest(${of((o) => o.id)}::text[], ${of((o) => o.key)}::text[],
      ${of((o) => o.buyerId)}::text[], ${of((o) => o.isDemo)}::boolean[],
      ${of((o) => o.showId)}::text[], ${of((o) => o.offerId)}::text[],
      ${of((o) => o.productId)}::text[], ${of((o) => o.variantId)}::text[],
      ${of((o) => o.title)}::text[], ${of((o) => o.variantTitle)}::text[],
      ${of((o) => o.quantity)}::int[], ${of((o) => o.unit.amountMinor)}::bigint[],
      ${of((o) => o.unit.currency)}::text[], ${of((o) => o.market)}::text[],
      ${of((o) => o.deliveryId)}::text[], ${of((o) => o.placedAtMs)}::bigint[],
      ${of((o) => o.holdUntilMs)}::bigint[])
    returning id, number`.execute(tx)
  return new Map(rows.map((row) => [row.id, Number(row.number)]))
}

interface Move {
  readonly ids: readonly OrderId[]
  readonly step: StepName
  readonly nowMs: number
  readonly warehouseId?: string
  readonly buyerId?: string
}

/** Moves orders that are in the state before, and writes their step, in one statement. */
export async function moveOrders(tx: Tx, move: Move): Promise<OrderRow[]> {
  const { ids, step, nowMs } = move
  if (ids.length === 0) return []
  const warehouse = move.warehouseId === undefined ? sql``
    : sql`, warehouse_id = ${move.warehouseId}`
  const buyer = move.buyerId === undefined ? sql`` : sql` and buyer_id = ${move.buyerId}`
  const details = JSON.stringify(
    move.warehouseId === undefined ? {} : { warehouseId: move.warehouseId })
  const { rows } = await sql<OrderRow>`
    with moved as (update trade_orders.orders set state = ${stateAfter(step)}${warehouse}
      where id = any(${[...ids]}::text[]) and state = any(${[...STEPS[step].from]}::text[])${buyer}
      returning *),
    told as (insert into trade_orders.steps (order_id, at_ms, what, details)
      select id, ${nowMs}::bigint, ${STEPS[step].what}, ${details}::jsonb from moved)
    select * from moved order by id`.execute(tx)
  return rows
}

export async function selectOrder(db: Tx, id: OrderId): Promise<OrderRow | undefined> {
  const { rows } = await sql<OrderRow>`
    select * from trade_orders.orders where id = ${id}`.execute(db)
  return rows[0]
}

export async function selectMine(
  db: Tx, buyerId: PersonId, limit: number,
): Promise<OrderRow[]> {
  const { rows } = await sql<OrderRow>`
    select * from trade_orders.orders where buyer_id = ${buyerId}
    order by number desc limit ${limit}`.execute(db)
  return rows
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, (sign) => `\\${sign}`)

function searching(text: string): RawBuilder<unknown> {
  const number = readNumber(text)
  const pattern = `%${escapeLike(text.trim())}%`
  const titled = sql`(title ilike ${pattern} or variant_title ilike ${pattern})`
  return number === null ? titled : sql`(number = ${number} or ${titled})`
}

/** Newest first, by id: ids sort by the time they were made. One more than asked tells of more. */
export async function selectList(
  db: Tx, filter: Parameters<Orders<Tx>['list']>[0],
): Promise<OrderRow[]> {
  const { showId, state, search, before, limit, withDemo } = filter
  const wanted = [
    showId === undefined ? null : sql`show_id = ${showId}`,
    state === undefined ? null : sql`state = ${state}`,
    search === undefined || search.trim() === '' ? null : searching(search),
    before === undefined ? null : sql`id < ${before}`,
    withDemo ? null : sql`not is_demo`,
  ].filter((one) => one !== null)
  const where = wanted.length === 0 ? sql`` : sql`where ${sql.join(wanted, sql` and `)}`
  const { rows } = await sql<OrderRow>`
    select * from trade_orders.orders ${where} order by id desc limit ${limit + 1}`.execute(db)
  return rows
}

export async function selectSteps(db: Tx, id: OrderId): Promise<OrderStep[]> {
  const { rows } = await sql<{ at_ms: number; what: string; details: OrderStep['details'] }>`
    select at_ms, what, details from trade_orders.steps where order_id = ${id} order by seq`
    .execute(db)
  return rows.map((row) => ({ atMs: Number(row.at_ms), what: row.what, details: row.details }))
}

interface TotalsRow {
  state: string; is_demo: boolean; currency: string; orders: number; units: number; minor: number
}

/** Money sums by currency: `paid` keeps what a refund has not given back yet. */
export async function selectTotals(db: Tx, showId: ShowId): Promise<ShowTotals> {
  const { rows } = await sql<TotalsRow>`
    select state, is_demo, currency, count(*)::int as orders, sum(quantity)::int as units,
      sum(unit_minor * quantity)::bigint as minor
    from trade_orders.orders
    where show_id = ${showId} and state in ('held', 'paid', 'refund_pending', 'refunded')
    group by state, is_demo, currency`.execute(db)
  const own = rows.filter((row) => !row.is_demo)
  const demo = rows.filter((row) => row.is_demo)
  const stands = (row: TotalsRow) => row.state !== 'refunded'
  const isPaid = (row: TotalsRow) => row.state === 'paid' || row.state === 'refund_pending'
  const count = (list: TotalsRow[], what: 'orders' | 'units') =>
    list.reduce((sum, row) => sum + row[what], 0)
  const money = (list: TotalsRow[]) => {
    const sums = new Map<string, number>()
    for (const { currency, minor } of list) {
      sums.set(currency, (sums.get(currency) ?? 0) + Number(minor))
    }
    return [...sums].sort().map(([currency, amountMinor]) => ({ amountMinor, currency }))
  }
  return {
    orders: count(own.filter(stands), 'orders'), units: count(own.filter(stands), 'units'),
    demoOrders: count(demo.filter(stands), 'orders'),
    demoUnits: count(demo.filter(stands), 'units'),
    paid: money(own.filter(isPaid)), demoPaid: money(demo.filter(isPaid)),
    refunded: money(own.filter((row) => row.state === 'refunded')),
    held: count(own.filter((row) => row.state === 'held'), 'orders'),
  }
}
