import type { Kysely } from 'kysely'
import { ok, routeTable, type Clock } from '#kernel'
import type { Who } from '#people/accounts/contract'
import { api, type Audit } from './contract.ts'
import { isChainWhole } from './model.ts'
import { makeAuditStore } from './store.ts'
import type { PeopleAuditTables } from './tables.ts'

const pageRows = 100

/** Makes the audit log of staff acts. */
export function makeAudit(deps: { db: Kysely<PeopleAuditTables>; clock: Clock }) {
  const store = makeAuditStore(deps.db)
  const audit: Audit = {
    record: (entry) => store.append({
      atMs: deps.clock.nowMs(), personId: entry.personId, act: entry.act, subject: entry.subject,
      details: entry.details ?? {},
    }),
  }
  const routes = routeTable<typeof api, Who>(api, {
    async 'GET /api/audit'({ query }) {
      const { rows, anchor } = await store.readPage(query.before, pageRows)
      const head = await store.readHead()
      const endsAtHead = query.before !== undefined || (rows[0]?.seq ?? 0) === head.seq
      return ok({ rows, chainIsWhole: endsAtHead && isChainWhole(rows.toReversed(), anchor) })
    },
  })
  return { ...audit, routes }
}
