import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import type { Clients } from '#adapters/http-fastify'
import { makeMetricsGate, type Meter, type Metrics, type MetricsSources,
} from '#adapters/metrics-prometheus'
import { Fault } from '#kernel'
import { INTERNAL_HEADER, MEDIA_LIMITS, MediaMetrics, mediaPaths } from '#stage/media/contract'
import type { ServerEnv } from './env.ts'

const deadlineMs = 1000
const bytesMax = 256 * 1024
const perMinute = 120

/** Several processes as one: sums, and the shows of all of them. */
const together = (all: readonly MediaMetrics[]): MediaMetrics => {
  const sum = (read: (one: MediaMetrics) => number) => all.reduce((of, one) => of + read(one), 0)
  return {
    upSeconds: Math.min(...all.map((one) => one.upSeconds)),
    cpuSeconds: sum((one) => one.cpuSeconds), memoryBytes: sum((one) => one.memoryBytes),
    receiving: sum((one) => one.receiving), publishers: sum((one) => one.publishers),
    shows: all.flatMap((one) => one.shows).slice(0, MEDIA_LIMITS.metricsShowsMax),
  }
}

/** The figures of the media processes over loopback. What does not fit the contract is not taken;
 *  one that does not answer makes media count as down, since its shows are missing. */
export function makeMediaFigures(
  env: Pick<ServerEnv, 'SILKCAST_MEDIA_URL' | 'SILKCAST_INTERNAL_KEY'>,
): MetricsSources['media'] {
  const schema = Compile(MediaMetrics)
  const readOne = async (url: string): Promise<MediaMetrics> => {
    const answer = await fetch(url + mediaPaths.metrics, {
      signal: AbortSignal.timeout(deadlineMs), redirect: 'error',
      headers: { [INTERNAL_HEADER]: env.SILKCAST_INTERNAL_KEY },
    })
    const text = await answer.text()
    const figures: unknown = answer.ok && text.length <= bytesMax ? JSON.parse(text) : null
    if (!schema.Check(figures)) throw new Fault('media.figures_unclear', { retryable: true })
    return figures
  }
  const urls = env.SILKCAST_MEDIA_URL.split(',')
  return async () => together(await Promise.all(urls.map(readOne)))
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
  clients: Clients
}): void {
  const mayRead = makeMetricsGate(deps.token)
  app.get('/metrics', {
    schema: { hide: true }, config: { act: 'anyone', rateLimit: { max: perMinute } },
    onRequest: async (request, reply) => {
      if (!mayRead(deps.clients.of(request.raw).address, request.headers)) {
        reply.callNotFound()
        return reply
      }
    },
  }, async (_request, reply) => {
    const text = await deps.metrics.read(deps.sources)
    return reply.type(deps.metrics.contentType).header('cache-control', 'no-store').send(text)
  })
}
