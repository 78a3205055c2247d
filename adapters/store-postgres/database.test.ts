import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { Fault } from '#kernel'
import { makeStatementNames } from './client.ts'
import { useTestDatabase } from './testing/index.ts'

const sources = [{
  schema: 'trade_box',
  files: [{
    name: '0001_start.sql', sql: 'create table trade_box.boxes (id int primary key, n bigint)',
  }],
}]
const test = useTestDatabase({ sources })

describe('connect', () => {
  it('reads int8 and int8[] as numbers, and never rounds', async () => {
    const { kysely } = test.database
    const { rows } = await sql`select 9007199254740991::int8 as a, array[1,null,3]::int8[] as b,
      ${5}::int8 as c`.execute(kysely)
    expect(rows).toEqual([{ a: 9007199254740991, b: [1, null, 3], c: 5 }])
    await expect(sql`select 9007199254740993::int8 as a`.execute(kysely))
      .rejects.toThrow(/does not fit/)
    await expect(sql`select 1 as a`.execute(kysely)).resolves.toBeDefined()
  })

  it('prepares a repeated text once, under a stable name', async () => {
    await test.database.kysely.connection().execute(async (one) => {
      for (let turn = 0; turn < 4; turn++) {
        await sql`select ${turn}::int + 40 as repeated`.execute(one)
      }
      const { rows } = await sql<{ statement: string; calls: number }>`
        select statement, generic_plans + custom_plans as calls from pg_prepared_statements
        where statement like '%as repeated' and name like 's\\_%'`.execute(one)
      expect(rows).toHaveLength(1)
      expect(rows[0]!.calls).toBe(3)
    })
  })

  it('names at most a thousand texts, and none that comes once', () => {
    const nameFor = makeStatementNames()
    expect(nameFor('once')).toBeUndefined()
    const named = Array.from({ length: 1500 }, (_, at) => `select ${at}`)
      .filter((text) => (nameFor(text), nameFor(text) !== undefined))
    expect(named).toHaveLength(1000)
    expect(nameFor('select 3')).toBe(nameFor('select 3'))
  })

  it('runs a transaction again after a deadlock or a serialization failure', async () => {
    const { database } = test
    await sql`insert into trade_box.boxes values (1, 0), (2, 0)`.execute(database.kysely)
    let runs = 0
    const bump = (first: number, second: number) => database.transaction(async (tx) => {
      runs++
      await sql`update trade_box.boxes set n = n + 1 where id = ${first}`.execute(tx)
      await sql`select pg_sleep(0.1)`.execute(tx)
      await sql`update trade_box.boxes set n = n + 1 where id = ${second}`.execute(tx)
    })
    await Promise.all([bump(1, 2), bump(2, 1)])
    expect(runs).toBeGreaterThan(2)
    const { rows } = await sql`select n from trade_box.boxes order by id`.execute(database.kysely)
    expect(rows).toEqual([{ n: 2 }, { n: 2 }])
  })

  it('gives up on endless contention with a retryable fault', async () => {
    const failing = test.database.transaction(async (tx) => {
      await sql.raw(`do $$ begin raise exception 'x' using errcode = '40001'; end $$`).execute(tx)
    })
    await expect(failing).rejects.toMatchObject({ code: 'store.contended', retryable: true })
  })

  it('leaves the errors of a statement as they are, and the transaction undone', async () => {
    const { database } = test
    await sql`insert into trade_box.boxes values (7, 0)`.execute(database.kysely)
    const twice = database.transaction(async (tx) => {
      await sql`insert into trade_box.boxes values (8, 0)`.execute(tx)
      await sql`insert into trade_box.boxes values (7, 0)`.execute(tx)
    })
    await expect(twice).rejects.toMatchObject({ code: '23505', constraint: 'boxes_pkey' })
    const { rows } = await sql`select id from trade_box.boxes where id = 8`.execute(database.kysely)
    expect(rows).toEqual([])
  })

  it('says store.unavailable when the connection is cut, and goes on with another', async () => {
    const { database } = test
    const cut = database.transaction(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await sql`select pg_terminate_backend(${rows[0]!.pid}::int)`.execute(database.kysely)
      await sql`select 1 as one`.execute(tx)
    })
    await expect(cut).rejects.toSatisfy((error) =>
      error instanceof Fault && error.code === 'store.unavailable' && error.retryable)
    await expect(sql`select 1 as one`.execute(database.kysely)).resolves.toBeDefined()
  })

  it('survives all its idle connections being cut at once', async () => {
    const { database } = test
    await Promise.all([1, 2, 3, 4].map((n) =>
      sql`select pg_sleep(0.05), ${n}::int`.execute(database.kysely)))
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and datname = current_database()
      and pid <> pg_backend_pid()`.execute(database.kysely)
    const asked = Array.from({ length: 12 }, async (_, n) => {
      const ask = () => sql`select ${n}::int as n`.execute(database.kysely)
      return await ask().catch(ask).catch(ask)
    })
    expect(await Promise.all(asked)).toHaveLength(12)
  })
})
