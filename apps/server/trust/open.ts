import { readFileSync } from 'node:fs'
import type { Http } from '#adapters/http-fastify'
import { lanAddress } from '#adapters/tls-local'
import type { ServerEnv } from '../env.ts'
import { makeTrust } from './index.ts'
import { servePlainTrust, type PlainTrust } from './plain.ts'

/** The trust page under both addresses; nothing of it without a certificate of our own. */
export async function openTrust(http: Http, env: ServerEnv): Promise<PlainTrust | undefined> {
  const { SILKCAST_TLS_CA: caPath, SILKCAST_TRUST_PORT: trustPort } = env
  if (!caPath || trustPort === undefined) return undefined
  const { isOurHost } = http.origin
  const httpsPort = Number(env.SILKCAST_PORT)
  const isInNetwork = env.SILKCAST_HOST === '0.0.0.0' || env.SILKCAST_HOST === '::'
  const trust = makeTrust({
    ca: readFileSync(caPath, 'utf8'), httpsPort, trustPort: Number(trustPort), isOurHost,
    lan: isInNetwork ? lanAddress() : undefined,
  })
  const page = { schema: { hide: true }, config: { act: 'anyone' } } as const
  for (const path of ['/trust', '/trust/ca.crt', '/trust/look.css', '/trust/check.js',
    '/trust/check', '/trust/icon.svg']) {
    http.app.get(path, page, async (request, reply) => {
      const { 'user-agent': userAgent, 'accept-language': acceptLanguage } = request.headers
      const { host } = http.clients.of(request.raw)
      const found = trust({
        target: request.raw.url!, host, isSecure: true, userAgent, acceptLanguage,
      })
      if (!found) return reply.callNotFound()
      return reply.code(found.status).headers(found.headers).send(found.body)
    })
  }
  return servePlainTrust({
    trust, isOurHost, httpsPort, port: Number(trustPort), host: env.SILKCAST_HOST,
  })
}
