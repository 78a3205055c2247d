import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { silentLog } from '#kernel'
import { connect } from './database.ts'
import { migrate, readMigrations } from './migrate.ts'
import { useTestDatabase } from './testing/index.ts'

const test = useTestDatabase({ sources: [] })
const first = { name: '0001_start.sql', sql: 'create table a_one.things (id int); select 1;' }
const second = { name: '0002_more.sql', sql: 'alter table a_one.things add column n bigint' }
const of = (...files: typeof first[]) => [{ schema: 'a_one', files }]

describe('migrate', () => {
  it('runs each file once, also when two servers start together', async () => {
    const { database, url } = test
    const other = connect({ url, poolSize: 2, log: silentLog })
    const ran = await Promise.all([
      migrate(database, of(first)), migrate(other, of(first)), migrate(database, of(first)),
    ])
    await other.close()
    expect(ran.reduce((sum, n) => sum + n)).toBe(1)
    expect(await migrate(database, of(first, second))).toBe(1)
    expect(await migrate(database, of(first, second))).toBe(0)
    await sql`insert into a_one.things (id, n) values (1, 2)`.execute(database.kysely)
  })

  it('does not mind other line ends', async () => {
    const crlf = { ...first, sql: first.sql.replaceAll('\n', '\r\n') }
    expect(await migrate(test.database, of(crlf, second))).toBe(0)
  })

  it('refuses a file that was edited, removed or put before one that ran', async () => {
    const edited = { ...second, sql: `${second.sql} -- changed` }
    await expect(migrate(test.database, of(first, edited))).rejects
      .toMatchObject({
        code: 'store.migration_changed', message: /a_one\/0002_more.sql was edited/,
      })
    await expect(migrate(test.database, of(first))).rejects.toThrow(/newer release/)
    const late = { name: '0001_sub.sql', sql: 'select 1' }
    await expect(migrate(test.database, of(first, late, second))).rejects.toThrow(/next number/)
  })

  it('leaves nothing of a migration that fails half-way', async () => {
    const bad = { name: '0001_bad.sql', sql: 'create table a_bad.one (id int); select nonsense' }
    const sources = [{ schema: 'a_bad', files: [bad] }]
    await expect(migrate(test.database, sources)).rejects
      .toMatchObject({
        code: 'store.migration_failed', message: /a_bad\/0001_bad.sql failed: column/,
      })
    const { rows } =
      await sql`select 1 from information_schema.schemata where schema_name = 'a_bad'`
      .execute(test.database.kysely)
    expect(rows).toEqual([])
  })

  it('refuses a schema name that is none', async () => {
    const sources = [{ schema: 'a"; drop schema house; --', files: [first] }]
    await expect(migrate(test.database, sources)).rejects.toThrow(/is not a name/)
  })

  it('finds the migrations of every module in the tree, ours first', () => {
    const root = mkdtempSync(join(tmpdir(), 'silkcast-tree-'))
    const write = (folder: string, name: string) => {
      mkdirSync(join(root, folder), { recursive: true })
      writeFileSync(join(root, folder, name), 'select 1')
    }
    write('adapters/store-postgres/schema', '0001_a.sql')
    write('modules/trade/price-book/schema', '0002_b.sql')
    write('modules/trade/price-book/schema', '0001_a.sql')
    write('modules/people/hosts', 'notes.sql')
    const found = readMigrations(root)
    rmSync(root, { recursive: true })
    expect(found.map(({ schema, files }) => [schema, files.map(({ name }) => name)])).toEqual([
      ['house', ['0001_a.sql']], ['trade_price_book', ['0001_a.sql', '0002_b.sql']],
    ])
  })
})
