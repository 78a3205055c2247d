import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { makeRig, waitUntil } from './rig.ts'
import type { Launched, Rig } from './rig.ts'

// A house is five processes: each waits for the others on a busy machine.
vi.setConfig({ testTimeout: 60_000 })
const test = useTestDatabase({ sources: [] })
let rig: Rig
beforeEach(() => { rig = makeRig() })
afterEach(async () => { await rig.end() })

/** On a database that runs already: what is tested here is the launcher. */
const start = (args: readonly string[] = [], env: Record<string, string> = {}): Launched =>
  rig.start(['--database-url', test.url, ...args], env)
const startBare = (args: readonly string[] = []): Launched => start(['--no-demo', ...args])

type Shown = Record<string, string> & { pid: number; grandchild?: number }
async function show(port: number): Promise<Shown> {
  const answer = await fetch(`http://127.0.0.1:${port}/`)
  return await answer.json() as Shown
}
const showSoon = async (port: number, isRight: (shown: Shown) => boolean): Promise<Shown> => {
  let shown: Shown | undefined
  await waitUntil(async () => {
    shown = await show(port).catch(() => undefined)
    return shown !== undefined && isRight(shown)
  })
  return shown!
}

describe('launch', () => {
  it('starts every child, says where everything is, leaves nothing after Ctrl-C', async () => {
    const house = start()
    await house.until('Ctrl-C stops.')
    await waitUntil(() => rig.life().includes('demo started'))
    expect(house.said()).toMatch(/Silkcast is ready in \d+\.\d s/)
    const texts = ['/studio', '/desk', '/docs', 'rtmp://localhost:', '/s/demo', rig.dataDir,
      'open http://localhost/in', 'Sign-in link for mina@demo.example']
    for (const text of texts) expect(house.said()).toContain(text)
    expect(house.said()).toContain('server.warned word=careful?[2J')
    const env = await show(house.port())
    expect(env).toMatchObject({
      SILKCAST_DEMO: '1', SILKCAST_DATABASE_URL: test.url, SILKCAST_HOST: '127.0.0.1',
    })
    house.signal('SIGINT')
    expect(await house.code).toBe(0)
    expect(rig.left()).toEqual([])
    expect(rig.life().slice(-4))
      .toEqual(['demo stopped', 'media stopped', 'server stopped', 'sandbox-pay stopped'])
  })

  it('gives each child only the keys it needs, and keeps them for the next start', async () => {
    const first = startBare()
    await first.until('Ctrl-C stops.')
    const server = await show(first.port())
    const media = await show(Number(server.SILKCAST_MEDIA_URL!.split(':')[2]))
    const pay = await show(Number(server.SILKCAST_PAY_URL!.split(':')[2]))
    const keys =
      [server.SILKCAST_INTERNAL_KEY, server.SILKCAST_PAY_KEY, server.SILKCAST_PAY_WEBHOOK_SECRET]
    expect(new Set(keys).size).toBe(3)
    expect([media.SILKCAST_INTERNAL_KEY, pay.SILKCAST_PAY_KEY, pay.SILKCAST_PAY_WEBHOOK_SECRET])
      .toEqual(keys)
    expect([media.SILKCAST_DATABASE_URL, pay.SILKCAST_DATABASE_URL, pay.SILKCAST_INTERNAL_KEY,
      media.SILKCAST_PAY_KEY]).toEqual([undefined, undefined, undefined, undefined])
    expect(statSync(join(rig.dataDir, 'keys.json')).mode & 0o777).toBe(0o600)
    first.signal('SIGTERM')
    expect(await first.code).toBe(0)
    const second = startBare()
    await second.until('Ctrl-C stops.')
    expect((await show(second.port())).SILKCAST_INTERNAL_KEY).toBe(keys[0])
    expect(second.said()).not.toContain(String(keys[0]))
  })

  it('starts a killed child again on the same port', async () => {
    const house = startBare()
    await house.until('Ctrl-C stops.')
    const before = await show(house.port())
    process.kill(before.pid, 'SIGKILL')
    const after = await showSoon(house.port(), (shown) => shown.pid !== before.pid)
    const same = ({ SILKCAST_PORT, SILKCAST_MEDIA_PORT, SILKCAST_PAY_PORT }: Shown) =>
      [SILKCAST_PORT, SILKCAST_MEDIA_PORT, SILKCAST_PAY_PORT]
    expect(same(after)).toEqual(same(before))
    expect(house.said().match(/server {4}warn {2}The server process was killed/g)).toHaveLength(1)
    expect(house.said().match(/Silkcast is ready/g)).toHaveLength(1)
  })

  it('leaves no child, and no child of a child, when it is killed itself', async () => {
    rig.trick('server.grandchild')
    const house = start()
    await waitUntil(() => rig.life().includes('demo started'))
    const { grandchild } = await show(house.port())
    expect(rig.left()).toContain(grandchild)
    house.signal('SIGKILL')
    await house.code
    await waitUntil(() => rig.left().length === 0)
  })

  it('ends what a killed child had started', async () => {
    rig.trick('server.grandchild')
    const house = startBare()
    await house.until('Ctrl-C stops.')
    const before = await show(house.port())
    process.kill(before.pid, 'SIGKILL')
    await showSoon(house.port(), (shown) => shown.pid !== before.pid)
    expect(rig.left()).not.toContain(before.grandchild)
  })

  it('says in one sentence that a child had no memory, and starts it again', async () => {
    rig.trick('server.oom')
    const house = start(['--no-demo'], { NODE_OPTIONS: '--max-old-space-size=48' })
    await house.until('Ctrl-C stops.', 40_000)
    expect(house.said())
      .toContain('The server process used up the memory it may have and was started again')
    expect(house.said()).not.toContain('FATAL ERROR')
  })

  it('ends with the sentence of a child that cannot start', async () => {
    rig.trick('media.refuse')
    const house = startBare()
    expect(await house.code).toBe(1)
    expect(house.said()).toMatch(/^Nothing can be done about this\.$/m)
    expect(rig.left()).toEqual([])
  })

  it('gives up on a child that breaks again and again before it was ever ready', async () => {
    rig.trick('server.break')
    const house = startBare()
    expect(await house.code).toBe(1)
    expect(house.said())
      .toMatch(/^The server process ended with code 1: TypeError: broken fixture\.$/m)
    expect(rig.left()).toEqual([])
  })

  it('keeps the full logs of its children in files', async () => {
    const house = startBare()
    await house.until('Ctrl-C stops.')
    expect(readFileSync(join(rig.dataDir, 'logs', 'server.log'), 'utf8'))
      .toContain('"server.warned"')
  })

  it('stops also while it is still starting', async () => {
    const house = startBare()
    await waitUntil(() => rig.life().length > 0)
    house.signal('SIGINT')
    expect(await house.code).toBe(0)
    expect(rig.left()).toEqual([])
  })
})

describe('launch for media', () => {
  it('tells each media process its ports, and only the server the password of TURN', async () => {
    const house = startBare(['--media-processes', '2', '--public-ip', '203.0.113.7',
      '--ice-servers', 'turn:ann:s3cret@turn.example:3478'])
    await house.until('Ctrl-C stops.')
    const server = await show(house.port())
    expect(JSON.parse(server.SILKCAST_ICE_SERVERS!)).toEqual(
      [{ urls: 'turn:turn.example:3478', username: 'ann', credential: 's3cret' }])
    const urls = server.SILKCAST_MEDIA_URL!.split(',')
    const media = await Promise.all(urls.map(async (url) =>
      await (await fetch(url)).json() as Shown))
    expect(media[0]!.pid).not.toBe(media[1]!.pid)
    const [first, second] = media.map((one) => Number(one.SILKCAST_UDP_PORT))
    expect(second).toBe(first! + 1)
    for (const one of media) {
      expect(one).toMatchObject({ SILKCAST_PUBLIC_IP: '203.0.113.7' })
      expect(JSON.stringify(one)).not.toContain('s3cret')
    }
    expect(house.said()).not.toContain('s3cret')
    house.signal('SIGINT')
    expect(await house.code).toBe(0)
    expect(rig.left()).toEqual([])
  })
})

describe('launch --https', () => {
  interface Visited { readonly env: Shown; readonly isTrusted: boolean }
  async function visit(port: number, ca: string): Promise<Visited> {
    const asked = get({ host: '127.0.0.1', port, ca, agent: false })
    const [answer] = await once(asked, 'response') as [IncomingMessage]
    const { authorized: isTrusted } = answer.socket as TLSSocket
    return { env: await json(answer) as Shown, isTrusted }
  }

  it('serves under its own authority, which people and its own processes can trust', async () => {
    const house = startBare(['--https', '--merchant', 'Silk & Co', '--owner-email', 'a@b.example'])
    await house.until('Ctrl-C stops.')
    const caPath = join(rig.dataDir, 'tls', 'silkcast-authority.crt')
    expect(house.said()).toContain(`Authority  ${caPath}`)
    expect(statSync(caPath).mode & 0o777).toBe(0o600)
    const { env, isTrusted } = await visit(house.port(), readFileSync(caPath, 'utf8'))
    expect(isTrusted).toBe(true)
    expect(env).toMatchObject({
      SILKCAST_PUBLIC_URL: `https://localhost:${house.port()}`, SILKCAST_MERCHANT: 'Silk & Co',
      SILKCAST_OWNER_EMAIL: 'a@b.example',
    })
    await expect(fetch(`https://127.0.0.1:${house.port()}/`)).rejects.toThrow('fetch failed')
    for (const url of [env.SILKCAST_MEDIA_URL, env.SILKCAST_PAY_URL]) {
      const child = await (await fetch(`${url}/reach`)).json() as Shown
      expect(child).toMatchObject({ reached: 200 })
      expect(child).not.toHaveProperty('SILKCAST_TLS_KEY')
    }
    const pay = await show(Number(env.SILKCAST_PAY_URL!.split(':')[2]))
    expect(pay.SILKCAST_PAY_MERCHANT).toBe('Silk & Co')
  })

  it('refuses an authority that it cannot read, in one sentence', async () => {
    mkdirSync(join(rig.dataDir, 'tls'), { recursive: true })
    for (const file of ['silkcast-authority.crt', 'authority-key.pem']) {
      writeFileSync(join(rig.dataDir, 'tls', file), 'broken')
    }
    const house = startBare(['--https'])
    expect(await house.code).toBe(1)
    expect(house.said()).toMatch(/^The certificates in .*tls cannot be read: .*delete that folder/)
    expect(house.said().trim().split('\n')).toHaveLength(1)
  })
})

describe('npm start', () => {
  it('begins in plain JavaScript, and says to a Node that is too old which one it needs', () => {
    const root = join(import.meta.dirname, '..', '..', '..')
    const about = readFileSync(join(root, 'package.json'), 'utf8')
    expect(JSON.parse(about).scripts.start).toBe('node tools/node.mjs tools/start.mjs')
    const run = (...before: string[]) => spawnSync(process.execPath,
      [...before, join(root, 'tools', 'start.mjs'), '--version'], { encoding: 'utf8' })
    expect(run()).toMatchObject({ status: 0, stdout: `${JSON.parse(about).version}\n` })
    // As an older one would: without types in files, under its own number.
    const older = 'data:text/javascript,Object.defineProperty(process.versions,"node",'
      + '{value:"20.1.2"})'
    const refused = run('--no-strip-types', '--import', older)
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^Silkcast runs on Node 26, and this is 20\.1\.2\..*\n$/)
  })
})

describe('launch refuses in one sentence', () => {
  const refuse = async (house: Launched): Promise<string> => {
    expect(await house.code).toBe(1)
    expect(rig.left()).toEqual([])
    expect(house.said().trim().split('\n')).toHaveLength(1)
    return house.said()
  }

  it('a port that is taken, and says which and how to choose another', async () => {
    const other = createServer()
    const port = await new Promise<number>((done) => {
      other.listen(0, '127.0.0.1', () => done((other.address() as { port: number }).port))
    })
    const http = await refuse(startBare(['--port', String(port)]))
    expect(http).toContain(`The port for the web pages is taken by another program: port ${port}. `
      + `Choose another: npm start -- --port ${port + 1}`)
    const rtmp = await refuse(startBare(['--rtmp-port', String(port)]))
    expect(rtmp).toMatch(/The port for RTMP is taken.*--rtmp-port/)
    other.close()
  })

  it('a UDP port that is taken, also one in the row', async () => {
    const other = createSocket('udp4')
    await new Promise<void>((done) => { other.bind(0, '127.0.0.1', done) })
    const { port } = other.address()
    const one = await refuse(startBare(['--udp-port', String(port)]))
    expect(one).toContain('The port for sub-second video is taken by another program: UDP port '
      + `${port}. Choose another: npm start -- --udp-port ${port + 1}`)
    const row = await refuse(
      startBare(['--udp-port', String(port - 1), '--media-processes', '2']))
    expect(row).toContain(`UDP ports ${port - 1} to ${port}.`)
    other.close()
  })

  it('a data folder that cannot be written', async () => {
    writeFileSync(join(rig.root, 'file'), '')
    const said = await refuse(startBare(['--data', join(rig.root, 'file', 'data')]))
    expect(said).toMatch(/The data folder .* cannot be written: a part of that path is a file/)
    expect(await refuse(startBare(['--data', '/proc/silkcast']))).toMatch(/cannot be written/)
  })

  it('a full disk', async () => {
    const said = await refuse(start(['--no-demo'], { FIXTURE_FREE_MB: '123' }))
    expect(said).toMatch(/is full: 123 MB are free, and Silkcast needs 300 MB\. Make room/)
  })

  it('a database that cannot be reached, without its password', async () => {
    const url = 'postgresql://someone:s3cret@127.0.0.1:1/none'
    const said = await refuse(rig.start(['--no-demo', '--database-url', url]))
    expect(said).toMatch(/The database 127\.0\.0\.1:1\/none of --database-url cannot be used/)
    expect(said).toContain('ECONNREFUSED')
    expect(said).not.toContain('s3cret')
  })

  it('an option that it does not know', async () => {
    expect(await refuse(startBare(['--prot', '1']))).toMatch(/^There is no option --prot\./)
  })
})

describe('launch with its own PostgreSQL', () => {
  it('starts it, brings it back when it dies, and stops it with the rest', async () => {
    const house = rig.start(['--no-demo'])
    await house.until('Ctrl-C stops.', 40_000)
    const { SILKCAST_DATABASE_URL: url } = await show(house.port())
    const pidPath = join(rig.dataDir, 'postgres', 'cluster', 'postmaster.pid')
    const pidNow = () => Number(readFileSync(pidPath, 'utf8').split('\n')[0])
    const before = pidNow()
    process.kill(before, 'SIGKILL')
    await house.until('PostgreSQL ended')
    await waitUntil(() => {
      try {
        return pidNow() !== before && readFileSync(pidPath, 'utf8').includes('ready')
      } catch {
        return false
      }
    })
    expect(readFileSync(pidPath, 'utf8').split('\n')[3]).toBe(new URL(url!).port)
    const other = rig.start(['--no-demo'])
    expect(await other.code).toBe(1)
    expect(other.said()).toMatch(/^Another Silkcast \(process \d+\) is using the data/m)
    house.signal('SIGINT')
    expect(await house.code).toBe(0)
    expect(rig.left()).toEqual([])
  })
})
