// Generated from schema/*.sql: npm run generate
import type { ColumnType, Generated } from 'kysely'

export interface DeliveriesTable {
  id: string
  person_id: string
  country: string
  body: ColumnType<unknown, string, string>
  created_at_ms: number
}

export interface LinksTable {
  token_hash: string
  email: string
  created_at_ms: number
  expires_at_ms: number
  used_at_ms: number | null
  purpose: string | null
}

export interface PeopleTable {
  id: string
  email: string | null
  display_name: string
  is_demo: Generated<boolean>
  created_at_ms: number
}

export interface RolesTable {
  person_id: string
  role: string
}

export interface SessionsTable {
  token_hash: string
  id: string
  person_id: string
  created_at_ms: number
  expires_at_ms: number
  purpose: string | null
}

export interface PeopleAccountsTables {
  'people_accounts.deliveries': DeliveriesTable
  'people_accounts.links': LinksTable
  'people_accounts.people': PeopleTable
  'people_accounts.roles': RolesTable
  'people_accounts.sessions': SessionsTable
}
