// Generated from schema/*.sql: npm run generate
import type { Generated } from 'kysely'

export interface PinsTable {
  show_id: string
  id: string
  wall_ms: number
  product_id: string | null
  title: string | null
  is_hidden: Generated<boolean>
}

export interface ReplaysTable {
  show_id: string
  started_at_ms: number | null
  ended_at_ms: number | null
  has_cut: Generated<boolean>
  in_ms: Generated<number>
  out_ms: number | null
  is_public: Generated<boolean>
  owes_media: Generated<boolean>
  removed_why: string | null
  removing_at_ms: number | null
  removed_at_ms: number | null
}

export interface StageReplayTables {
  'stage_replay.pins': PinsTable
  'stage_replay.replays': ReplaysTable
}
