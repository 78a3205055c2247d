import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { isAllowed, type Act, type Who } from '#people/accounts/contract'
import { assert, type ApiRoute, type Call, type Refusal, type RouteTable } from '#kernel'
import type { Clients } from './clients.ts'
import type { OriginPolicy } from './origin.ts'
import type { RefusalSender } from './refusals.ts'

export interface MountDeps {
  readonly send: RefusalSender
  readonly origin: OriginPolicy
  readonly clients: Clients
  readonly internalKey: string
  readonly isSecure: boolean
  /** Load rigs multiply every limit by this. */
  readonly rateLift: number
  whoBySession(token: string | undefined): Promise<Who>
}

declare module 'fastify' {
  interface FastifyRequest {
    who: Who | null
  }
  interface FastifyContextConfig {
    /** Which act a caller must be allowed to do. */
    act?: Act
  }
}

const nobody: Who = { personId: null, sessionId: null, roles: [], displayName: '', isDemo: false }

export const cookieName = (name: string, isSecure: boolean): string =>
  isSecure ? `__Host-${name}` : name

export function readSession(request: FastifyRequest, isSecure: boolean): string | undefined {
  return request.cookies[cookieName('sid', isSecure)]
}

function hasInternalKey(request: FastifyRequest, key: string): boolean {
  const given = request.headers['x-silkcast-internal']
  const a = Buffer.from(typeof given === 'string' ? given : '')
  const b = Buffer.from(key)
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Who may call: judged before the body is read. */
export async function judge(
  request: FastifyRequest, act: Act, deps: MountDeps,
): Promise<Refusal | null> {
  if (act === 'signed') return null
  if (act === 'internal') {
    return hasInternalKey(request, deps.internalKey)
      ? null
      : { code: 'people.accounts.not_allowed' }
  }
  const isWrite = request.method !== 'GET' && request.method !== 'HEAD'
  const { origin } = request.headers
  const { host } = deps.clients.of(request.raw)
  const site = request.headers['sec-fetch-site']
  if (
    isWrite &&
    !deps.origin.mayWrite({ origin, host, site: typeof site === 'string' ? site : undefined })
  ) {
    return { code: 'people.accounts.wrong_origin' }
  }
  const who = await deps.whoBySession(readSession(request, deps.isSecure))
  request.who = who
  if (isAllowed(who, act)) return null
  return { code: who.personId ? 'people.accounts.not_allowed' : 'people.accounts.sign_in_needed' }
}

function makeCall(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: Pick<MountDeps, 'clients' | 'isSecure'>,
): Call<ApiRoute, Who> {
  const client = deps.clients.of(request.raw)
  return {
    params: request.params as never,
    query: request.query as never,
    body: request.body as never,
    who: request.who ?? nobody,
    address: client.address,
    country: client.country,
    contentType: (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase(),
    headers: { ...request.headers, host: client.host },
    setCookie(name, value, maxAgeSeconds) {
      // Over HTTPS that only a proxy speaks, too; the name is the same for all requests.
      const secure = deps.isSecure || client.isSecure
      const options = { path: '/', httpOnly: true, sameSite: 'lax' as const, secure }
      const full = cookieName(name, deps.isSecure)
      if (value === null) reply.clearCookie(full, options)
      else
        reply.setCookie(
          full,
          value,
          maxAgeSeconds === undefined ? options : { ...options, maxAge: maxAgeSeconds },
        )
    },
  }
}

const slot = (schema: unknown, name: string) => (schema === undefined ? {} : { [name]: schema })

function mountRoute(
  app: FastifyInstance,
  key: string,
  route: ApiRoute,
  handler: RouteTable['handlers'][string],
  deps: MountDeps,
): void {
  const [method, url] = key.split(' ') as [HTTPMethods, string]
  const act = route.act as Act
  app.route({
    method,
    url,
    bodyLimit: route.bodyLimitBytes ?? 64 * 1024,
    config: { rateLimit: { max: (route.perMinute ?? 120) * deps.rateLift }, act },
    schema: {
      summary: route.doc,
      tags: [url.split('/')[2] ?? 'house'],
      operationId: key,
      ...(route.raw ? { consumes: [...route.raw] } : {}),
      ...slot(route.params, 'params'),
      ...slot(route.query, 'querystring'),
      ...(route.raw ? {} : slot(route.body, 'body')),
      response: { 200: route.reply },
    },
    async onRequest(request, reply) {
      const refusal = await judge(request, act, deps)
      if (refusal) return deps.send(reply, refusal)
      if (
        route.raw &&
        !route.raw.includes(
          (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase(),
        )
      ) {
        return deps.send(reply, { code: 'http.wrong_type' })
      }
    },
    async handler(request, reply) {
      const result = await handler(makeCall(request, reply, deps))
      if (!result.ok) return deps.send(reply, result.refusal)
      reply.header('cache-control', 'no-store')
      return result.value
    },
  })
}

/** Mounts a module's routes. Every route has an act; raw routes get their bytes untouched. */
export function mountTable(app: FastifyInstance, table: RouteTable, deps: MountDeps): void {
  const entries = Object.entries(table.api)
  const put = (scope: FastifyInstance, [key, route]: [string, ApiRoute]) => {
    const handler = table.handlers[key]
    assert(handler, `no handler for ${key}`)
    mountRoute(scope, key, route, handler, deps)
  }
  for (const entry of entries) if (!entry[1].raw) put(app, entry)
  const raw = entries.filter(([, route]) => route.raw)
  if (raw.length === 0) return
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    for (const entry of raw) put(scope, entry)
  })
}
