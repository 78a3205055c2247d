import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Fact, FactId } from '#kernel'
import type { AnyTables } from '../database.ts'

/** How far a listener is. Everything of transactions below `from` was handled. While a window
 *  [from, until) is open, everything in it up to `seq` was handled, too. */
export interface Cursor {
  from: bigint
  until: bigint | undefined
  seq: number
}

/** A look at the outbox. Transactions below `horizon` have all ended: nothing can come late there.
 *  */
export interface View {
  readonly horizon: bigint
  readonly hasNew: boolean
  /** Committed facts that still wait for an older transaction to end. */
  readonly hasWaiting: boolean
}

interface Row {
  seq: number; id: FactId; name: string; version: number; aggregate: string; atMs: number
  payload: unknown
}

export const CHUNK_FACTS = 500
/** A chunk looks at so many facts at most, however few of them the listener wants. */
export const CHUNK_SPAN = 20_000

type Db = Kysely<AnyTables>

/** `order by ... limit 1` walks the index; `min` or `exists` could walk the whole table. */
export async function lookAtOutbox(db: Db, from: bigint): Promise<View> {
  const { rows } = await sql<{ horizon: string; hasNew: boolean; hasWaiting: boolean }>`
    with now as materialized (select pg_snapshot_xmin(pg_current_snapshot()) as horizon)
    select horizon::text as horizon,
      (select true from house.outbox where xid >= ${String(from)}::xid8 and xid < horizon
        order by xid, seq limit 1) is not null as "hasNew",
      (select true from house.outbox where xid >= horizon
        order by xid, seq limit 1) is not null as "hasWaiting"
    from now`.execute(db)
  const { horizon, hasNew, hasWaiting } = rows[0]!
  return { horizon: BigInt(horizon), hasNew, hasWaiting }
}

/** First and last seq of a window; the `+ 0` keeps the planner from walking the table by seq. */
export async function readSpan(db: Db, from: bigint, until: bigint) {
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    select min(seq + 0) as first, max(seq + 0) as last from house.outbox
    where xid >= ${String(from)}::xid8 and xid < ${String(until)}::xid8`.execute(db)
  const { first, last } = rows[0]!
  return first === null || last === null ? undefined : { first, last }
}

/** The next facts of an open window. Within a window seq is the order of writing: a transaction
 *  that waited for another's rows wrote its facts later, whichever of the two began first. */
export async function readChunk(
  db: Db, cursor: Cursor & { until: bigint }, upTo: number, wants: readonly string[],
): Promise<{ seq: number; fact: Fact }[]> {
  const { rows } = await sql<Row>`
    select seq, id, name, version, aggregate, at_ms as "atMs", payload from house.outbox
    where seq > ${cursor.seq}::bigint and seq <= ${upTo}::bigint
      and xid >= ${String(cursor.from)}::xid8 and xid < ${String(cursor.until)}::xid8
      and name = any(${wants}::text[])
    order by seq limit ${CHUNK_FACTS}::int`.execute(db)
  return rows.map(({ seq, ...fact }) => ({ seq, fact }))
}

export async function readCursor(db: Db, listener: string): Promise<Cursor> {
  const { rows } = await sql<{ from: string; until: string | null; seq: number }>`
    select xid::text as from, until::text as until, seq from house.cursors
    where listener = ${listener}`.execute(db)
  const row = rows[0]
  if (!row) return { from: 0n, until: undefined, seq: 0 }
  const until = row.until === null ? undefined : BigInt(row.until)
  return { from: BigInt(row.from), until, seq: row.seq }
}

export async function saveCursor(db: Db, listener: string, cursor: Cursor): Promise<void> {
  const until = cursor.until === undefined ? null : String(cursor.until)
  await sql`
    insert into house.cursors (listener, xid, until, seq)
    values (${listener}, ${String(cursor.from)}::xid8, ${until}::xid8, ${cursor.seq}::bigint)
    on conflict (listener) do update
      set xid = excluded.xid, until = excluded.until, seq = excluded.seq`.execute(db)
}
