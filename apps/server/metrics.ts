import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import { makeMetricsGate, type Meter, type Metrics, type MetricsSources,
} from '#adapters/metrics-prometheus'
import { Fault } from '#kernel'
import { INTERNAL_HEADER, MediaMetrics, mediaPaths } from '#stage/media/contract'
import type { ServerEnv } from './env.ts'

const deadlineMs = 1000
const bytesMax = 256 * 1024
const perMinute = 120

/** The media process's figures over loopback. What does not fit the contract is not taken. */
export function makeMediaFigures(
  env: Pick<ServerEnv, 'SILKCAST_MEDIA_URL' | 'SILKCAST_INTERNAL_KEY'>,
): MetricsSources['media'] {
  const schema = Compile(MediaMetrics)
  return async () => {
    const answer = await fetch(env.SILKCAST_MEDIA_URL + mediaPaths.metrics, {
      signal: AbortSignal.timeout(deadlineMs), redirect: 'error',
      headers: { [INTERNAL_HEADER]: env.SILKCAST_INTERNAL_KEY },
    })
    const text = await answer.text()
    const figures: unknown = answer.ok && text.length <= bytesMax ? JSON.parse(text) : null
    if (!schema.Check(figures)) throw new Fault('media.figures_unclear', { retryable: true })
    return figures
  }
}

/** Counts every answer by the pattern of its route; add it before the routes. */
export function countRequests(app: FastifyInstance, meter: Meter): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { url } = request.routeOptions
    meter.http(url, request.method, reply.raw.statusCode, reply.elapsedTime)
    done()
  })
}

/** `GET /metrics`. Who may not read it is told that there is nothing. */
export function addMetrics(app: FastifyInstance, deps: {
  metrics: Metrics
  sources: MetricsSources
  token: string | undefined
}): void {
  const mayRead = makeMetricsGate(deps.token)
  app.get('/metrics', {
    schema: { hide: true }, config: { act: 'anyone', rateLimit: { max: perMinute } },
    onRequest: async (request, reply) => {
      if (!mayRead(request.socket.remoteAddress ?? '', request.headers)) {
        reply.callNotFound()
        return reply
      }
    },
  }, async (_request, reply) => {
    const text = await deps.metrics.read(deps.sources)
    return reply.type(deps.metrics.contentType).header('cache-control', 'no-store').send(text)
  })
}
