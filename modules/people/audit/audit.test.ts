import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { makeManualClock, type PersonId } from '#kernel'
import type { AuditRow } from './contract.ts'
import { makeAudit } from './index.ts'
import { chainHash, isChainWhole } from './model.ts'

const start = { seq: 0, hash: '' }

function chain(subjects: readonly string[]): AuditRow[] {
  const rows: AuditRow[] = []
  for (const subject of subjects) {
    const last = rows.at(-1) ?? start
    const row = {
      seq: last.seq + 1,
      atMs: 1000 + rows.length,
      personId: 'per_x',
      act: 'orders.refund',
      subject,
      details: { b: 1, a: subject },
    }
    rows.push({ ...row, hash: chainHash(last.hash, row) })
  }
  return rows
}

describe('people.audit chain', () => {
  test('AUD2 any change of any row breaks the chain', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.constantFrom('subject', 'act', 'personId', 'atMs'),
        (subjects, pick, field) => {
          const rows = chain(subjects)
          expect(isChainWhole(rows, start)).toBe(true)
          const at = pick % rows.length
          const changed = {
            ...rows[at]!,
            [field]: field === 'atMs' ? rows[at]!.atMs + 1 : `${rows[at]![field as 'act']}!`,
          }
          expect(isChainWhole(rows.with(at, changed), start)).toBe(false)
        },
      ),
    )
  })

  test('AUD2 a row taken out or doubled breaks the chain', () => {
    const rows = chain(['a', 'b', 'c'])
    expect(isChainWhole([rows[0]!, rows[2]!], start)).toBe(false)
    expect(isChainWhole([rows[0]!, rows[0]!, rows[1]!], start)).toBe(false)
  })

  test('AUD2 the order in which a database hands keys back does not matter', () => {
    const [row] = chain(['a'])
    const turned = { ...row!, details: { a: 'a', b: 1 } }
    expect(isChainWhole([turned], start)).toBe(true)
  })
})

describe('people.audit log', () => {
  const house = useTestDatabase({ only: ['people_audit'] })
  const read = async (audit: ReturnType<typeof makeAudit>) => {
    const handler = audit.routes.handlers['GET /api/audit']!
    return (await handler({ query: {} })) as { value: { rows: AuditRow[]; chainIsWhole: boolean } }
  }

  test('AUD1 rows written at once are numbered without a gap', async () => {
    const audit = makeAudit({ db: house.database.kysely, clock: makeManualClock() })
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        audit.record({
          personId: 'per_x' as PersonId,
          act: 'test',
          subject: `s${at}`,
          details: { z: at, a: null },
        }),
      ),
    )
    const { value } = await read(audit)
    expect(value.rows.map((row) => row.seq)).toEqual(Array.from({ length: 20 }, (_, at) => 20 - at))
    expect(value.chainIsWhole).toBe(true)
  })

  test('AUD2 a changed row in the table is noticed', async () => {
    const audit = makeAudit({ db: house.database.kysely, clock: makeManualClock() })
    const rows = house.database.kysely.updateTable('people_audit.rows')
    await rows.set({ subject: 'changed' }).where('seq', '=', 7).execute()
    expect((await read(audit)).value.chainIsWhole).toBe(false)
  })

  test('AUD3 cutting off the newest rows is noticed', async () => {
    const audit = makeAudit({ db: house.database.kysely, clock: makeManualClock() })
    await house.database.kysely.deleteFrom('people_audit.rows').where('seq', '>=', 7).execute()
    expect((await read(audit)).value.chainIsWhole).toBe(false)
  })
})
