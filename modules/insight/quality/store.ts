import { sql, type QueryExecutorProvider } from 'kysely'
import type { ShowId } from '#kernel'
import { emptyCell, mergeCells, type Cell } from './model/cell.ts'
import { addCells, cellKey, partsOf, type CellKey, type Cells } from './model/summary.ts'
import type { Transport } from './contract.ts'

type Tx = QueryExecutorProvider

interface CellRow {
  readonly country: string
  readonly transport: Transport
  readonly figures: Partial<Cell>
}

/** Fields that a later version added are empty in what an earlier one wrote. */
const toCells = (rows: readonly CellRow[]): Map<CellKey, Cell> => new Map(rows.map((row) =>
  [cellKey(row.country, row.transport), mergeCells(emptyCell, { ...emptyCell, ...row.figures })]))

export async function selectCells(db: Tx, showId: ShowId): Promise<Map<CellKey, Cell>> {
  const { rows } = await sql<CellRow>`
    select country, transport, figures from insight_quality.cells
    where show_id = ${showId}`.execute(db)
  return toCells(rows)
}

/** Adds to what is kept, also when another process does the same; returns what is kept then. */
export async function addToCells(
  tx: Tx, showId: ShowId, more: Cells, nowMs: number,
): Promise<Map<CellKey, Cell>> {
  // Also locks rows that do not exist yet.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`quality ${showId}`}, 0))`.execute(tx)
  const sum = addCells(await selectCells(tx, showId), more)
  const changed = [...more.keys()].map((key) => ({ ...partsOf(key), cell: sum.get(key)! }))
  await sql`
    insert into insight_quality.cells (show_id, country, transport, figures, changed_at_ms)
    select ${showId}, country, transport, figures::jsonb, ${nowMs}::bigint
    from unnest(${changed.map((one) => one.country)}::text[],
      ${changed.map((one) => one.transport)}::text[],
      ${changed.map((one) => JSON.stringify(one.cell))}::text[]) as c (country, transport, figures)
    on conflict (show_id, country, transport) do update
      set figures = excluded.figures, changed_at_ms = excluded.changed_at_ms`.execute(tx)
  return sum
}
