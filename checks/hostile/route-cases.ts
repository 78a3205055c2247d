import { describe, expect, test } from 'vitest'
import type { ApiRoute } from '#kernel'
import { acts, type Act, type Role } from '#people/accounts/contract'
import { expectCalm, expectNo, expectNoFindings, note } from './answers.ts'
import { good, type Good } from './good.ts'
import { hostileBodies, hostileParams, hostileQueries, isFit, routes } from './routes.ts'
import type { Answer, Ask } from './wire.ts'
import type { World } from './world.ts'

const JSON_TYPE = 'application/json'
const isWrite = (method: string) => method !== 'GET'

interface Case {
  readonly key: string
  readonly method: string
  readonly path: string
  readonly route: ApiRoute
  readonly given: Good
  readonly world: World
}

function makeCase(key: string, world: World): Case {
  const [method = '', path = ''] = key.split(' ')
  return { key, method, path, route: routes.get(key)!, given: good[key]!(world), world }
}

const fill = (path: string, params: Readonly<Record<string, string>> = {}): string =>
  path.replace(/:([A-Za-z]+)/g, (_whole, name: string) => params[name] ?? '')

/** As the person who may do it, unless said otherwise. */
function send(at: Case, change: Partial<Ask> & { params?: Good['params'] } = {}): Promise<Answer> {
  const { given, world, route, method } = at
  const path = fill(at.path, { ...given.params, ...change.params })
    + (given.query && !change.params ? `?${given.query}` : '')
  const body = given.body === undefined ? undefined
    : typeof given.body === 'string' ? given.body : JSON.stringify(given.body)
  const { params: _params, ...asked } = change
  return world.wire.ask({
    method, path, session: sessionFor(at), body, ...asked,
    headers: {
      ...(body === undefined ? {} : { 'content-type': given.type ?? JSON_TYPE }),
      ...(route.act === 'internal' ? { 'x-silkcast-internal': world.internalKey } : {}),
      ...change.headers,
    },
  })
}

function sessionFor({ key, route, world }: Case): string | undefined {
  const act = route.act as Act
  // The one route that ends the session it is called with.
  if (key === 'POST /api/sign-out') return world.passing.token
  // What is said too often silences its speaker.
  if (key === 'POST /api/rooms/:showId/say') return world.passing.token
  if (act === 'internal' || act === 'signed') return undefined
  return act === 'anyone' || act === 'visitor' ? world.attacker.token : world.staff.merchant
}

async function checkCallers(at: Case): Promise<void> {
  const act = at.route.act as Act
  const { staff, attacker } = at.world
  const not = 'people.accounts.not_allowed'
  if (act === 'internal') {
    for (const key of ['', 'x', 'x'.repeat(43), `${at.world.internalKey}x`]) {
      const headers = { 'x-silkcast-internal': key }
      expectNo(`${at.key} with the key ${key.slice(0, 3)}`,
        await send(at, { session: staff.merchant, headers }), not)
    }
    return
  }
  if (act === 'anyone' || act === 'signed') return
  const missing = 'people.accounts.sign_in_needed'
  for (const session of [undefined, 'x', 'x'.repeat(4000), '__proto__', '%00', '%E0%A4%A']) {
    expectNo(`${at.key} with the session ${session?.slice(0, 9)}`, await send(at, { session }),
      missing)
  }
  if (act === 'visitor') return
  expectNo(`${at.key} as a guest`, await send(at, { session: attacker.token }), not)
  const may: readonly Role[] = acts[act]
  for (const role of ['producer', 'moderator', 'host'] as const) {
    if (!may.includes(role)) expectNo(`${at.key} as ${role}`,
      await send(at, { session: staff[role] }), not)
  }
}

async function checkOrigins(at: Case): Promise<void> {
  if (!isWrite(at.method) || at.route.act === 'internal' || at.route.act === 'signed') return
  const { host } = new URL(at.world.house.url)
  const elsewhere: Record<string, string>[] = [
    { origin: 'https://evil.example' }, { origin: 'null' },
      { origin: `http://${host}.evil.example` },
    { origin: `http://evil.example`, 'x-forwarded-host': 'evil.example' },
    { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of elsewhere) {
    expectNo(`${at.key} from ${JSON.stringify(headers)}`, await send(at, { headers }),
      'people.accounts.wrong_origin')
  }
}

async function checkBodies(at: Case): Promise<void> {
  const { body: schema } = at.route
  if (!schema || at.route.raw) return
  note(`${at.key}: the good body is not good`, !isFit(schema, at.given.body))
  for (const { what, value } of hostileBodies(at.given.body)) {
    const answer = await send(at, { body: JSON.stringify(value) })
    const name = `${at.key}: ${what}`
    if (isFit(schema, value)) {
      expectCalm(name, answer)
      // What nobody asked for is refused, not ignored.
      note(`${name} is taken`, what.startsWith('extra property'))
    } else expectNo(name, answer, 'http.invalid', 'http.too_large')
  }
}

async function checkBytes(at: Case): Promise<void> {
  if (!isWrite(at.method)) return
  const type = { 'content-type': at.given.type ?? JSON_TYPE }
  const tooMuch = { ...type, 'content-length': String(20 * 1024 * 1024) }
  expectNo(`${at.key}: 20 MB`,
    await send(at, { body: ' ', headers: { ...tooMuch, connection: 'close' } }), 'http.too_large')
  for (const wrong of ['text/html', 'application/x-www-form-urlencoded', 'application/xml',
    ';;;']) {
    if (at.route.act === 'internal') break
    expectNo(`${at.key} as ${wrong}`,
      await send(at, { body: '<a>', headers: { 'content-type': wrong } }), 'http.wrong_type')
  }
  if (!at.route.body) return
  const texts = ['', '{', '{"__proto__":{"a":1}}', '\u0000', '[['.repeat(30_000), '\ufeff{}', 'NaN']
  for (const body of texts) {
    expectNo(`${at.key}: body ${JSON.stringify(body.slice(0, 24))}`,
      await send(at, { body, headers: type }), 'http.invalid')
  }
}

async function checkAddresses(at: Case): Promise<void> {
  for (const name of Object.keys(at.given.params ?? {})) {
    for (const wrong of hostileParams) {
      const answer = await send(at, { params: { [name]: wrong } })
      expectCalm(`${at.key}: ${name} = ${wrong.slice(0, 30)}`, answer)
      note(`${at.key}: ${name} = ${wrong.slice(0, 30)} is taken`, answer.status < 400)
    }
  }
  const path = fill(at.path, at.given.params)
  for (const query of hostileQueries) {
    const answer = await send(at, { path: `${path}?${query}` })
    if (at.route.query) expectNo(`${at.key}?${query.slice(0, 30)}`, answer, 'http.invalid')
    else expectCalm(`${at.key}?${query.slice(0, 30)}`, answer)
  }
  const names = (at.given.query ?? '').split('&').map((pair) => pair.split('=')[0]!).filter(Boolean)
  for (const name of names) {
    for (const wrong of ['', '%00', '%ff', '1e20', '-1', '%F0%9F%98%80', 'a'.repeat(7000),
      `1&${name}=2`]) {
      expectCalm(`${at.key}?${name}=${wrong.slice(0, 20)}`,
        await send(at, { path: `${path}?${name}=${wrong}` }), knownTo(at))
    }
  }
}

/** Secrets that the right person may read here. */
const knownTo = ({ route, world }: Case): string[] =>
  route.act === 'orders.read' ? [world.victim.order.number] : []

async function checkMethods(at: Case): Promise<void> {
  const known = [...routes.keys()].filter((key) => key.endsWith(` ${at.path}`))
    .map((key) => key.split(' ')[0])
  const path = fill(at.path, at.given.params)
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    if (known.includes(method)) continue
    const headers = { 'x-http-method-override': at.method }
    const answer = await at.world.wire.ask({
      method, path, headers, session: at.world.staff.merchant,
    })
    // An address with a name in it may be another route's as well.
    expectNo(`${method} ${path}`, answer, 'http.not_found', 'http.invalid')
  }
}

export function routeCases(world: () => World): void {
  describe('every route', () => {
    test('has its hostile cases', () => {
      expect(Object.keys(good).sort()).toEqual([...routes.keys()].sort())
    })
    test.each(Object.keys(good).filter((key) => routes.has(key)))('%s', async (key) => {
      const at = makeCase(key, world())
      await checkCallers(at)
      await checkOrigins(at)
      await checkBodies(at)
      await checkBytes(at)
      await checkAddresses(at)
      await checkMethods(at)
      expectCalm(`${key}, as it should be`, await send(at), knownTo(at))
      expectNoFindings()
    })
  })
}
