import { createHash } from 'node:crypto'
import { 
  existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '#adapters/store-postgres'
import { silentLog } from '#kernel'
import { Client } from 'pg'
import { rootFromArguments } from './lib/run.ts'
import { printTables, readColumns } from './lib/table-types.ts'
import { writeOrCompare } from './lib/write.ts'
import { moduleOf, readTree } from './tidy/source.ts'
import type { SourceFile } from './tidy/source.ts'

// Counts up when the printed form changes, so that an old cache is not believed.
const FORM = 2
const root = rootFromArguments()
const isMigration = (path: string) => /^modules\/[^/]+\/[^/]+\/schema\/\d{4}_[^/]+\.sql$/.test(path)
const migrations = readTree(root).filter((file) => isMigration(file.path))

type Printed = Record<string, string>

/** Lends an empty PostgreSQL that is gone afterwards. */
async function withDatabase<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'silkcast-tables-'))
  try {
    const postgres = await startPostgres({ dataDir, log: silentLog, isDurable: false })
    const client = new Client({ connectionString: postgres.url })
    try {
      await client.connect()
      return await use(client)
    } finally {
      await client.end()
      await postgres.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function printFrom(client: Client): Promise<Printed> {
  for (const { path, text } of migrations) await apply(client, path, text)
  const printed: Printed = {}
  for (const module of new Set(migrations.map((file) => moduleOf(file.path)!))) {
    printed[`modules/${module}/tables.ts`] = printTables(module, await readColumns(client, module))
  }
  return printed
}

async function apply(client: Client, path: string, text: string): Promise<void> {
  const schema = moduleOf(path)!.replace(/[/-]/g, '_')
  try {
    if (!/\bcreate\s+schema\b/i.test(text)) {
      await client.query(`create schema if not exists ${schema}`)
    }
    await client.query(text)
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
  }
}

function hashOf(files: readonly SourceFile[]): string {
  const hash = createHash('sha256').update(`${FORM}`)
  for (const { path, text } of files) hash.update(`${path}\0${text}\0`)
  return hash.digest('hex').slice(0, 32)
}

async function print(): Promise<Printed> {
  if (migrations.length === 0) return {}
  const cache = join(root, '.cache', 'tables', `${hashOf(migrations)}.json`)
  if (existsSync(cache)) return JSON.parse(readFileSync(cache, 'utf8')) as Printed
  const printed = await withDatabase(printFrom)
  mkdirSync(join(root, '.cache', 'tables'), { recursive: true })
  // Written aside and moved, so that a check beside this one never reads half a file.
  writeFileSync(`${cache}.${process.pid}`, JSON.stringify(printed))
  renameSync(`${cache}.${process.pid}`, cache)
  return printed
}

try {
  writeOrCompare(root, await print(), 'npm run generate')
} catch (error) {
  console.log((error as Error).message)
  console.log('the migrations do not apply')
  process.exitCode = 1
}
