import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { makeClients, noProxies } from '#adapters/clients-forwarded'
import { makeHttp } from '#adapters/http-fastify'
import { makeMetrics, type MetricsSources } from '#adapters/metrics-prometheus'
import { silentLog } from '#kernel'
import { addMetrics, countRequests, makeMediaFigures } from './metrics.ts'

const token = 'token-of-the-metrics-test'
const key = 'k'.repeat(32)
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => { for (const close of closing.splice(0)) await close() })

/** Stands in for the media process. */
async function startMedia(answer: (key: unknown) => [number, string]): Promise<string> {
  const server: Server = createServer((request, response) => {
    const [status, body] = answer(request.headers['x-silkcast-internal'])
    response.writeHead(status).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => new Promise((done) => {
    server.close(done)
    server.closeAllConnections()
  }))
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

const mediaAt = (url: string) =>
  makeMediaFigures({ SILKCAST_MEDIA_URL: url, SILKCAST_INTERNAL_KEY: key })

async function begin(media: MetricsSources['media'], given: string | undefined = token) {
  const metrics = makeMetrics({ steadyMs: () => 0 })
  const http = await makeHttp({
    log: silentLog, clients: makeClients({ proxies: noProxies }),
    internalKey: key, isSecure: false, refusals: [], version: '0',
    whoBySession: async () =>
      ({ personId: null, sessionId: null, roles: [], displayName: '', isDemo: false }),
  })
  countRequests(http.app, metrics.meter)
  http.app.get('/things/:id', async () => 'here')
  addMetrics(http.app, {
    clients: http.clients, metrics, token: given,
    sources: {
      gateway: () => ({ connections: 0, rooms: 0, tickMs: 50, sampledAway: 0 }),
      ordersWaiting: () => 0, quality: () => ({ visits: 0, shows: 0 }),
      openPayments: async () => ({}), outbox: async () => ({ written: 0, lagMs: {} }), media,
    },
  })
  await http.app.ready()
  closing.push(() => http.app.close())
  return (remoteAddress: string, headers: Record<string, string> = {}, url = '/metrics') =>
    http.app.inject({ url, remoteAddress, headers: { host: 'localhost', ...headers } })
}

const figures = JSON.stringify({
  upSeconds: 1, cpuSeconds: 1, memoryBytes: 1, receiving: 0, publishers: 0, shows: [],
})
const isUp = (text: string) => /^silkcast_media_up\{process="media"\} (\d)$/m.exec(text)?.[1]

test('the media process is asked with the key, and its figures stand beside ours', async () => {
  const url = await startMedia((given) => given === key ? [200, figures] : [401, ''])
  const ask = await begin(mediaAt(url))
  await ask('127.0.0.1', {}, '/things/7')
  await ask('127.0.0.1', {}, '/nothing-here')
  const answer = await ask('127.0.0.1')
  expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-store'])
  expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4')
  expect(isUp(answer.body)).toBe('1')
  // By the pattern of the route: guesses of addresses make no series.
  expect(answer.body).toContain('route="/things/:id",method="GET",status="200"')
  expect(answer.body).toMatch(/route="none",method="GET",status="404",process="server"\} 1/)
  expect(answer.body).not.toContain('nothing-here')
})

test.each([
  ['nobody is there', async () => 'http://127.0.0.1:1'],
  ['it refuses', () => startMedia(() => [401, ''])],
  ['its answer is none', () => startMedia(() => [200, '{"shows":'])],
  ['its answer is something else', () => startMedia(() => [200, '{"shows":[{"showId":"x"}]}'])],
  ['its answer is too long', () => startMedia(() => [200, `${figures}${' '.repeat(300_000)}`])],
])('unreachable is a figure, never an error: %s', async (_what, url) => {
  const answer = await (await begin(mediaAt(await url())))('::1')
  expect([answer.statusCode, isUp(answer.body)]).toEqual([200, '0'])
})

test('who may not read hears that nothing is there', async () => {
  const ask = await begin(mediaAt('http://127.0.0.1:1'))
  const unknown = await ask('8.8.8.8', {}, '/nothing-here')
  for (const [address, headers] of [
    ['8.8.8.8', {}], ['127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }],
    ['127.0.0.1', { authorization: 'Bearer x' }], ['10.0.0.1', { forwarded: 'for=x' }],
  ] as const) {
    const answer = await ask(address, headers)
    expect([answer.statusCode, answer.body]).toEqual([404, unknown.body])
  }
  expect((await ask('8.8.8.8', { authorization: `Bearer ${token}` })).statusCode).toBe(200)
  // A foreign name pointed at us gets nothing even here.
  expect((await ask('127.0.0.1', { host: 'evil.example' })).statusCode).toBe(404)
})
