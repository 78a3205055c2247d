import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#kernel'
import { makeClient, type Client } from '#sdk'

const root = join(import.meta.dirname, '..', '..')

/** Processes of a house by what they run, e.g. `apps/server/main.ts`. */
export type Part = 'server' | 'media' | 'sandbox-pay' | 'demo' | 'postgres'

export interface RiggedHouse {
  readonly url: string
  readonly dataDir: string
  readonly rtmpPort: number
  /** The demo's sign-in link, as it was printed. */
  readonly signIn: string
  readonly readyMs: number
  said(): string
  pid(part: Part): number | undefined
  /** Every process that runs this, the oldest first. */
  pids(part: Part): number[]
  /** kill -9. */
  kill(part: Part): void
  client(token?: string): Client
  /** Trades a fresh link for a session: cookie value. */
  enter(link: string): Promise<string>
  stop(): Promise<void>
  /** Stops and starts again on the same data and ports. */
  again(): Promise<RiggedHouse>
}

export interface RigOptions {
  readonly isDemo?: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly dataDir?: string
  readonly port?: number
  readonly rtmpPort?: number
  /** 1 when not said. */
  readonly mediaProcesses?: number
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

/** Children and grandchildren of a process, from /proc. */
function familyOf(pid: number): { pid: number; command: string }[] {
  const parents = new Map<number, { parent: number; command: string }>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      parents.set(Number(name), {
        parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]),
        command,
      })
    } catch {
      // It ended while we were looking.
    }
  }
  const family: { pid: number; command: string }[] = []
  const walk = (of: number) => {
    for (const [child, { parent, command }] of parents) {
      if (parent !== of) continue
      family.push({ pid: child, command })
      walk(child)
    }
  }
  walk(pid)
  return family
}

const patterns: Record<Part, RegExp> = {
  server: /apps\/server\/main\.ts/,
  media: /apps\/media\/main\.ts/,
  'sandbox-pay': /apps\/sandbox-pay\/main\.ts/,
  demo: /apps\/demo\/main\.ts/,
  postgres: /bin\/postgres .*-D|postgres -D/,
}

async function waitReady(child: ChildProcess, said: () => string): Promise<void> {
  const deadline = systemClock.steadyMs() + 90_000
  while (!said().includes('Ctrl-C stops')) {
    if (child.exitCode !== null) throw new Error(`the house ended:\n${said()}`)
    if (systemClock.steadyMs() > deadline) throw new Error(`the house did not start:\n${said()}`)
    await systemClock.sleep(50)
  }
}

function spawnHouse(options: RigOptions & { dataDir: string; port: number; rtmpPort: number }) {
  const args = [
    join(root, 'apps', 'launch', 'main.ts'), '--port', String(options.port),
    '--rtmp-port', String(options.rtmpPort), '--udp-port', '0', '--data', options.dataDir,
    ...(options.mediaProcesses ? ['--media-processes', String(options.mediaProcesses)] : []),
    ...(options.isDemo === false ? ['--no-demo', '--owner-email', 'owner@rig.test'] : []),
  ]
  return spawn(process.execPath, args, {
    cwd: root, env: { ...process.env, NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** A whole house as `npm start` makes it, on free ports and its own data. */
export async function startHouse(options: RigOptions = {}): Promise<RiggedHouse> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'silkcast-house-')))
  const port = options.port ?? (await freePort())
  const rtmpPort = options.rtmpPort ?? (await freePort())
  const startedMs = systemClock.steadyMs()
  const child = spawnHouse({ ...options, dataDir, port, rtmpPort })
  let text = ''
  const hear = (data: Buffer) => {
    text = (text + data.toString()).slice(-200_000)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const said = () => text
  const exited = new Promise<void>((done) => child.on('exit', () => done()))
  await waitReady(child, said)
  const readyMs = systemClock.steadyMs() - startedMs
  const url = `http://localhost:${port}`
  const pids = (part: Part) => familyOf(child.pid!)
    .filter((one) => patterns[part].test(one.command)).map((one) => one.pid)
  const pid = (part: Part) => pids(part)[0]

  async function end(): Promise<void> {
    child.kill('SIGTERM')
    const forced = systemClock.after(20_000, () => child.kill('SIGKILL'))
    await exited
    forced.cancel()
  }
  return {
    url,
    dataDir,
    rtmpPort,
    readyMs,
    said,
    pid,
    pids,
    signIn: /Sign in\s+(\S+)/.exec(text)?.[1] ?? '',
    kill(part) {
      const found = pid(part)
      if (found === undefined) throw new Error(`no ${part} process`)
      process.kill(found, 'SIGKILL')
    },
    client: (token) =>
      makeClient({ baseUrl: url, ...(token ? { headers: { cookie: `sid=${token}` } } : {}) }),
    async enter(link) {
      const answer = await fetch(`${url}/api/sign-in/confirm`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: link.split('#')[1] }),
      })
      const token = /sid=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1]
      if (!token) throw new Error(`no session: ${answer.status} ${await answer.text()}`)
      return token
    },
    async stop() {
      await end()
      if (options.dataDir) return
      await rm(dataDir, { recursive: true, force: true })
      // As root the database lives where PostgreSQL's own user can reach it.
      const elsewhere = /Database\s+(\/\S+)/.exec(text)?.[1]
      if (elsewhere?.includes('silkcast')) await rm(elsewhere, { recursive: true, force: true })
    },
    async again() {
      await end()
      return startHouse({ ...options, dataDir, port, rtmpPort })
    },
  }
}
