import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Fault, systemClock } from '#kernel'
import type { Log } from '#kernel'
import { runAs } from './account.ts'
import type { Home } from './home.ts'
import { processesOf, signal } from './processes.ts'

const DURABLE = ['fsync=on', 'synchronous_commit=on', 'full_page_writes=on']
const FLEETING = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
const TUNED = [
  'shared_buffers=128MB', 'max_connections=60', 'listen_addresses=127.0.0.1',
  'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC', 'log_line_prefix=',
  'log_checkpoints=off', 'jit=off', 'wal_compression=on',
  // A rush of orders must not wait for new log files to be filled with zeros, or for a checkpoint.
  'wal_init_zero=off', 'wal_buffers=16MB', 'min_wal_size=256MB', 'max_wal_size=2GB',
  'checkpoint_timeout=15min',
  // A writer that stops half-way must not hold back the facts of everybody else.
  'idle_in_transaction_session_timeout=30s',
]

export const freePort = (): Promise<number> => new Promise((done, fail) => {
  const server = createServer()
  server.on('error', fail)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    server.close(() => done(typeof address === 'object' && address ? address.port : 0))
  })
})

const pidFile = (home: Home) => join(home.cluster, 'postmaster.pid')

function writtenPid(home: Home): number | undefined {
  if (!existsSync(pidFile(home))) return undefined
  const pid = Number(readFileSync(pidFile(home), 'utf8').split('\n')[0])
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

async function waitUntilGone(home: Home, pid: number | undefined, ms: number): Promise<boolean> {
  const until = systemClock.steadyMs() + ms
  while (processesOf(home.cluster, pid).length > 0) {
    if (systemClock.steadyMs() > until) return false
    await systemClock.sleep(20)
  }
  return true
}

/** A PostgreSQL whose launcher was killed is stopped cleanly, so that ours starts on whole data. */
export async function stopLeftover(home: Home, log: Log): Promise<void> {
  const pid = writtenPid(home)
  const found = processesOf(home.cluster, pid)
  if (found.length > 0) {
    log.info('store.leftover_stopped', { pid: pid ?? found[0] })
    if (pid !== undefined && found.includes(pid)) signal(pid, 'SIGINT')
    if (!await waitUntilGone(home, pid, 10_000)) {
      for (const left of processesOf(home.cluster, pid)) signal(left, 'SIGKILL')
      await waitUntilGone(home, pid, 5000)
    }
  }
  // Nobody works in the cluster, so this file is stale; its pid may be anybody's by now.
  rmSync(pidFile(home), { force: true })
}

/** Ends PostgreSQL when we are gone, also by kill -9: our end of its pipe closes then. */
function watchFor(pid: number, home: Home): ChildProcess {
  const script = `read -r word; [ "$word" = ended ] || kill -INT ${pid}`
  const watcher = spawn('/bin/sh', ['-c', script], {
    ...runAs(home.account, '/'), stdio: ['pipe', 'ignore', 'ignore'], detached: true,
  })
  watcher.on('error', () => {})
  watcher.stdin.on('error', () => {})
  return watcher
}

export interface Postmaster {
  readonly pid: number
  /** Resolves when it has ended, however that came about; holds its last words. */
  readonly exited: Promise<string>
  stop(): Promise<void>
}

interface Spawned {
  readonly child: ChildProcess
  readonly isReady: Promise<void>
  readonly exited: Promise<string>
}

function spawnPostgres(program: string, home: Home, args: readonly string[], log: Log): Spawned {
  const child = spawn(program, ['-D', home.cluster, ...args], {
    ...runAs(home.account, home.cluster), stdio: ['ignore', 'ignore', 'pipe'], detached: true,
  })
  let words: string[] = []
  const { promise: isReady, resolve, reject } = Promise.withResolvers<void>()
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (line.includes('ready to accept connections')) resolve()
    if (/\b(FATAL|PANIC):/.test(line)) words = [...words, line].slice(-5)
    if (/\b(WARNING|ERROR|PANIC):/.test(line)) log.warn('store.postgres', { line })
    else log.debug('store.postgres', { line })
  })
  const exited = new Promise<string>((done) => {
    child.on('error', (error) => done(error.message))
    child.on('close', (code, by) => done(words.join(' ') || `ended with ${by ?? code}`))
  })
  void exited.then((why) => reject(new Error(why)))
  isReady.catch(() => {})
  return { child, isReady, exited }
}

async function stopPostgres({ child, exited }: Spawned, log: Log): Promise<void> {
  const steps = [['SIGINT', 10_000], ['SIGQUIT', 5000], ['SIGKILL', 5000]] as const
  for (const [name, ms] of steps) {
    if (child.exitCode !== null || child.signalCode !== null) break
    if (name !== 'SIGINT') log.warn('store.slow_stop', { signal: name })
    child.kill(name)
    const { promise: isLate, resolve } = Promise.withResolvers<void>()
    const timer = systemClock.after(ms, resolve)
    await Promise.race([exited, isLate])
    timer.cancel()
  }
}

export async function startPostmaster(options: {
  home: Home; program: string; port: number; isDurable: boolean; log: Log
}): Promise<Postmaster> {
  const { home, log } = options
  const settings = [...TUNED, ...options.isDurable ? DURABLE : FLEETING]
  const args = ['-p', String(options.port), ...settings.flatMap((setting) => ['-c', setting])]
  const spawned = spawnPostgres(options.program, home, args, log)
  try {
    await spawned.isReady
  } catch (cause) {
    throw new Fault('store.start_failed', {
      cause, message: `PostgreSQL did not start on ${home.folder}: ${(cause as Error).message}`,
    })
  }
  const watcher = watchFor(spawned.child.pid!, home)
  void spawned.exited.then(() => watcher.stdin?.end('ended\n'))
  return {
    pid: spawned.child.pid!,
    exited: spawned.exited,
    stop: () => stopPostgres(spawned, log),
  }
}
