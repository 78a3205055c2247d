import { createHash } from 'node:crypto'
import type { AuditRow } from './contract.ts'

/** Key order must not depend on how a database hands JSON back. */
function canonical(details: AuditRow['details']): string {
  return JSON.stringify(Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** SHA-256 over the hash before and everything this row says. */
export function chainHash(previous: string, row: Omit<AuditRow, 'hash'>): string {
  const text = JSON.stringify([
    previous,
    row.seq,
    row.atMs,
    row.personId,
    row.act,
    row.subject,
    canonical(row.details),
  ])
  return createHash('sha256').update(text).digest('hex')
}

/** Rows oldest first, starting after `before`; false when one was changed, added or taken out. */
export function isChainWhole(
  rows: readonly AuditRow[],
  before: { seq: number; hash: string },
): boolean {
  let last = before
  for (const row of rows) {
    if (row.seq !== last.seq + 1 || row.hash !== chainHash(last.hash, row)) return false
    last = row
  }
  return true
}
