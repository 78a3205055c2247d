import Type from 'typebox'
import { afterEach, expect, test } from 'vitest'
import { makeClients, noProxies, readProxies } from '#adapters/clients-forwarded'
import { httpRefusalCodes, ok, routeTable, silentLog, type Api } from '#kernel'
import { refusalCodes as accountCodes, type Who } from '#people/accounts/contract'
import { addressKey } from '#stage/gateway'
import { makeHttp, type Http } from './index.ts'

const nobody: Who = { personId: null, sessionId: null, roles: [], displayName: '', isDemo: false }
const api = {
  'GET /api/few': { act: 'anyone', perMinute: 2, doc: 'Few calls.', reply: Type.Object({}) },
  'POST /api/who': {
    act: 'anyone', doc: 'Who asks.', reply: Type.Object({
      address: Type.String(), host: Type.String(), country: Type.String(),
    }),
  },
} as const satisfies Api

let http: Http | undefined
afterEach(async () => { await http?.app.close() })

async function begin(proxies = readProxies('10.0.0.0/8')!) {
  const made = await makeHttp({
    log: silentLog, internalKey: 'k'.repeat(32), isSecure: false, version: '0',
    clients: makeClients({
      proxies, countryHeader: 'cf-ipcountry', countryOf: (address) => `of ${address}`,
    }),
    networkOf: addressKey, refusals: [...accountCodes, ...httpRefusalCodes],
    publicUrl: 'http://shop.example',
    whoBySession: async () => nobody,
  })
  http = made
  made.mount(routeTable<typeof api, Who>(api, {
    'GET /api/few': async () => ok({}),
    async 'POST /api/who'({ address, country, headers, setCookie }) {
      setCookie('sid', 'x')
      return ok({ address, host: String(headers['host']), country: String(country) })
    },
  }))
  await made.app.ready()
  return (url: string, remoteAddress: string, headers: Record<string, string> = {}) =>
    made.app.inject({
      url, remoteAddress, method: url.endsWith('few') ? 'GET' : 'POST',
      headers: { host: 'localhost', ...headers },
    })
}

test('behind a trusted proxy everybody has a limit of their own', async () => {
  const ask = await begin()
  const from = async (client: string, nearest = '10.0.0.1') =>
    (await ask('/api/few', nearest, { 'x-forwarded-for': client })).statusCode
  expect([await from('1.1.1.1'), await from('1.1.1.1'), await from('1.1.1.1')])
    .toEqual([200, 200, 429])
  expect(await from('2.2.2.2')).toBe(200)
  // Other names for themselves, and other proxies of ours, gain nothing.
  expect(await from('9.9.9.9, 1.1.1.1', '10.0.0.2')).toBe(429)
  expect(await from('::ffff:1.1.1.1, 10.3.3.3')).toBe(429)
})

test('whoever has a whole network of addresses has one limit', async () => {
  const ask = await begin()
  const from = async (client: string) =>
    (await ask('/api/few', '10.0.0.1', { 'x-forwarded-for': client })).statusCode
  expect([await from('2a00:1::1'), await from('2a00:1::2'), await from('2a00:1::dead:3')])
    .toEqual([200, 200, 429])
  expect(await from('2a00:1:0:1::1')).toBe(200)
})

test('without one a new name with every call is still one client', async () => {
  const ask = await begin(noProxies)
  const from = async (client: string) =>
    (await ask('/api/few', '10.0.0.1', { 'x-forwarded-for': client })).statusCode
  expect([await from('1.1.1.1'), await from('2.2.2.2'), await from('3.3.3.3')])
    .toEqual([200, 200, 429])
})

test('host, HTTPS and country are a trusted proxy\'s to say', async () => {
  const said = {
    host: 'inner.invalid', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https',
    'x-forwarded-for': '1.1.1.1', 'cf-ipcountry': 'DE',
  }
  const ask = await begin()
  const through = await ask('/api/who', '10.0.0.1', said)
  expect(through.json()).toEqual({ address: '1.1.1.1', host: 'shop.example', country: 'DE' })
  expect(through.headers['set-cookie']).toContain('Secure')
  const direct = await ask('/api/who', '8.8.8.8', said)
  expect(direct.statusCode).toBe(404)
  const plain = await ask('/api/who', '8.8.8.8', { ...said, host: 'localhost' })
  expect(plain.json()).toEqual({ address: '8.8.8.8', host: 'localhost', country: 'of 8.8.8.8' })
  expect(plain.headers['set-cookie']).not.toContain('Secure')
})

test('a page of a strange name may neither read nor write through a proxy', async () => {
  const ask = await begin()
  const via = (headers: Record<string, string>) => ask('/api/who', '10.0.0.1', headers)
  expect((await via({ 'x-forwarded-host': 'evil.example' })).statusCode).toBe(404)
  const foreign = await via({ 'x-forwarded-host': 'localhost', origin: 'http://evil.example' })
  expect(foreign.json()).toMatchObject({ refusal: { code: 'people.accounts.wrong_origin' } })
  const own = { host: 'inner.invalid', 'x-forwarded-host': 'localhost:9000' }
  expect((await via({ ...own, origin: 'http://localhost:9000' })).statusCode).toBe(200)
  expect((await via({ ...own, origin: 'http://inner.invalid' })).statusCode).toBe(403)
  // The public address is ours whatever the proxy calls us.
  expect((await via({ host: '10.0.0.9:8080', origin: 'http://shop.example' })).statusCode).toBe(200)
})
