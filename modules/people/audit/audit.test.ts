import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AuditRow } from './contract.ts'
import { chainHash, isChainWhole } from './model.ts'

const start = { seq: 0, hash: '' }

function chain(subjects: readonly string[]): AuditRow[] {
  const rows: AuditRow[] = []
  for (const subject of subjects) {
    const last = rows.at(-1) ?? start
    const row = {
      seq: last.seq + 1, atMs: 1000 + rows.length, personId: 'per_x', act: 'orders.refund', subject,
      details: { b: 1, a: subject },
    }
    rows.push({ ...row, hash: chainHash(last.hash, row) })
  }
  return rows
}

describe('people.audit chain', () => {
  test('AUD2 any change of any row breaks the chain', () => {
    fc.assert(fc.property(
      fc.array(fc.string(), { minLength: 1, maxLength: 8 }), fc.nat(), fc.constantFrom('subject', 'act', 'personId', 'atMs'),
      (subjects, pick, field) => {
        const rows = chain(subjects)
        expect(isChainWhole(rows, start)).toBe(true)
        const at = pick % rows.length
        const changed = { ...rows[at]!, [field]: field === 'atMs' ? rows[at]!.atMs + 1 : `${rows[at]![field as 'act']}!` }
        expect(isChainWhole(rows.with(at, changed), start)).toBe(false)
      },
    ))
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
