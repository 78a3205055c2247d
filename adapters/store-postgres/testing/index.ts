import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { silentLog } from '#kernel'
import { connect } from '../database.ts'
import type { Database } from '../database.ts'
import { migrate, readMigrations } from '../migrate.ts'
import type { MigrationSource } from '../migrate.ts'
import { findTestPostgres } from './shared.ts'

export { startTestPostgres } from './postgres.ts'

const root = join(import.meta.dirname, '../../..')
const POOL_SIZE = 8

export interface TestDatabaseOptions {
  /** Only these schemas (`trade_stock`), and `house`; every module when not said. */
  readonly only?: readonly string[]
  /** These migrations instead of the source tree's. */
  readonly sources?: readonly MigrationSource[]
  readonly poolSize?: number
}

export interface TestDatabase {
  readonly url: string
  readonly database: Database
  drop(): Promise<void>
}

const withName = (url: string, name: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

function chooseSources({ only, sources }: TestDatabaseOptions): readonly MigrationSource[] {
  if (sources) return sources
  const all = readMigrations(root)
  return only ? all.filter(({ schema }) => schema === 'house' || only.includes(schema)) : all
}

async function prepareTemplate(
  admin: Client, url: string, sources: readonly MigrationSource[],
): Promise<string> {
  const sum = createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16)
  const name = `template_${sum}`
  const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name])
  if (rowCount) return name
  const half = `half_${sum}`
  await admin.query(`drop database if exists ${half}`)
  await admin.query(`create database ${half}`)
  const database = connect({ url: withName(url, half), poolSize: 1, log: silentLog })
  try {
    await migrate(database, sources)
  } finally {
    await database.close()
  }
  await admin.query(`alter database ${half} rename to ${name}`)
  return name
}

/** A migrated database of its own on the shared PostgreSQL, cloned from a template. */
export async function makeTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const postgres = await findTestPostgres()
  const { url } = postgres
  const name = `test_${randomBytes(6).toString('hex')}`
  const asAdmin = async (run: (admin: Client) => Promise<unknown>): Promise<void> => {
    const admin = new Client({ connectionString: url })
    await admin.connect()
    await run(admin).finally(() => admin.end())
  }
  await asAdmin(async (admin) => {
    // One at a time: a template that is being cloned or made cannot be used by another.
    await admin.query('select pg_advisory_lock(1)')
    const template = await prepareTemplate(admin, url, chooseSources(options))
    await admin.query(`create database ${name} template ${template} strategy file_copy`)
  })
  const ownUrl = withName(url, name)
  const database = connect({
    url: ownUrl, poolSize: options.poolSize ?? POOL_SIZE, log: silentLog,
  })
  return {
    url: ownUrl,
    database,
    async drop() {
      await database.close()
      await asAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`))
      await postgres.stop()
    },
  }
}

/** For a test file: its own migrated database, dropped when the file is done. */
export function useTestDatabase(options: TestDatabaseOptions = {}): {
  readonly url: string
  readonly database: Database
} {
  let made: TestDatabase | undefined
  beforeAll(async () => { made = await makeTestDatabase(options) })
  afterAll(async () => { await made?.drop() })
  const get = (): TestDatabase => {
    if (!made) throw new Error('the test database is there inside tests and hooks only')
    return made
  }
  return {
    get url() { return get().url },
    get database() { return get().database },
  }
}
