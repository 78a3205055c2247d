import { createHmac } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { sealAsker } from '#adapters/clients-forwarded'
import type { Clients } from '#adapters/http-fastify'
import type { ServerEnv } from './env.ts'

/** One opaque name for one text. */
export const makeNameOf = (key: string) => (text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url').slice(0, 22)

type Asking = Pick<FastifyRequest, 'raw' | 'headers'>

/** Tells the media process where a request comes from, which it cannot see behind us, and one
 *  viewer from another, so that it can count them, and not who they are: the session's keyed hash,
 *  else the address and its browser. */
export function makeAskerHeader<R extends Asking>(
  env: Pick<ServerEnv, 'SILKCAST_INTERNAL_KEY'>, clients: Clients,
  sessionOf: (request: R) => string | undefined,
) {
  const key = env.SILKCAST_INTERNAL_KEY
  const nameOf = makeNameOf(key)
  return (request: R): Readonly<Record<string, string>> => {
    const { address } = clients.of(request.raw)
    const viewer = nameOf(sessionOf(request)
      ?? `${address} ${(request.headers['user-agent'] ?? '').slice(0, 200)}`)
    return sealAsker(key, { viewer, address })
  }
}
