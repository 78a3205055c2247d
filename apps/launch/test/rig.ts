import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync,
  writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#kernel'

const childFile = join(import.meta.dirname, '..', 'child.ts')

/** A child that serves its environment over HTTP, notes its life in a file and obeys our tricks. */
const fixture = (name: string, portName: string) => `
  import { appendFileSync, existsSync, rmSync } from 'node:fs'
  import { createServer } from 'node:http'
  import { createServer as createSecure } from 'node:https'
  import { readFileSync } from 'node:fs'
  import { spawn } from 'node:child_process'
  import { exitWithParent, tellReady } from ${JSON.stringify(childFile)}
  const note = (what) =>
    appendFileSync(process.env.FIXTURE_ROOT + '/life.txt', '${name} ' + what + '\\n')
  const trick = (what) => existsSync(process.env.FIXTURE_ROOT + '/${name}.' + what)
  exitWithParent()
  process.on('SIGTERM', () => { note('stopped'); process.exit(0) })
  if (trick('refuse')) { console.error('Nothing can be done about this.'); process.exit(3) }
  if (trick('break')) throw new TypeError('broken fixture')
  if (trick('oom')) {
    rmSync(process.env.FIXTURE_ROOT + '/${name}.oom')
    const kept = []
    for (;;) kept.push(new Array(1e5).fill(kept.length))
  }
  const grandchild = trick('grandchild') ? spawn('sleep', ['300']).pid : undefined
  const { SILKCAST_TLS_CERT: cert, SILKCAST_TLS_KEY: key, SILKCAST_SERVER_URL: url } = process.env
  const make = cert
    ? (answer) => createSecure({ cert: readFileSync(cert), key: readFileSync(key) }, answer)
    : createServer
  make(async (request, response) => {
    const reached = request.url === '/reach'
      ? await fetch(url).then((found) => found.status, (error) => String(error.cause)) : undefined
    response.end(JSON.stringify({ ...process.env, pid: process.pid, grandchild, reached }))
  })
    .listen(Number(process.env.${portName} ?? 0), '127.0.0.1', () => {
      note('started')
      const warned = { level: 40, time: 1, msg: '${name}.warned', word: 'careful\\u001b[2J' }
      console.log(JSON.stringify(warned))
      console.log(JSON.stringify({ signIn: { to: 'mina@demo.example', url: 'http://x/link' } }))
      tellReady({ demo: { room: 'http://localhost/s/demo', signIn: 'open http://localhost/in' } })
    })`

const CHILDREN = [
  ['server', 'SILKCAST_PORT'], ['media', 'SILKCAST_MEDIA_PORT'],
  ['sandbox-pay', 'SILKCAST_PAY_PORT'], ['demo', 'FIXTURE_NO_PORT'],
] as const

export interface Launched {
  readonly pid: number
  readonly said: () => string
  readonly code: Promise<number | null>
  /** Waits for a text in what it printed. */
  until(text: string | RegExp, ms?: number): Promise<void>
  signal(name: NodeJS.Signals): void
  port(): number
}

export interface Rig {
  readonly root: string
  readonly dataDir: string
  start(args?: readonly string[], env?: Record<string, string>): Launched
  /** Something a fixture does from its next start on. */
  trick(name: string): void
  life(): string[]
  /** Processes whose environment names this rig: nothing of it may be left. */
  left(): number[]
  end(): Promise<void>
}

export async function waitUntil(
  isTrue: () => boolean | Promise<boolean>, ms = 15_000,
): Promise<void> {
  const end = systemClock.steadyMs() + ms
  while (!await isTrue()) {
    if (systemClock.steadyMs() > end) throw new Error('waited in vain')
    await systemClock.sleep(25)
  }
}

function processesWith(text: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const about = readFileSync(`/proc/${name}/environ`, 'utf8')
        + readFileSync(`/proc/${name}/cmdline`, 'utf8')
      return about.includes(text) ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

export function makeRig(): Rig {
  const root = mkdtempSync(join(tmpdir(), 'silkcast-launch-'))
  chmodSync(root, 0o755)
  writeFileSync(join(root, 'package.json'), '{ "type": "module", "version": "9.8.7" }')
  for (const [name, portName] of CHILDREN) {
    mkdirSync(join(root, 'apps', name), { recursive: true })
    writeFileSync(join(root, 'apps', name, 'main.ts'), fixture(name, portName))
  }
  writeFileSync(join(root, 'apps', 'media', 'front.ts'), fixture('rtmp', 'FIXTURE_NO_PORT'))
  const dataDir = join(root, 'data')
  const launched: Launched[] = []
  const life = () => {
    try {
      return readFileSync(join(root, 'life.txt'), 'utf8').trim().split('\n')
    } catch {
      return []
    }
  }
  return {
    root, dataDir, life,
    start(args = [], env = {}) {
      const all =
        ['--port', '0', '--rtmp-port', '0', '--udp-port', '0', '--host', '127.0.0.1',
          '--data', dataDir, ...args]
      const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts'), ...all], {
        env: { ...process.env, FIXTURE_ROOT: root, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
      })
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString() })
      child.stderr.on('data', (chunk: Buffer) => { text += chunk.toString() })
      const code = new Promise<number | null>((done) => { child.on('close', done) })
      const one: Launched = {
        pid: child.pid!, code, said: () => text,
        async until(what, ms) {
          const isSaid = () => typeof what === 'string' ? text.includes(what) : what.test(text)
          await waitUntil(isSaid, ms).catch(() => {
            throw new Error(`waited in vain for ${String(what)} in:\n${text}`)
          })
        },
        signal: (name) => { child.kill(name) },
        port: () => Number(/Room\s+https?:\/\/localhost:(\d+)/.exec(text)?.[1]),
      }
      launched.push(one)
      return one
    },
    trick: (name) => writeFileSync(join(root, name), ''),
    left: () => processesWith(root),
    async end() {
      for (const one of launched) one.signal('SIGKILL')
      await Promise.all(launched.map((one) => one.code))
      await waitUntil(() => processesWith(root).length === 0)
      rmSync(root, { recursive: true, force: true })
    },
  }
}
