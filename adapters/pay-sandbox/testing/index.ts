import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const MAIN = join(import.meta.dirname, '../../../apps/sandbox-pay/main.ts')
const KEY = 'test-key'
const WEBHOOK_SECRET = 'test-webhook-secret'

export interface RunningSandbox {
  readonly baseUrl: string
  readonly key: string
  readonly webhookSecret: string
  /** kill -9. */
  kill(): Promise<void>
  /** Starts it again on the same data, at another port. */
  restart(): Promise<RunningSandbox>
  stop(): Promise<void>
}

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve()
    : new Promise((done) => void child.once('exit', () => done()))

async function spawnSandbox(folder: string, serverUrl: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'], SILKCAST_DATA: folder, SILKCAST_SERVER_URL: serverUrl,
      SILKCAST_PAY_KEY: KEY, SILKCAST_PAY_WEBHOOK_SECRET: WEBHOOK_SECRET, ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((done, fail) => {
    child.once('exit', (code) => fail(new Error(`the sandbox ended with ${code}`)))
    createInterface({ input: child.stdout }).once('line', (line) => {
      done((JSON.parse(line) as { port: number }).port)
    })
  })
  return { child, port }
}

/** The sandbox provider in its own process, on its own data. */
export async function startSandboxPay(
  serverUrl: string,
  options: { folder?: string; env?: Record<string, string> } = {},
): Promise<RunningSandbox> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'silkcast-pay-'))
  const { child, port } = await spawnSandbox(folder, serverUrl, options.env ?? {})
  return {
    baseUrl: `http://127.0.0.1:${port}`, key: KEY, webhookSecret: WEBHOOK_SECRET,
    async kill() {
      child.kill('SIGKILL')
      await ended(child)
    },
    restart: () => startSandboxPay(serverUrl, { ...options, folder }),
    async stop() {
      child.stdin.end()
      await ended(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array
}

/** Stands where the shop would: keeps every webhook, answers as told. */
export async function startReceiver() {
  const received: Received[] = []
  let status = 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (status === 200) received.push({ headers: request.headers, body: Buffer.concat(chunks) })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done) })
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (next: number) => { status = next },
    stop: () => new Promise<void>((done) => {
      server.closeAllConnections()
      server.close(() => done())
    }),
  }
}
