export interface PeopleAccountsTables {
  'people_accounts.people': { id: string; email: string | null; display_name: string; is_demo: boolean; created_at_ms: number }
  'people_accounts.roles': { person_id: string; role: string }
  'people_accounts.sessions': { token_hash: string; id: string; person_id: string; created_at_ms: number; expires_at_ms: number }
  'people_accounts.links': { token_hash: string; email: string; created_at_ms: number; expires_at_ms: number; used_at_ms: number | null }
  'people_accounts.deliveries': { id: string; person_id: string; country: string; body: unknown; created_at_ms: number }
}
