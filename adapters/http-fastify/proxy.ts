import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '#kernel'
import type { RefusalSender } from './refusals.ts'

export interface ProxyOptions {
  /** Path prefix on our side and on theirs, e.g. `/media`. */
  readonly prefix: string
  /** Origin of the other process, e.g. `http://127.0.0.1:41234`, or which one for a path. */
  readonly target: string
    | ((path: string, request: FastifyRequest) => string | Promise<string>)
  readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'DELETE' | 'PATCH' | 'OPTIONS')[]
  readonly timeoutMs: number
  /** Writes per address and minute; as many as come when not said. */
  readonly writesPerMinute?: number
  /** Whether this caller may have what lies at a path; if not, nothing lies there. */
  mayPass?(path: string, request: FastifyRequest): Promise<boolean>
  /** Headers of ours that the other process gets beside those of the caller that may pass. */
  headersFor?(request: FastifyRequest, path: string):
    Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
  /** Hears what the other process says to us in its headers; few of them go on to the caller. */
  onAnswer?(headers: IncomingHttpHeaders): void
}

/** Headers that may pass; cookies and keys never leave this process. */
const passUp = [
  'accept-encoding',
  'accept-language',
  'range',
  'if-none-match',
  'if-modified-since',
  'accept',
  'content-type',
  'content-length',
  // A WHIP publisher shows its stream key here; nothing else of ours uses it.
  'authorization',
]
const passDown = [
  'content-type',
  'content-length',
  'content-range',
  'accept-ranges',
  'cache-control',
  'etag',
  'last-modified',
  'retry-after',
  'location',
  'allow',
  'accept-post',
  'content-security-policy',
  // So that a page of another origin may play, and a cache keeps packed and plain apart.
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
  'content-encoding',
  'vary',
]

function pick(headers: Record<string, unknown>, names: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of names) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  return kept
}

/** Path and query as the other process may see them; null when they lead out of the prefix. The
 *  target may come in absolute form, with dots, coded dots or backslashes; it is resolved first. */
export function resolveTarget(raw: string, prefix: string): string | null {
  if (!URL.canParse(raw, 'http://here')) return null
  const { pathname, search } = new URL(raw, 'http://here')
  return pathname.startsWith(`${prefix}/`) && !/%2e|%2f|%5c|%00/i.test(pathname)
    ? pathname + search : null
}

/** Passes a request on; `extra` headers are ours, `down` replaces what the answer says. */
export function forward(
  origin: string,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
  options: Pick<ProxyOptions, 'timeoutMs' | 'onAnswer'> & {
    readonly agent: Agent
    readonly extra?: Readonly<Record<string, string>>
    readonly down?: Readonly<Record<string, string>>
  },
  fail: (cause: unknown) => void,
): void {
  const raw = request.raw
  const upstream = httpRequest(origin + path, {
    method: raw.method!,
    agent: options.agent,
    timeout: options.timeoutMs,
    headers: { ...pick(raw.headers, passUp), ...options.extra },
  })
  const isGone = () => reply.raw.destroyed || reply.raw.writableEnded
  upstream.on('timeout', () => upstream.destroy(new Error('timeout')))
  upstream.on('error', (cause) => {
    if (!isGone()) fail(cause)
  })
  upstream.on('response', (answer) => {
    reply.hijack()
    options.onAnswer?.(answer.headers)
    const headers = pick(answer.headers, passDown)
    reply.raw.writeHead(answer.statusCode ?? 502, {
      'x-content-type-options': 'nosniff',
      ...headers,
      ...options.down,
    })
    answer.pipe(reply.raw)
    answer.on('error', () => reply.raw.destroy())
  })
  reply.raw.on('close', () => upstream.destroy())
  if (raw.method === 'POST' || raw.method === 'PATCH') raw.pipe(upstream)
  else upstream.end()
}

/** Serves another process of the house from this origin. No body is kept in memory. */
export function addProxy(
  app: FastifyInstance,
  options: ProxyOptions,
  deps: { send: RefusalSender; log: Log },
): void {
  const agent = new Agent({ keepAlive: true, maxSockets: 4096, maxFreeSockets: 256 })
  app.addHook('onClose', async () => agent.destroy())
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    const { target } = options
    const pass = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const path = resolveTarget(request.raw.url!, options.prefix)
      if (path === null) return void deps.send(reply, { code: 'http.not_found' })
      const fail = (cause: unknown) => {
        deps.log.debug('proxy.unreachable', { prefix: options.prefix, cause: String(cause) })
        reply.header('retry-after', '1')
        void deps.send(reply, { code: 'http.unavailable' })
      }
      try {
        if (await options.mayPass?.(path, request) === false) {
          return void deps.send(reply, { code: 'http.not_found' })
        }
        const origin = typeof target === 'string' ? target : await target(path, request)
        const extra = await options.headersFor?.(request, path) ?? {}
        if (reply.raw.destroyed) return
        forward(origin, path, request, reply, { ...options, agent, extra }, fail)
      } catch (cause) {
        fail(cause)
      }
    }
    const handler = (request: FastifyRequest, reply: FastifyReply) =>
      new Promise<void>((done) => {
        reply.raw.on('close', () => done())
        void pass(request, reply)
      })
    const isRead = (method: string) => ['GET', 'HEAD', 'OPTIONS'].includes(method)
    const max = options.writesPerMinute
    const limit = max === undefined ? {} : { rateLimit: { max, timeWindow: 60_000 } }
    for (const [method, config] of [
      [options.methods.filter(isRead), {}],
      [options.methods.filter((name) => !isRead(name)), limit],
    ] as const) {
      if (method.length === 0) continue
      const url = `${options.prefix}/*`
      scope.route({ method, url, schema: { hide: true }, exposeHeadRoute: false, config, handler })
    }
  })
}
