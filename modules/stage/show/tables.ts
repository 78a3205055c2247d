// Generated from schema/*.sql: npm run generate
import type { ColumnType, Generated } from 'kysely'

export interface KeysTable {
  show_id: string
  stream_key: string
  key_hash: string
  made_at_ms: number
}

export interface ShowsTable {
  id: string
  slug: string
  title: string
  merchant: string
  state: string
  signal: string
  signal_at_ms: number
  reported_at_ms: number
  video: ColumnType<unknown, string | null, string | null>
  problem: string | null
  starts_at_ms: number
  started_at_ms: number | null
  ended_at_ms: number | null
  sale_stopped: boolean
  pinned_product_id: string | null
  line_up: string[]
  is_demo: boolean
  is_directed: boolean
  has_recording: boolean
  media_owes: string | null
  created_at_ms: number
  pinned_media_ms: number | null
  replay_withdrawn: Generated<boolean>
  renditions: string | null
}

export interface StageShowTables {
  'stage_show.keys': KeysTable
  'stage_show.shows': ShowsTable
}
