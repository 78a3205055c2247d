import { sql, type Kysely } from 'kysely'
import type { AnyTables } from '../database.ts'

/** The outbox for /metrics: how many facts were written in all, and per listener the moment of the
 *  oldest fact that it may not have heard; null when there is none. */
export interface OutboxFigures {
  readonly written: number
  readonly oldestAtMs: Readonly<Record<string, number | null>>
}

export async function readOutboxFigures(
  db: Kysely<AnyTables>, listeners: readonly { readonly name: string; readonly from: bigint }[],
): Promise<OutboxFigures> {
  const last = await sql<{ seq: string }>`
    select seq from house.outbox order by seq desc limit 1`.execute(db)
  // A lateral limit walks the index once per listener.
  const { rows } = await sql<{ name: string; at_ms: string | null }>`
    select given.name, (select at_ms from house.outbox
      where xid >= given.from_xid::xid8 order by xid, seq limit 1) as at_ms
    from unnest(${listeners.map((one) => one.name)}::text[],
      ${listeners.map((one) => String(one.from))}::text[]) as given (name, from_xid)`.execute(db)
  return {
    written: Number(last.rows[0]?.seq ?? 0),
    oldestAtMs: Object.fromEntries(rows.map((row) =>
      [row.name, row.at_ms === null ? null : Number(row.at_ms)])),
  }
}
