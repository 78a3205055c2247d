import type { Socket } from 'node:net'
import { Compile } from 'typebox/compile'
import Fastify, { type FastifyInstance } from 'fastify'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { TSchema } from 'typebox'
import type { Act, Who } from '#people/accounts/contract'
import type { Log, RefusalDoc, RouteTable } from '#kernel'
import type { Clients } from './clients.ts'
import { mountTable, type MountDeps } from './mount.ts'
import { makeOriginPolicy, type OriginPolicy } from './origin.ts'
import { addErrorEdges, makeRefusalSender } from './refusals.ts'
import { addProxy, type ProxyOptions } from './proxy.ts'
import { addStream, type StreamOptions } from './stream.ts'
import { addSecurityHeaders } from './security.ts'

export type { Clients } from './clients.ts'
export { cookieName, readSession } from './mount.ts'
export { makeOriginPolicy } from './origin.ts'
export { contentSecurityPolicy } from './security.ts'

export interface HttpDeps {
  readonly clients: Clients
  readonly log: Log
  /** Where an address counts for limits; each for itself when not said. */
  networkOf?(address: string): string
  readonly internalKey: string
  readonly publicUrl?: string | undefined
  readonly isSecure: boolean
  /** A certificate and its key as PEM: then this server speaks HTTPS itself. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined
  readonly refusals: readonly RefusalDoc[]
  readonly version: string
  /** `lab` lifts the limits for load rigs; it never switches them off. */
  readonly rateProfile?: 'normal' | 'lab'
  whoBySession(token: string | undefined): Promise<Who>
}

export interface Http {
  readonly app: FastifyInstance
  readonly origin: OriginPolicy
  readonly clients: Clients
  mount(table: RouteTable): void
  proxy(options: ProxyOptions): void
  stream(options: StreamOptions): void
}

const quiet = {
  'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false,
}

const noNul = [{ instancePath: '', message: 'a NUL character' }]

/** JSON as usual, but for NUL, which no text of ours may hold. */
function addJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  const options = { parseAs: 'string' } as const
  app.addContentTypeParser('application/json', options, (request, body, done) => {
    if (/\\u0000/.test(body as string)) {
      done(Object.assign(new Error('a NUL character'), { statusCode: 400 }))
    } else void parse(request, body as string, done)
  })
}

/** What does not even parse as HTTP is told so in the form of every other refusal. */
function refuseRaw(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return
  const body = JSON.stringify({ refusal: {
    code: 'http.invalid', details: { where: 'request', problem: 'not well-formed HTTP' },
  } })
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large'
    : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nConnection: close\r\n`
    + `Content-Length: ${body.length}\r\n\r\n${body}`)
}

function addValidation(app: FastifyInstance): void {
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const validator = Compile(schema)
    const isText = httpPart === 'querystring' || httpPart === 'params' || httpPart === 'headers'
    return (input) => {
      const value = isText ? validator.Convert(input) : input
      // No text of ours holds NUL, and PostgreSQL takes none.
      if (isText && JSON.stringify(value).includes('\\u0000')) return { error: noNul as never }
      if (validator.Check(value)) return { value }
      return { error: validator.Errors(value).slice(0, 3) as never }
    }
  })
}

async function addDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Silkcast',
        version,
        description: 'Every route, with the act it needs. Refusals: docs/errors.md.',
      },
    },
    transform: ({ schema, url }) => ({
      schema: { ...schema, hide: url.startsWith('/internal/') || schema?.hide === true } as never,
      url,
    }),
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, logLevel: 'silent' })
}

/** The HTTP edge: parsing, policies, limits, documents. Knows no module but who a caller is. */
export async function makeHttp(deps: HttpDeps): Promise<Http> {
  const send = makeRefusalSender(deps.refusals)
  const app = Fastify({
    https: deps.tls ? { ...deps.tls, minVersion: 'TLSv1.2' } : null,
    logger: false,
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: refuseRaw,
    frameworkErrors: (_error, _request, reply) => send(reply as never, { code: 'http.not_found' }),
    genReqId: () => crypto.randomUUID(),
    // Both kinds of server say the same to whoever uses this one.
  }) as unknown as FastifyInstance
  const origin = makeOriginPolicy(deps.publicUrl)
  app.decorateRequest('who', null)
  addJson(app)
  addValidation(app)
  addErrorEdges(app, send, deps.log)
  // With a certificate of our own a browser must not remember HTTPS: on localhost that would hold
  // for every other program, and for our next start without it.
  addSecurityHeaders(app, { isSecure: deps.isSecure && !deps.tls })
  app.addHook('onRequest', async (request, reply) => {
    const hosts = request.raw.rawHeaders.filter((text, at) => at % 2 === 0 && /^host$/i.test(text))
    if (hosts.length !== 1 || !origin.isOurHost(deps.clients.of(request.raw).host)) {
      return send(reply, { code: 'http.not_found' })
    }
  })
  await app.register(cookie)
  await app.register(rateLimit, {
    global: false,
    hook: 'preHandler',
    timeWindow: 60_000,
    cache: 50_000,
    // What is left is nobody's business but ours; who is too fast hears when to come back.
    addHeadersOnExceeding: quiet,
    addHeaders: { ...quiet, 'retry-after': true },
    keyGenerator(request) {
      const { address } = deps.clients.of(request.raw)
      return request.who?.personId ?? deps.networkOf?.(address) ?? address
    },
    errorResponseBuilder: (_request, context) =>
      Object.assign(new Error('too fast'), {
        statusCode: 429,
        retrySeconds: Math.ceil(context.ttl / 1000),
      }),
  })
  await addDocs(app, deps.version)
  app.addHook('onRoute', (route) => {
    const act = (route.config as { act?: Act } | undefined)?.act
    if (route.url.startsWith('/api') && act === undefined)
      throw new Error(`bug: ${route.url} has no act`)
  })
  const mountDeps: MountDeps = {
    send,
    origin,
    clients: deps.clients,
    internalKey: deps.internalKey,
    isSecure: deps.isSecure,
    rateLift: deps.rateProfile === 'lab' ? 10_000 : 1,
    whoBySession: deps.whoBySession,
  }
  return {
    app,
    origin,
    clients: deps.clients,
    mount: (table) => mountTable(app, table, mountDeps),
    proxy: (options) => addProxy(app, options, { send, log: deps.log }),
    stream: (options) => addStream(app, options, { ...mountDeps, log: deps.log }),
  }
}
