import { Compile } from 'typebox/compile'
import Type, { type Static } from 'typebox'
import { noProxies, readProxies, type Proxies } from '#adapters/clients-forwarded'
import { Fault } from '#kernel'
import { IceServers } from '#stage/media/contract'

const Port = Type.String({ pattern: '^\\d{1,5}$' })
const EnvSchema = Type.Object({
  SILKCAST_DATABASE_URL: Type.String({ minLength: 10 }),
  SILKCAST_PORT: Port,
  SILKCAST_HOST: Type.String({ minLength: 1 }),
  SILKCAST_PUBLIC_URL: Type.String({ pattern: '^https?://[^/]+$' }),
  SILKCAST_DATA: Type.String({ minLength: 1 }),
  SILKCAST_INTERNAL_KEY: Type.String({ minLength: 20 }),
  SILKCAST_MEDIA_URL: Type.String({ pattern: '^https?://' }),
  SILKCAST_RTMP_PORT: Port,
  SILKCAST_PAY_URL: Type.String({ pattern: '^https?://' }),
  SILKCAST_PAY_KEY: Type.String({ minLength: 20 }),
  SILKCAST_PAY_WEBHOOK_SECRET: Type.String({ minLength: 20 }),
  SILKCAST_DEMO: Type.Optional(Type.String()),
  SILKCAST_LOG_LEVEL: Type.Optional(Type.String()),
  SILKCAST_WEB_DIR: Type.Optional(Type.String()),
  SILKCAST_RATE_PROFILE: Type.Optional(Type.Union([Type.Literal('normal'), Type.Literal('lab')])),
  SILKCAST_MERCHANT: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
  SILKCAST_OWNER_EMAIL: Type.Optional(
    Type.String({ maxLength: 254, pattern: '^[^@\\s<>"]+@[^@\\s<>"]+\\.[^@\\s<>"]+$' }),
  ),
  // Files: with both, the server speaks HTTPS.
  SILKCAST_TLS_CERT: Type.Optional(Type.String({ minLength: 1 })),
  SILKCAST_TLS_KEY: Type.Optional(Type.String({ minLength: 1 })),
  // JSON, as `IceServers` of the media contract.
  SILKCAST_ICE_SERVERS: Type.Optional(Type.String({ maxLength: 10_000 })),
  // With TLS of our own: the authority's certificate, and the port of the page that explains it.
  SILKCAST_TLS_CA: Type.Optional(Type.String({ minLength: 1 })),
  SILKCAST_TRUST_PORT: Type.Optional(Port),
  // Proxies whose X-Forwarded-* headers are believed, and the one in which a CDN names a country.
  SILKCAST_TRUSTED_PROXIES: Type.Optional(Type.String({ maxLength: 16_000 })),
  SILKCAST_COUNTRY_HEADER: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{7,64}$' })),
  // Who has it may read /metrics from anywhere.
  SILKCAST_METRICS_TOKEN: Type.Optional(Type.String({ minLength: 16, maxLength: 200 })),
  // A house whose viewers are further behind, or not at all: see offerLimits.lagCapMs.
  SILKCAST_LAG_CAP_MS: Type.Optional(Type.String({ pattern: '^\\d{1,5}$' })),
  SILKCAST_KEEP_REPLAYS_DAYS: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,4}$' })),
  SILKCAST_MEDIA_QUOTA_GB: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,6}$' })),
  SILKCAST_HOLD_SECONDS: Type.Optional(Type.String({ pattern: '^\\d{1,5}$' })),
})

export type ServerEnv = Static<typeof EnvSchema>

const isIceServers = Compile(IceServers)

/** What browsers are told to use beside our own address. */
export function readIceServers(env: Pick<ServerEnv, 'SILKCAST_ICE_SERVERS'>): IceServers {
  try {
    const servers: unknown = JSON.parse(env.SILKCAST_ICE_SERVERS ?? '[]')
    if (isIceServers.Check(servers)) return servers
  } catch {
    // Said below; the value may hold a password and is not repeated.
  }
  throw new Fault('server.env', {
    message: 'SILKCAST_ICE_SERVERS is not a list of {urls, username, credential} in JSON. '
      + 'Start with `npm start -- --ice-servers LIST`.',
  })
}

/** Whose word about a client is taken. */
export function readTrusted({ SILKCAST_TRUSTED_PROXIES: list }: Partial<ServerEnv>): Proxies {
  const proxies = list ? readProxies(list) : noProxies
  if (proxies) return proxies
  throw new Fault('server.env', {
    message: 'SILKCAST_TRUSTED_PROXIES is not a list of addresses and networks. '
      + 'Start with `npm start -- --trusted-proxies LIST`.',
  })
}

/** The environment of the server process, or a sentence that names what is missing. */
export function readEnv(env: NodeJS.ProcessEnv): ServerEnv {
  const validator = Compile(EnvSchema)
  if (validator.Check(env)) {
    readIceServers(env as ServerEnv)
    readTrusted(env as ServerEnv)
    return env as ServerEnv
  }
  const wrong = Object.keys(EnvSchema.properties).filter((key) => {
    const only = Compile(Type.Object({ [key]: EnvSchema.properties[key as keyof ServerEnv] }))
    return !only.Check(env)
  })
  throw new Fault('server.env', {
    message: `The server needs these settings, which the launcher gives it: ${wrong.join(', ')}. `
      + 'Start with `npm start`.',
  })
}
