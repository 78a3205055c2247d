import { sql, type QueryExecutorProvider } from 'kysely'

interface Finding { readonly id: string; readonly found: string | null }

/** Checks that orders, holds and facts tell one story; answers what does not. `checkFacts: false`
 *  where the outbox has been emptied. */
export async function checkOrders(
  db: QueryExecutorProvider, options: { checkFacts?: boolean } = {},
): Promise<string[]> {
  const apart = await sql<Finding>`
    select coalesce(o.id, h.order_id) as id, concat(o.state, '/', h.state) as found
    from trade_orders.orders o full join trade_stock.holds h on h.order_id = o.id
    where h.state is distinct from case when o.state = 'held' then 'held'
        when o.state in ('expired', 'cancelled') then 'released'
        when o.state in ('paid', 'refund_pending') then 'committed'
        when h.state in ('committed', 'released') then h.state end
      or h.quantity <> o.quantity or h.buyer_id <> o.buyer_id`.execute(db)
  const untold = options.checkFacts === false ? { rows: [] } : await sql<Finding>`
    select o.id, count(f.id)::text as found from trade_orders.orders o
    left join house.outbox f on f.aggregate = o.id and f.name = 'OrderPlaced'
    group by o.id having count(f.id) <> 1`.execute(db)
  return [
    ...apart.rows.map(({ id, found }) => `order and hold differ: ${id} ${found}`),
    ...untold.rows.map(({ id, found }) => `an order was told ${found} times: ${id}`),
  ]
}
