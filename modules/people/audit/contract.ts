import Type, { type Static } from 'typebox'
import type { Api, PersonId, RefusalDoc } from '#kernel'

/** Every refusal of this module. */
export const refusalCodes = [] as const satisfies readonly RefusalDoc[]

/** One act of a member of staff. `hash` = SHA-256 over the previous hash and this row's
 *  content, so a
 *  changed or missing row breaks the chain. */
export const AuditRowSchema = Type.Object({
  seq: Type.Integer(),
  atMs: Type.Integer(),
  personId: Type.String(),
  act: Type.String(),
  /** The thing acted on, e.g. an order id. */
  subject: Type.String(),
  details: Type.Record(
    Type.String(),
    Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
  ),
  hash: Type.String(),
})
/** See AuditRowSchema. */
export type AuditRow = Static<typeof AuditRowSchema>

/** HTTP surface. */
export const api = {
  'GET /api/audit': {
    act: 'audit.read',
    doc: 'The latest acts of staff, newest first, and whether the chain is whole.',
    query: Type.Object(
      { before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })) },
      { additionalProperties: false },
    ),
    reply: Type.Object({ rows: Type.Array(AuditRowSchema), chainIsWhole: Type.Boolean() }),
  },
} as const satisfies Api

/** What other parts ask of the audit log. */
export interface Audit {
  /** Appends one act. Written before the answer goes out; a fault here fails the act. */
  record(entry: {
    personId: PersonId
    act: string
    subject: string
    details?: Readonly<Record<string, string | number | boolean | null>>
  }): Promise<void>
}
