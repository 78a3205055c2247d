import { Agent } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Act } from '#people/accounts/contract'
import type { Log } from '#kernel'
import { judge, type MountDeps } from './mount.ts'
import { forward } from './proxy.ts'

export interface StreamOptions {
  /** Path with parameters, e.g. `/media/:showId/replay.mp4`. */
  readonly url: string
  readonly act: Act
  /** Calls per person and minute. */
  readonly perMinute: number
  /** Origin of the other process that has what lies at a path. */
  target(path: string): string
  /** Opens the other process's inner door; it never leaves this process. */
  readonly internal: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Where it is there, or null: nothing lives at this address. */
  path(params: Readonly<Record<string, string>>): string | null
  /** Headers of the answer, e.g. the name of a file to keep. */
  down?(params: Readonly<Record<string, string>>): Readonly<Record<string, string>>
}

/** Bytes of another process for people who may have them: the act is judged here, the other process
 *  is asked with the internal key, and shared caches keep nothing. */
export function addStream(
  app: FastifyInstance, options: StreamOptions, deps: MountDeps & { log: Log },
): void {
  const agent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 16 })
  app.addHook('onClose', async () => agent.destroy())
  app.route({
    method: ['GET', 'HEAD'],
    url: options.url,
    schema: { hide: true },
    exposeHeadRoute: false,
    config: { rateLimit: { max: options.perMinute * deps.rateLift }, act: options.act },
    async onRequest(request, reply) {
      const refusal = await judge(request, options.act, deps)
      if (refusal) return deps.send(reply, refusal)
    },
    handler: (request, reply) => new Promise<void>((done) => {
      reply.raw.on('close', () => done())
      const params = request.params as Readonly<Record<string, string>>
      const path = options.path(params)
      if (path === null) return void deps.send(reply, { code: 'http.not_found' })
      const down = { 'cache-control': 'private, no-cache', ...options.down?.(params) }
      const given = { ...options, agent, extra: options.internal, down }
      forward(options.target(path), path, request, reply, given, (cause) => {
        deps.log.debug('stream.unreachable', { url: options.url, cause: String(cause) })
        reply.header('retry-after', '1')
        void deps.send(reply, { code: 'http.unavailable' })
      })
    }),
  })
}
