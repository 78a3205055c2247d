import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync,
  statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Client } from 'pg'
import { silentLog, systemClock } from '#kernel'
import { canReach, chooseAccount, isRoot, runAs } from './account.ts'
import { findBinaries } from './binaries.ts'
import { processesOf, startOf } from './processes.ts'
import { startPostgres } from './start.ts'
import type { RunningPostgres } from './start.ts'

// Each test makes a whole PostgreSQL, some with every fsync: slow on a busy machine.
vi.setConfig({ testTimeout: 90_000 })
const NOBODY = 65_534
const clean: (() => unknown)[] = []
afterEach(async () => { for (const undo of clean.splice(0).toReversed()) await undo() })

function makeFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'silkcast-start-'))
  chmodSync(folder, mode)
  clean.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
async function start(dataDir: string, isDurable = false): Promise<RunningPostgres> {
  const running = await startPostgres({ dataDir, log: silentLog, isDurable })
  clean.push(() => running.stop())
  return running
}
async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  // Cut by the tests on purpose.
  client.on('error', () => {})
  await client.connect()
  return await client.query<Record<string, unknown>>(text)
    .then(({ rows }) => rows).finally(() => client.end())
}
const isAlive = (pid: number): boolean => startOf(pid) !== undefined
async function until(isTrue: () => boolean, ms = 10_000): Promise<void> {
  for (const end = systemClock.steadyMs() + ms; !isTrue(); await systemClock.sleep(20)) {
    if (systemClock.steadyMs() > end) throw new Error('waited in vain')
  }
}

const script = (folder: string) => `
  import { startPostgres } from '${join(import.meta.dirname, 'start.ts')}'
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
  try {
    const { url, pid, folder } = await startPostgres({
      dataDir: '${folder}', log, isDurable: false,
    })
    console.log(JSON.stringify({ url, pid, folder }))
    setInterval(() => {}, 1000)
  } catch (error) { console.log(JSON.stringify({ refused: error.message })); process.exit(1) }`
type Said = { url: string; pid: number; folder: string; refused?: string }

/** startPostgres in a process of its own, which the test may kill. */
async function startApart(folder: string, ids = {}): Promise<{ child: ChildProcess; said: Said }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(folder)], {
    stdio: ['ignore', 'pipe', 'inherit'], ...ids,
  })
  clean.push(() => child.kill('SIGKILL'))
  const [line] = await new Promise<string[]>((done) => {
    createInterface({ input: child.stdout! }).on('line', (text) => done([text]))
  })
  return { child, said: JSON.parse(line!) as Said }
}

describe('startPostgres', () => {
  it('starts on an empty folder, and goes on with the data the next time', async () => {
    const folder = join(makeFolder(), 'deep', 'postgres')
    const first = await start(folder, true)
    await ask(first.url, 'create table t (n int); insert into t values (42)')
    const settings = await ask(first.url, `select current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as sync, current_setting('max_connections') as max,
      current_setting('data_checksums') as sums, usesuper
      from pg_user where usename = current_user`)
    expect(settings)
      .toEqual([{ fsync: 'on', sync: 'on', max: '60', sums: 'on', usesuper: false }])
    await first.stop()
    expect(isAlive(first.pid)).toBe(false)
    const second = await start(folder)
    expect(await ask(second.url, 'select n from t')).toEqual([{ n: 42 }])
    expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600)
  })

  it('lets nobody in without the password, and listens to this machine only', async () => {
    const { url } = await start(join(makeFolder(), 'postgres'))
    const wrong = new URL(url)
    wrong.password = 'wrong'
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/)
    const asAdmin = new URL(url)
    asAdmin.username = 'postgres'
    asAdmin.password = ''
    await expect(ask(asAdmin.href, 'select 1')).rejects.toThrow(/password/)
    expect(await ask(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
  })

  it('starts again after the postmaster was killed', async () => {
    const folder = join(makeFolder(), 'postgres')
    const first = await start(folder, true)
    await ask(first.url, 'create table t (n int); insert into t values (1)')
    const holding = new Client({ connectionString: first.url })
    holding.on('error', () => {})
    await holding.connect()
    void holding.query('select pg_sleep(60)').catch(() => {})
    await systemClock.sleep(100)
    process.kill(first.pid, 'SIGKILL')
    await first.exited
    const second = await startPostgres({ dataDir: folder, log: silentLog, port: first.port })
    clean.push(() => second.stop())
    expect(second.url).toBe(first.url)
    expect(await ask(second.url, 'select n from t')).toEqual([{ n: 1 }])
  })

  it('ends PostgreSQL when the process that started it is killed', async () => {
    const folder = join(makeFolder(), 'postgres')
    const { child, said } = await startApart(folder)
    expect(isAlive(said.pid)).toBe(true)
    child.kill('SIGKILL')
    await until(() => !isAlive(said.pid))
    await start(folder)
  })

  it('stops a PostgreSQL that was left behind, and starts on its data', async () => {
    const folder = join(makeFolder(), 'postgres')
    const { child, said } = await startApart(folder)
    // Its watcher dies first, so that nobody ends it.
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    const others = children.trim().split(' ').map(Number).filter((pid) => pid !== said.pid)
    expect(others).toHaveLength(1)
    process.kill(others[0]!, 'SIGKILL')
    child.kill('SIGKILL')
    await systemClock.sleep(300)
    expect(isAlive(said.pid)).toBe(true)
    const next = await start(folder)
    expect(isAlive(said.pid)).toBe(false)
    expect(processesOf(join(folder, 'cluster'), undefined)).toContain(next.pid)
  })

  it('refuses a folder that a living process uses, in one sentence', async () => {
    const folder = join(makeFolder(), 'postgres')
    const first = await start(folder)
    await expect(startPostgres({ dataDir: folder, log: silentLog }))
      .rejects.toMatchObject({
        code: 'store.data_in_use', message: /^Another Silkcast \(process \d+\)/,
      })
    expect(await ask(first.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('is not misled by a pid file whose number belongs to another program', async () => {
    const folder = join(makeFolder(), 'postgres')
    await (await start(folder)).stop()
    writeFileSync(join(folder, 'cluster', 'postmaster.pid'), `${process.pid}\n${folder}\n1\n5432\n`)
    await start(folder)
  })

  it('makes its data again when the first start was cut off half-way', async () => {
    const folder = join(makeFolder(), 'postgres')
    mkdirSync(join(folder, 'cluster.partial', 'base'), { recursive: true })
    writeFileSync(join(folder, 'cluster.partial', 'PG_VERSION'), '18\n')
    await start(folder)
    expect(existsSync(join(folder, 'cluster.partial'))).toBe(false)
  })

  it('refuses data of another PostgreSQL version', async () => {
    const folder = join(makeFolder(), 'postgres')
    await (await start(folder)).stop()
    writeFileSync(join(folder, 'cluster', 'PG_VERSION'), '17\n')
    await expect(startPostgres({ dataDir: folder, log: silentLog }))
      .rejects.toMatchObject({ code: 'store.data_version', message: /PostgreSQL 17.*runs 18/ })
  })
})

describe.runIf(isRoot())('startPostgres as root', () => {
  it('keeps the data elsewhere when the home is closed, and finds it again', async () => {
    const home = makeFolder(0o700)
    const folder = join(home, '.data', 'postgres')
    const first = await start(folder)
    clean.push(() => rmSync(first.folder, { recursive: true, force: true }))
    expect(first.isElsewhere).toBe(true)
    expect(readFileSync(join(folder, 'LOCATION'), 'utf8').trim()).toBe(first.folder)
    await ask(first.url, 'create table t (n int); insert into t values (7)')
    await first.stop()
    const second = await start(folder)
    expect(second.folder).toBe(first.folder)
    expect(await ask(second.url, 'select n from t')).toEqual([{ n: 7 }])
    await second.stop()
    rmSync(first.folder, { recursive: true })
    await expect(startPostgres({ dataDir: folder, log: silentLog }))
      .rejects.toMatchObject({ code: 'store.data_lost', message: /is gone/ })
  })

  it('copies the programs out of a closed home, where they run', () => {
    const account = chooseAccount()!
    const closed = makeFolder(0o700)
    cpSync(join(findBinaries(undefined).postgres, '../../..'), closed, {
      recursive: true, verbatimSymlinks: true,
    })
    const version = `0.0.0-test-${process.pid}`
    writeFileSync(join(closed, 'package.json'), JSON.stringify({ version }))
    expect(canReach(join(closed, 'native', 'bin', 'postgres'), account, 1)).toBe(false)
    const found = findBinaries(account, closed)
    clean.push(() => rmSync(join(found.postgres, '../..'), { recursive: true, force: true }))
    expect(found.postgres).toContain(version)
    expect(found.postgres.startsWith(closed)).toBe(false)
    for (const program of [found.postgres, found.initdb]) {
      const { status } = spawnSync(program, ['--version'], runAs(account, '/'))
      expect(status).toBe(0)
    }
    // The second time it is there already.
    expect(findBinaries(account, closed)).toEqual(found)
  })

  it('runs as an ordinary user, who may not touch the data of another', async () => {
    const folder = makeFolder()
    chownSync(folder, NOBODY, NOBODY)
    const ids = { uid: NOBODY, gid: NOBODY }
    const { child, said } = await startApart(join(folder, 'postgres'), ids)
    expect(said.refused).toBeUndefined()
    expect(statSync(join(folder, 'postgres', 'cluster')).uid).toBe(NOBODY)
    expect(await ask(said.url, 'select 1 as one')).toEqual([{ one: 1 }])
    child.kill('SIGKILL')
    await until(() => !isAlive(said.pid))
    // Root goes on with it as its owner; another user is told.
    await (await start(join(folder, 'postgres'))).stop()
    chmodSync(join(folder, 'postgres'), 0o777)
    const other = await startApart(join(folder, 'postgres'), { uid: 12_345, gid: 12_345 })
    expect(other.said.refused).toMatch(/belongs to another user \(65534\)/)
  })
})
