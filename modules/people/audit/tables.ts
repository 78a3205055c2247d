// Generated from schema/*.sql: npm run generate
import type { ColumnType, Generated } from 'kysely'

export interface HeadTable {
  one: Generated<boolean>
  seq: number
  hash: string
}

export interface RowsTable {
  seq: number
  at_ms: number
  person_id: string
  act: string
  subject: string
  details: ColumnType<unknown, string, string>
  hash: string
}

export interface PeopleAuditTables {
  'people_audit.head': HeadTable
  'people_audit.rows': RowsTable
}
