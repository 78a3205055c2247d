import { createHmac } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { VIEWER_HEADER } from '#stage/media/contract'
import type { ServerEnv } from './env.ts'

type Asker = Pick<FastifyRequest, 'ip' | 'headers'>

/** Tells the media process one viewer from another, so that it can count them, and not who they
 *  are: the session's keyed hash, else the address and its browser. */
export function makeViewerHeader<R extends Asker>(
  env: Pick<ServerEnv, 'SILKCAST_INTERNAL_KEY'>, sessionOf: (request: R) => string | undefined,
) {
  const nameOf = (text: string): string =>
    createHmac('sha256', env.SILKCAST_INTERNAL_KEY).update(text).digest('base64url').slice(0, 22)
  return (request: R): Readonly<Record<string, string>> => ({
    [VIEWER_HEADER]: nameOf(sessionOf(request)
      ?? `${request.ip} ${(request.headers['user-agent'] ?? '').slice(0, 200)}`),
  })
}
