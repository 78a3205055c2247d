import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientBase } from 'pg'
import { Fault } from '#kernel'
import type { Database } from './database.ts'
import { toFault } from './faults.ts'

export interface MigrationFile {
  /** `0001_start.sql`; files run in the order of their names. */
  readonly name: string
  readonly sql: string
}

export interface MigrationSource {
  /** The Postgres schema, `<wing>_<module>`. */
  readonly schema: string
  readonly files: readonly MigrationFile[]
}

// Any number, only ours: two servers that start at once take turns.
const LOCK = 7_455_102_661

const foldersIn = (path: string): string[] => !existsSync(path) ? [] :
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()

function readFolder(schema: string, folder: string): MigrationSource[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql')).sort()
  if (names.length === 0) return []
  const files = names.map((name) => ({ name, sql: readFileSync(join(folder, name), 'utf8') }))
  return [{ schema, files }]
}

/** Every module's `schema/*.sql` and our own (schema `house`), as files in the source tree. */
export function readMigrations(rootDir: string): MigrationSource[] {
  const sources = readFolder('house', join(rootDir, 'adapters/store-postgres/schema'))
  const modules = join(rootDir, 'modules')
  for (const wing of foldersIn(modules)) {
    for (const name of foldersIn(join(modules, wing))) {
      const schema = `${wing}_${name}`.replaceAll('-', '_')
      sources.push(...readFolder(schema, join(modules, wing, name, 'schema')))
    }
  }
  return sources
}

// Line ends do not count: a checkout on another system may have others.
const sumOf = (sql: string): string =>
  createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')

const changed = (message: string): Fault => new Fault('store.migration_changed', { message })

type Applied = ReadonlyMap<string, string>

function pendingOf({ schema, files }: MigrationSource, applied: Applied): readonly MigrationFile[] {
  const names = new Set(files.map((file) => file.name))
  const missing = [...applied.keys()].find((name) => !names.has(name))
  if (missing) {
    throw changed(`The data has migration ${schema}/${missing}, which this release does not `
      + 'have: it was used by a newer release. Start that one, or choose another data folder.')
  }
  const edited =
    files.find(({ name, sql }) => applied.has(name) && applied.get(name) !== sumOf(sql))
  if (edited) {
    throw changed(`Migration ${schema}/${edited.name} was edited after it ran. Migrations are `
      + 'only ever added: put the file back and write a new one.')
  }
  const pending = files.filter(({ name }) => !applied.has(name))
  const last = [...applied.keys()].sort().at(-1)
  const late = pending.find(({ name }) => last !== undefined && name < last)
  if (late) {
    throw changed(`Migration ${schema}/${late.name} comes before ${last}, which ran already: `
      + 'give it the next number.')
  }
  return pending
}

async function apply(client: ClientBase, schema: string, file: MigrationFile): Promise<void> {
  await client.query('begin')
  try {
    await client.query(`create schema if not exists "${schema}"`)
    await client.query(file.sql)
    await client.query(
      'insert into house.migrations (schema, name, sum) values ($1, $2, $3)',
      [schema, file.name, sumOf(file.sql)],
    )
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback').catch(() => {})
    if (toFault(cause) instanceof Fault) throw toFault(cause)
    throw new Fault('store.migration_failed', {
      cause, message: `Migration ${schema}/${file.name} failed: ${(cause as Error).message}`,
    })
  }
}

async function readApplied(client: ClientBase): Promise<Map<string, Map<string, string>>> {
  await client.query(`create schema if not exists house;
    create table if not exists house.migrations (
      schema text, name text, sum text not null, applied_at timestamptz not null default now(),
      primary key (schema, name))`)
  const { rows } = await client.query<{ schema: string; name: string; sum: string }>(
    'select schema, name, sum from house.migrations')
  const applied = new Map<string, Map<string, string>>()
  for (const { schema, name, sum } of rows) {
    applied.set(schema, (applied.get(schema) ?? new Map<string, string>()).set(name, sum))
  }
  return applied
}

/** Brings the data to this release; answers how many migrations ran. */
export async function migrate(
  database: Pick<Database, 'pool'>, sources: readonly MigrationSource[],
): Promise<number> {
  const wrong = sources.find(({ schema }) => !/^[a-z][a-z0-9_]{0,62}$/.test(schema))
  if (wrong) throw changed(`${wrong.schema} is not a name for a schema.`)
  const client = await database.pool.connect().catch((error: unknown) => { throw toFault(error) })
  try {
    await client.query('set statement_timeout = 0; set lock_timeout = 0; '
      + 'set client_min_messages = warning')
    await client.query(`select pg_advisory_lock(${LOCK})`)
    const applied = await readApplied(client)
    const work = sources.flatMap((source) =>
      pendingOf(source, applied.get(source.schema) ?? new Map<string, string>())
        .map((file) => ({ schema: source.schema, file })))
    for (const { schema, file } of work) await apply(client, schema, file)
    return work.length
  } finally {
    // Not back into the pool: closing it gives the lock and the settings back in any case.
    client.release(true)
  }
}
