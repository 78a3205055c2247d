import Type from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  Fault,
  ok,
  refuse,
  routeTable,
  silentLog,
  type Api,
  type PersonId,
  type SessionId,
} from '#kernel'
import { makeClients, noProxies } from '#adapters/clients-forwarded'
import type { Who } from '#people/accounts/contract'
import { refusalCodes as accountCodes } from '#people/accounts/contract'
import { makeHttp, type Http } from './index.ts'

const nobody: Who = { personId: null, sessionId: null, roles: [], displayName: '', isDemo: false }
const producer: Who = {
  ...nobody,
  personId: 'per_p' as PersonId,
  sessionId: 'ses_p' as SessionId,
  roles: ['producer'],
}
const guest: Who = { ...nobody, personId: 'per_g' as PersonId, sessionId: 'ses_g' as SessionId }
const people: Record<string, Who> = { producer, guest }
const internalKey = 'k'.repeat(32)

const Body = Type.Object(
  { name: Type.String({ maxLength: 10 }), count: Type.Integer() },
  { additionalProperties: false },
)
const api = {
  'GET /api/open': {
    act: 'anyone',
    doc: 'Open.',
    query: Type.Object({ n: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
    reply: Type.Object({ n: Type.Integer() }),
  },
  'POST /api/run': { act: 'show.run', doc: 'Runs.', body: Body, bodyLimitBytes: 1024, reply: Body },
  'POST /api/raw': {
    act: 'visitor',
    doc: 'Raw.',
    raw: ['text/csv'],
    bodyLimitBytes: 2048,
    reply: Type.Object({ bytes: Type.Integer() }),
  },
  'POST /internal/x': {
    act: 'internal',
    doc: 'Internal.',
    reply: Type.Object({ done: Type.Boolean() }),
  },
  'GET /api/leak': {
    act: 'anyone',
    doc: 'Leaks nothing.',
    reply: Type.Object({ shown: Type.String() }),
  },
  'GET /api/fault': { act: 'anyone', doc: 'Faults.', reply: Type.Object({}) },
  'GET /api/bug': { act: 'anyone', doc: 'Breaks.', reply: Type.Object({}) },
  'GET /api/slow': { act: 'anyone', perMinute: 3, doc: 'Few calls.', reply: Type.Object({}) },
  'GET /api/no': { act: 'anyone', doc: 'Refuses.', reply: Type.Object({}) },
} as const satisfies Api

let http: Http
beforeAll(async () => {
  http = await makeHttp({
    log: silentLog, clients: makeClients({ proxies: noProxies }),
    internalKey,
    isSecure: false,
    refusals: accountCodes,
    version: '0',
    publicUrl: 'https://shop.example',
    whoBySession: async (token) => people[token ?? ''] ?? nobody,
  })
  http.mount(
    routeTable<typeof api, Who>(api, {
      'GET /api/open': async ({ query }) => ok({ n: query.n ?? 0 }),
      'POST /api/run': async ({ body }) => ok(body),
      'POST /api/raw': async ({ body }) => ok({ bytes: body.length }),
      'POST /internal/x': async () => ok({ done: true }),
      'GET /api/leak': async () => ok({ shown: 'a', secret: 'b' } as { shown: string }),
      'GET /api/fault': async () => {
        throw new Fault('store.unavailable', { retryable: true })
      },
      'GET /api/bug': async () => {
        throw new Error('secret detail')
      },
      'GET /api/slow': async () => ok({}),
      'GET /api/no': async () => refuse('people.accounts.link_invalid'),
    }),
  )
  await http.app.ready()
})
afterAll(() => http.app.close())

const own = { host: 'localhost:8080', origin: 'http://localhost:8080' }
const as = (who: string) => ({ ...own, cookie: `sid=${who}` })
const send = (url: string, options: Record<string, unknown> = {}) =>
  http.app.inject({ url, headers: own, ...options } as never)
const codeOf = (answer: { body: string }) => JSON.parse(answer.body).refusal?.code as string

describe('who may call', () => {
  test('nobody is sent to sign in, a guest is not allowed, a producer is', async () => {
    const body = { name: 'a', count: 1 }
    const run = (headers: object) => send('/api/run', { method: 'POST', headers, payload: body })
    expect([(await run(own)).statusCode, codeOf(await run(own))]).toEqual([
      401,
      'people.accounts.sign_in_needed',
    ])
    expect([(await run(as('guest'))).statusCode, codeOf(await run(as('guest')))]).toEqual([
      403,
      'people.accounts.not_allowed',
    ])
    expect((await run(as('producer'))).json()).toEqual(body)
  })
  test('a write from another site is refused even with a good session', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:9999', 'not a url']) {
      const answer = await send('/api/run', {
        method: 'POST',
        headers: { ...as('producer'), origin },
        payload: { name: 'a', count: 1 },
      })
      expect([origin, answer.statusCode]).toEqual([origin, 403])
    }
  })
  test('a browser write without an origin is judged by sec-fetch-site', async () => {
    const headers = { host: own.host, cookie: 'sid=producer', 'sec-fetch-site': 'cross-site' }
    expect(
      (await send('/api/run', { method: 'POST', headers, payload: { name: 'a', count: 1 } }))
        .statusCode,
    ).toBe(403)
  })
  test('an unknown host name gets nothing (DNS rebinding)', async () => {
    expect((await send('/api/open', { headers: { host: 'evil.example' } })).statusCode).toBe(404)
    expect((await send('/api/open', { headers: { host: 'shop.example' } })).statusCode).toBe(200)
  })
  test('internal routes need the internal key and no session opens them', async () => {
    expect(
      (await send('/internal/x', { method: 'POST', headers: as('producer') })).statusCode,
    ).toBe(403)
    expect(
      (
        await send('/internal/x', {
          method: 'POST',
          headers: { ...own, 'x-silkcast-internal': 'k' },
        })
      ).statusCode,
    ).toBe(403)
    expect(
      (
        await send('/internal/x', {
          method: 'POST',
          headers: { ...own, 'x-silkcast-internal': internalKey },
        })
      ).statusCode,
    ).toBe(200)
  })
})

describe('hostile input', () => {
  const run = (payload: unknown, headers: object = {}) =>
    send('/api/run', {
      method: 'POST',
      headers: { ...as('producer'), 'content-type': 'application/json', ...headers },
      payload,
    })
  test.each([
    ['wrong type', { name: 1, count: 1 }],
    ['extra property', { name: 'a', count: 1, admin: true }],
    ['too long', { name: 'x'.repeat(11), count: 1 }],
    ['a number as text', { name: 'a', count: '1' }],
    ['an array', []],
    ['null', 'null'],
    ['not JSON', '{"name":'],
    ['a fraction', { name: 'a', count: 1.5 }],
    ['prototype', '{"__proto__":{"x":1},"name":"a","count":1}'],
  ])('%s is a 400 that says where', async (_what, payload) => {
    const answer = await run(payload)
    expect([answer.statusCode, codeOf(answer)]).toEqual([400, 'http.invalid'])
  })
  test('too large a body is a 413', async () => {
    expect((await run({ name: 'x'.repeat(5000), count: 1 })).statusCode).toBe(413)
  })
  test('another content type is a 415', async () => {
    expect(
      (await run('a=1', { 'content-type': 'application/x-www-form-urlencoded' })).statusCode,
    ).toBe(415)
  })
  test('raw routes take only their types and sizes', async () => {
    const raw = (type: string, payload: string) =>
      send('/api/raw', {
        method: 'POST',
        headers: { ...as('guest'), 'content-type': type },
        payload,
      })
    expect((await raw('text/csv', 'a,b')).json()).toEqual({ bytes: 3 })
    expect((await raw('text/html', 'a,b')).statusCode).toBe(415)
    expect((await raw('text/csv', 'x'.repeat(3000))).statusCode).toBe(413)
  })
  test('a query of the wrong type is refused', async () => {
    expect((await send('/api/open?n=7')).json()).toEqual({ n: 7 })
    expect((await send('/api/open?n=seven')).statusCode).toBe(400)
    expect((await send('/api/open?m=1')).statusCode).toBe(400)
  })
})

describe('answers', () => {
  test('nothing outside the reply schema leaves', async () => {
    expect((await send('/api/leak')).json()).toEqual({ shown: 'a' })
  })
  test('a refusal has its status and code', async () => {
    const answer = await send('/api/no')
    expect([answer.statusCode, codeOf(answer)]).toEqual([410, 'people.accounts.link_invalid'])
  })
  test('a passing fault is a 503 to try again, a bug a 500 without its inside', async () => {
    const fault = await send('/api/fault')
    expect([fault.statusCode, fault.headers['retry-after']]).toEqual([503, '1'])
    const bug = await send('/api/bug')
    expect(bug.statusCode).toBe(500)
    expect(bug.body).not.toContain('secret')
  })
  test('too many calls say when to come back', async () => {
    for (let call = 0; call < 3; call++) expect((await send('/api/slow')).statusCode).toBe(200)
    const answer = await send('/api/slow')
    expect([answer.statusCode, codeOf(answer)]).toEqual([429, 'http.too_fast'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })
  test('no type is guessed, and pages carry a strict content policy', async () => {
    expect((await send('/api/open')).headers['x-content-type-options']).toBe('nosniff')
    const { headers } = await send('/docs')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toContain("script-src 'self'")
  })
  test('the OpenAPI document lists routes and hides internal ones', async () => {
    const paths = Object.keys((await send('/docs/json')).json().paths)
    expect(paths).toContain('/api/run')
    expect(paths).not.toContain('/internal/x')
  })
})
