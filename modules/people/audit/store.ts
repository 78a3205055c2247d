import type { Kysely, Selectable } from 'kysely'
import type { AuditRow } from './contract.ts'
import { chainHash } from './model.ts'
import type { PeopleAuditTables } from './tables.ts'

export function makeAuditStore(db: Kysely<PeopleAuditTables>) {
  const toRow = (row: Selectable<PeopleAuditTables['people_audit.rows']>): AuditRow => ({
    seq: Number(row.seq),
    atMs: Number(row.at_ms),
    personId: row.person_id,
    act: row.act,
    subject: row.subject,
    details: row.details as AuditRow['details'],
    hash: row.hash,
  })
  return {
    async append(entry: Omit<AuditRow, 'seq' | 'hash'>): Promise<void> {
      await db.transaction().execute(async (tx) => {
        const head = await tx
          .selectFrom('people_audit.head')
          .selectAll()
          .forUpdate()
          .executeTakeFirstOrThrow()
        const seq = Number(head.seq) + 1
        const hash = chainHash(head.hash, { ...entry, seq })
        await tx
          .insertInto('people_audit.rows')
          .values({
            seq,
            at_ms: entry.atMs,
            person_id: entry.personId,
            act: entry.act,
            subject: entry.subject,
            details: JSON.stringify(entry.details),
            hash,
          })
          .execute()
        await tx.updateTable('people_audit.head').set({ seq, hash }).execute()
      })
    },
    /** One page, newest first, and the row before its oldest, to check the chain against. */
    async readPage(before: number | undefined, limit: number) {
      let query = db
        .selectFrom('people_audit.rows')
        .selectAll()
        .orderBy('seq', 'desc')
        .limit(limit + 1)
      if (before !== undefined) query = query.where('seq', '<', before)
      const rows = (await query.execute()).map(toRow)
      const anchor = rows.length > limit ? rows.pop()! : { seq: 0, hash: '' }
      return { rows, anchor }
    },
    async readHead() {
      const head = await db.selectFrom('people_audit.head').selectAll().executeTakeFirstOrThrow()
      return { seq: Number(head.seq), hash: head.hash }
    },
  }
}
