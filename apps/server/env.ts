import { Compile } from 'typebox/compile'
import Type, { type Static } from 'typebox'
import { Fault } from '#kernel'

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
  SILKCAST_KEEP_REPLAYS_DAYS: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,4}$' })),
  SILKCAST_MEDIA_QUOTA_GB: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,6}$' })),
  SILKCAST_HOLD_SECONDS: Type.Optional(Type.String({ pattern: '^\\d{1,5}$' })),
})

export type ServerEnv = Static<typeof EnvSchema>

/** The environment of the server process, or a sentence that names what is missing. */
export function readEnv(env: NodeJS.ProcessEnv): ServerEnv {
  const validator = Compile(EnvSchema)
  if (validator.Check(env)) return env as ServerEnv
  const wrong = Object.keys(EnvSchema.properties).filter((key) => {
    const only = Compile(Type.Object({ [key]: EnvSchema.properties[key as keyof ServerEnv] }))
    return !only.Check(env)
  })
  throw new Fault('server.env', {
    message: `The server needs these settings, which the launcher gives it: ${wrong.join(', ')}. `
      + 'Start with `npm start`.',
  })
}
