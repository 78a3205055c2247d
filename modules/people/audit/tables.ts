export interface PeopleAuditTables {
  'people_audit.rows': { seq: number; at_ms: number; person_id: string; act: string; subject: string; details: unknown; hash: string }
  'people_audit.head': { one: boolean; seq: number; hash: string }
}
