import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { Fault, httpRefusalCodes, type Log, type Refusal, type RefusalDoc } from '#kernel'

/** Sends refusals with the status their contract names. A code nobody declared is a bug. */
export function makeRefusalSender(docs: readonly RefusalDoc[]) {
  const status = new Map([...httpRefusalCodes, ...docs].map((doc) => [doc.code, doc.status]))
  return (reply: FastifyReply, refusal: Refusal) => {
    const code = status.get(refusal.code)
    if (code === undefined) throw new Error(`bug: refusal ${refusal.code} is in no contract`)
    const wait = refusal.details?.['retrySeconds'] ?? refusal.details?.['waitSeconds']
    if (wait !== undefined) reply.header('retry-after', String(wait))
    return reply.code(code).header('cache-control', 'no-store').send(JSON.stringify({ refusal }))
  }
}

export type RefusalSender = ReturnType<typeof makeRefusalSender>

function translate(error: FastifyError): Refusal | null {
  if (error instanceof Fault && error.retryable) return { code: 'http.unavailable' }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { code: 'http.too_large' }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return { code: 'http.wrong_type' }
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return { code: 'http.invalid', details: { where: 'body', problem: 'not JSON' } }
    default:
      break
  }
  if (error.validation) {
    const first = error.validation[0]
    return {
      code: 'http.invalid',
      details: {
        where: `${error.validationContext ?? 'request'}${first?.instancePath ?? ''}`.slice(0, 200),
        problem: String(first?.message ?? 'does not fit').slice(0, 200),
      },
    }
  }
  if (error.statusCode === 429) {
    return {
      code: 'http.too_fast',
      details: { retrySeconds: Number((error as { retrySeconds?: number }).retrySeconds ?? 60) },
    }
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return {
      code: 'http.invalid',
      details: { where: 'request', problem: 'not a well-formed request' },
    }
  }
  return null
}

/** Every way out of a route that is not an answer: refusals with their status, bugs with a
 *  report. */
export function addErrorEdges(app: FastifyInstance, send: RefusalSender, log: Log): void {
  app.setNotFoundHandler((_request, reply) => send(reply, { code: 'http.not_found' }))
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    reply.type('application/json; charset=utf-8')
    const refusal = translate(error)
    if (refusal) {
      if (refusal.code === 'http.unavailable') {
        reply.header('retry-after', '1')
        log.warn('http.unavailable', { route: request.routeOptions.url, cause: error.code })
      }
      return send(reply, refusal)
    }
    log.error('http.bug', {
      requestId: request.id,
      route: request.routeOptions.url,
      error: error.stack ?? String(error),
    })
    return reply
      .code(500)
      .header('cache-control', 'no-store')
      .send(JSON.stringify({ refusal: { code: 'http.bug', details: { requestId: request.id } } }))
  })
}
