import { sql, type QueryExecutorProvider } from 'kysely'

/** Payments without an end, by state, for /metrics; read from the index that holds only them. */
export async function readOpenPayments(
  db: QueryExecutorProvider,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<{ state: string; count: string }>`
    select state, count(*) as count from trade_payments.payments
    where state in ('created', 'challenge', 'unknown') group by state`.execute(db)
  const open = { created: 0, challenge: 0, unknown: 0 }
  return { ...open, ...Object.fromEntries(rows.map((row) => [row.state, Number(row.count)])) }
}
