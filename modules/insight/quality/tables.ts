// Generated from schema/*.sql: npm run generate
import type { ColumnType } from 'kysely'

export interface CellsTable {
  show_id: string
  country: string
  transport: string
  figures: ColumnType<unknown, string, string>
  changed_at_ms: number
}

export interface InsightQualityTables {
  'insight_quality.cells': CellsTable
}
