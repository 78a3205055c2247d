// Generated from schema/*.sql: npm run generate

export interface GuestsTable {
  id: string
  show_id: string
  state: string
  token_hash: string
  key_hash: string | null
  name: string
  language: string
  mute: string
  person_id: string | null
  place: number
  invited_by: string
  invited_at_ms: number
  expires_at_ms: number
  ended_at_ms: number | null
}

export interface HandsTable {
  show_id: string
  person_id: string
  name: string
  raised_at_ms: number
}

export interface PicturesTable {
  show_id: string
  key: string
  key_hash: string
  round: number
}

export interface StagesTable {
  show_id: string
  revision: number
  layout: string
  spotlight: string
  media_owes: boolean
}

export interface StageBackstageTables {
  'stage_backstage.guests': GuestsTable
  'stage_backstage.hands': HandsTable
  'stage_backstage.pictures': PicturesTable
  'stage_backstage.stages': StagesTable
}
