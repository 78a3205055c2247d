import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTcp, type AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeClients, noProxies } from '#adapters/clients-forwarded'
import { makeHttp, type Http } from '#adapters/http-fastify'
import { silentLog, systemClock } from '#kernel'
import { startRig, until, type Rig } from '#stage/media/testing'
import { needNginx } from '../../tools/lib/nginx.ts'
import { startNginx, type Nginx } from './cdn/nginx.ts'
import { follow } from './cdn/viewer.ts'

const VIEWERS = 500
const FOLLOW_MS = 10_000
const program = needNginx()

let rig: Rig
let show: ReturnType<Rig['addShow']>
let http: Http
let counter: Server
let nginx: Nginx | undefined
let folder: string
let port: number
/** What reached the origin, in the order in which it came. */
const hits = new Map<string, number>()

async function freePort(): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: found } = server.address() as AddressInfo
  await new Promise((done) => { server.close(done) })
  return found
}

/** Between nginx and the server: counts, and hands everything through. */
async function startCounter(originPort: number): Promise<Server> {
  const server = createServer((asked, answer) => {
    const key = asked.url!.slice(asked.url!.lastIndexOf('/') + 1)
    hits.set(key, (hits.get(key) ?? 0) + 1)
    const { method, url: path, headers } = asked
    asked.pipe(request({ port: originPort, host: '127.0.0.1', method, path, headers },
      (found: IncomingMessage) => {
        answer.writeHead(found.statusCode!, found.headers)
        found.pipe(answer)
      }).on('error', () => answer.destroy()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

beforeAll(async () => {
  rig = await startRig()
  folder = await mkdtemp(join(tmpdir(), 'silkcast-nginx-'))
  show = rig.addShow()
  rig.encoder(show.rtmpUrl(), { seconds: 120, fps: 10, size: '160x90', hasAudio: false, gop: 20 })
  http = await makeHttp({
    log: silentLog, clients: makeClients({ proxies: noProxies }), isSecure: false, refusals: [
      { code: 'http.not_found', status: 404, doc: '' },
      { code: 'http.unavailable', status: 503, doc: '' },
    ], version: '0', internalKey: 'k'.repeat(32),
    whoBySession: async () => { throw new Error('nobody asks') },
  })
  http.proxy({
    prefix: '/media', target: () => rig.media.httpUrl, methods: ['GET', 'HEAD'], timeoutMs: 15_000,
  })
  await http.app.listen({ port: 0, host: '127.0.0.1' })
  counter = await startCounter((http.app.server.address() as AddressInfo).port)
  port = await freePort()
  const originPort = (counter.address() as AddressInfo).port
  if (program) nginx = await startNginx({ program, folder, port, originPort })
  await until('a playlist', async () => (await fetch(show.url('live.m3u8'))).ok, 15_000)
}, 60_000)
afterAll(async () => {
  await nginx?.stop()
  counter?.closeAllConnections()
  counter?.close()
  await http?.app.close()
  await rig?.close()
  await rm(folder, { recursive: true, force: true })
})

const base = () => `/media/${show.id}`
const through = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${port}${base()}/${path}`, init)
const percentile = (all: number[], part: number): number =>
  Math.round(all.toSorted((a, b) => a - b)[Math.floor(all.length * part)] ?? 0)

// Skipped where nginx cannot be installed; needNginx has said how to get it.
describe.skipIf(!program)('a cache in front', () => {
  test('500 viewers follow the live edge through nginx; the origin is asked once for every part',
    async () => {
      hits.clear()
      const startMs = systemClock.steadyMs()
      const all = await Promise.all(Array.from({ length: VIEWERS }, async (_none, at) => {
        await systemClock.sleep(at * 2)
        return follow(port, base(), startMs + FOLLOW_MS)
      }))
      const parts = [...hits].filter(([name]) => /^p\d+\.\d+\.m4s/.test(name))
      const playlists = [...hits].filter(([name]) => name.includes('_HLS_msn'))
      const sum = (of: readonly number[]) => of.reduce((total, one) => total + one, 0)
      const waits = all.flatMap(({ waitsMs }) => waitsMs)
      process.stdout.write(`${JSON.stringify({
        viewers: VIEWERS, partsServed: sum(all.map((one) => one.parts)),
        playlistsServed: sum(all.map((one) => one.playlists)), parts: parts.length,
        playlists: playlists.length, originRequests: sum([...hits.values()]),
        waitMsP50: percentile(waits, 0.5), waitMsP95: percentile(waits, 0.95),
      })}\n`)
      expect(all.flatMap(({ troubles }) => troubles).slice(0, 5)).toEqual([])
      expect(parts.length).toBeGreaterThan(20)
      expect(parts.filter(([, count]) => count !== 1)).toEqual([])
      expect(playlists.filter(([, count]) => count !== 1)).toEqual([])
      expect(sum(all.map((one) => one.parts))).toBeGreaterThan(VIEWERS * 20)
      // Nobody is left behind: the last part of each is among the newest.
      const newest = Math.max(...parts.map(([name]) => Number(/^p(\d+)/.exec(name)![1])))
      const behind = all.filter(({ last }) => Number(/^p(\d+)/.exec(last)?.[1] ?? 0) < newest - 2)
      expect(behind).toEqual([])
    }, 60_000)

  test('what is not there yet is not remembered as missing', async () => {
    const text = await (await through('live.m3u8')).text()
    const ahead = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)![1]) + 9
    expect((await through(`p${ahead}.0.m4s`)).status).toBe(404)
    await until('it came', async () => (await through(`p${ahead}.0.m4s`)).ok, 15_000)
    const far = await through(`live.m3u8?_HLS_msn=${ahead + 50}`)
    expect([far.status, far.headers.get('cache-control')]).toEqual([400, 'no-store'])
  }, 25_000)

  test('answers to any page, packed for who wants it, whatever else is in the query', async () => {
    const playlist = await through('live.m3u8?x=1', { headers: { origin: 'https://a.example' } })
    expect(playlist.headers.get('access-control-allow-origin')).toBe('*')
    expect(playlist.headers.get('content-encoding')).toBe('gzip')
    hits.clear()
    const many = await Promise.all(Array.from({ length: 20 }, (_none, at) =>
      through(`live.m3u8?x=${at}`)))
    expect(many.every(({ ok }) => ok)).toBe(true)
    expect([...hits.values()].reduce((total, one) => total + one, 0)).toBeLessThanOrEqual(2)
    const part = /URI="(p[\d.]+m4s)"/.exec(await playlist.text())![1]!
    const range = await through(part, { headers: { range: 'bytes=4-7' } })
    expect([range.status, await range.text()]).toEqual([206, 'moof'])
    expect(range.headers.get('cache-control')).toContain('immutable')
  })
})

test('a playlist says how long it holds, and is recognised when it has not changed', async () => {
  const now = await fetch(show.url('live.m3u8'))
  const text = await now.text()
  expect(now.headers.get('cache-control')).toBe('public, max-age=1')
  expect(now.headers.get('vary')).toBe('accept-encoding')
  const msn = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)![1])
  const reached = await fetch(show.url(`live.m3u8?_HLS_msn=${msn}`))
  expect(reached.headers.get('cache-control')).toBe('public, max-age=12')
  // Node's own fetch keeps to itself what it knows: asked by hand.
  const ask = async (headers: Record<string, string>) => {
    const [answer] = await once(request(show.url('replay.m3u8'), { headers }).end(),
      'response') as [IncomingMessage]
    answer.resume()
    return answer
  }
  const { etag } = (await ask({})).headers
  expect(etag).toMatch(/^W\/"[\w-]{16}"$/)
  const again = await ask({ 'if-none-match': `"other", ${etag!.slice(2)}` })
  expect(again.statusCode === 304 || again.headers.etag !== etag).toBe(true)
})
