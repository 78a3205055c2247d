import { sql, type QueryExecutorProvider } from 'kysely'
import type { OfferId, OrderId, PersonId, VariantId } from '#kernel'
import type { HoldRequest } from './contract.ts'

export { makeMemoryShelf } from './testing/memory-shelf.ts'

/** What must be true of stock at any moment, each as a query that finds what breaks it. */
const BROKEN = {
  'held is not the sum of holds': sql<Finding>`
    select p.variant_id as id, p.held as found, coalesce(sum(h.quantity), 0)::int as expected
    from trade_stock.pools p
    left join trade_stock.holds h on h.variant_id = p.variant_id and h.state = 'held'
    group by p.variant_id, p.held having p.held <> coalesce(sum(h.quantity), 0)`,
  'on hand is not the sum of the shelves': sql<Finding>`
    select p.variant_id as id, p.on_hand as found, coalesce(sum(l.on_hand), 0)::int as expected
    from trade_stock.pools p left join trade_stock.levels l on l.variant_id = p.variant_id
    group by p.variant_id, p.on_hand having p.on_hand <> coalesce(sum(l.on_hand), 0)`,
  'more is held than on hand': sql<Finding>`
    select variant_id as id, held as found, on_hand as expected
    from trade_stock.pools where held < 0 or held > on_hand`,
  'taken is not what holds of the offer say': sql<Finding>`
    select a.id, a.taken as found, coalesce(sum(h.quantity), 0)::int as expected
    from trade_stock.allotments a
    left join trade_stock.holds h on h.allotment_id = a.id and h.state in ('held', 'committed')
    group by a.id, a.taken having a.taken <> coalesce(sum(h.quantity), 0)`,
  'more is taken than set aside': sql<Finding>`
    select id, taken as found, units as expected
    from trade_stock.allotments where taken < 0 or taken > units`,
  'a taking is not what holds of the buyer say': sql<Finding>`
    select coalesce(t.allotment_id || ' ' || t.buyer_id, h.allotment_id || ' ' || h.buyer_id) as id,
      coalesce(t.units, 0) as found, coalesce(h.units, 0) as expected
    from trade_stock.takings t
    full join (select allotment_id, buyer_id, sum(quantity)::int as units from trade_stock.holds
        where allotment_id is not null and state in ('held', 'committed') group by 1, 2) h
      on h.allotment_id = t.allotment_id and h.buyer_id = t.buyer_id
    where coalesce(t.units, 0) <> coalesce(h.units, 0)`,
  'a buyer has more than the cap': sql<Finding>`
    select t.allotment_id || ' ' || t.buyer_id as id, t.units as found,
      a.per_buyer_cap as expected
    from trade_stock.takings t join trade_stock.allotments a on a.id = t.allotment_id
    where t.units > a.per_buyer_cap`,
}

interface Finding { readonly id: string; readonly found: number; readonly expected: number }

/** Checks every promise of stock; answers what is broken, nothing when all is well. */
export async function checkStock(db: QueryExecutorProvider): Promise<string[]> {
  const problems: string[] = []
  for (const [what, query] of Object.entries(BROKEN)) {
    const { rows } = await query.execute(db)
    for (const { id, found, expected } of rows) problems.push(`${what}: ${id} ${found}/${expected}`)
  }
  return problems
}

let count = 0

/** An id of the right form, the same in every run. */
export const testId = <Prefix extends string>(prefix: Prefix, number = ++count) =>
  `${prefix}_0${String(number).padStart(25, '0')}` as `${Prefix}_${string}`

/** One wish for one unit of an ordinary sale. */
export const aRequest = (change: Partial<HoldRequest> = {}): HoldRequest => ({
  orderId: testId('ord') as string as OrderId, variantId: testId('var', 1) as string as VariantId,
  allotmentId: null, buyerId: testId('per') as string as PersonId, quantity: 1,
  expiresAtMs: 2_000_000_000_000, ...change,
})

export const offerId = (number: number) => testId('off', number) as string as OfferId
export const variantId = (number: number) => testId('var', number) as string as VariantId
export const buyerId = (number: number) => testId('per', number) as string as PersonId
