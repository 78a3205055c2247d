// Generated from schema/*.sql: npm run generate

export interface MessagesTable {
  id: string
  show_id: string
  person_id: string
  name: string
  text: string
  at_ms: number
  is_demo: boolean
  is_staff: boolean
  removed_at_ms: number | null
}

export interface MutesTable {
  show_id: string
  person_id: string
  muted_at_ms: number
}

export interface StageChatTables {
  'stage_chat.messages': MessagesTable
  'stage_chat.mutes': MutesTable
}
