import { Compile } from 'typebox/compile'
import Fastify, { type FastifyInstance } from 'fastify'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { TSchema } from 'typebox'
import type { Act, Who } from '#people/accounts/contract'
import type { Log, RefusalDoc, RouteTable } from '#kernel'
import { mountTable, type MountDeps } from './mount.ts'
import { makeOriginPolicy, type OriginPolicy } from './origin.ts'
import { addErrorEdges, makeRefusalSender } from './refusals.ts'
import { addProxy, type ProxyOptions } from './proxy.ts'
import { addSecurityHeaders } from './security.ts'

export { cookieName, readSession } from './mount.ts'
export { makeOriginPolicy } from './origin.ts'
export { contentSecurityPolicy } from './security.ts'

export interface HttpDeps {
  readonly log: Log
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
  mount(table: RouteTable): void
  proxy(options: ProxyOptions): void
}

function addValidation(app: FastifyInstance): void {
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const validator = Compile(schema)
    const isText = httpPart === 'querystring' || httpPart === 'params' || httpPart === 'headers'
    return (input) => {
      const value = isText ? validator.Convert(input) : input
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
  const app = Fastify({
    https: deps.tls ? { ...deps.tls, minVersion: 'TLSv1.2' } : null,
    logger: false,
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 200 },
    genReqId: () => crypto.randomUUID(),
    // Both kinds of server say the same to whoever uses this one.
  }) as unknown as FastifyInstance
  const send = makeRefusalSender(deps.refusals)
  const origin = makeOriginPolicy(deps.publicUrl)
  app.decorateRequest('who', null)
  addValidation(app)
  addErrorEdges(app, send, deps.log)
  // With a certificate of our own a browser must not remember HTTPS: on localhost that would hold
  // for every other program, and for our next start without it.
  addSecurityHeaders(app, { isSecure: deps.isSecure && !deps.tls })
  app.addHook('onRequest', async (request, reply) => {
    if (!origin.isOurHost(request.headers.host)) return send(reply, { code: 'http.not_found' })
  })
  await app.register(cookie)
  await app.register(rateLimit, {
    global: false,
    hook: 'preHandler',
    timeWindow: 60_000,
    cache: 50_000,
    keyGenerator: (request) => request.who?.personId ?? request.ip,
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
    internalKey: deps.internalKey,
    isSecure: deps.isSecure,
    rateLift: deps.rateProfile === 'lab' ? 10_000 : 1,
    whoBySession: deps.whoBySession,
  }
  return {
    app,
    origin,
    mount: (table) => mountTable(app, table, mountDeps),
    proxy: (options) => addProxy(app, options, { send, log: deps.log }),
  }
}
