import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalTls } from '#adapters/tls-local'
import type { Options } from './options.ts'
import { Refused } from './preflight.ts'
import type { Ports } from './preflight.ts'
import type { Secrets } from './secrets.ts'
import type { ChildPlan } from './supervise.ts'

export interface Settings {
  readonly root: string
  readonly options: Options
  readonly ports: Ports
  readonly secrets: Secrets
  readonly ffmpeg: string | undefined
  /** What the server speaks HTTPS with; without it, it speaks HTTP. */
  readonly tls: LocalTls | undefined
}

const schemeOf = (options: Options): string => options.isHttps ? 'https' : 'http'

export const publicUrlOf = ({ options, ports }: Pick<Settings, 'options' | 'ports'>): string =>
  options.publicUrl ?? `${schemeOf(options)}://localhost:${ports.http}`

type Env = Record<string, string>

/** What every child may know. Keys and the database go only to who needs them. */
function sharedEnv(settings: Settings): Env {
  const { options, ports } = settings
  const inherited = Object.entries(process.env)
    .filter((entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(npm_|SILKCAST_)/.test(entry[0]))
  // For a rig, a test or a house with other viewers these reach the children from outside.
  const passed = [
    'SILKCAST_RATE_PROFILE', 'SILKCAST_HOLD_SECONDS', 'SILKCAST_WHEP_MAX',
    'SILKCAST_WHEP_KEPT', 'SILKCAST_WHIP_KBPS_MAX', 'SILKCAST_RENDITIONS', 'SILKCAST_LAG_CAP_MS',
  ]
    .flatMap((name): [string, string][] => process.env[name] ? [[name, process.env[name]]] : [])
  const publicUrl = publicUrlOf(settings)
  // The server listens on one address only when it was told so; then that one is its way in.
  const isEverywhere = options.host === '0.0.0.0' || options.host === '::'
  const named = options.host.includes(':') ? `[${options.host}]` : options.host
  const host = isEverywhere ? '127.0.0.1' : named
  return {
    ...Object.fromEntries([...inherited, ...passed]),
    NO_COLOR: '1', NODE_ENV: 'production',
    SILKCAST_DATA: options.dataDir,
    // The files get more than the terminal shows.
    SILKCAST_LOG_LEVEL: options.logLevel === 'debug' ? 'debug' : 'info',
    SILKCAST_DEMO: options.isDemo ? '1' : '0', SILKCAST_PUBLIC_URL: publicUrl,
    SILKCAST_SERVER_URL: `${schemeOf(options)}://${host}:${ports.http}`,
    ...settings.tls ? { NODE_EXTRA_CA_CERTS: settings.tls.caPath } : {},
    SILKCAST_RTMP_PORT: String(ports.rtmp), SILKCAST_RTMP_HOST: options.host,
    SILKCAST_MEDIA_URL: ports.media.map((port) => `http://127.0.0.1:${port}`).join(','),
    SILKCAST_PAY_URL: `http://127.0.0.1:${ports.pay}`, SILKCAST_PAY_PORT: String(ports.pay),
    SILKCAST_PAY_PUBLIC_URL: `${publicUrl}/sandbox-pay`,
  }
}

export interface Plans {
  readonly web: ChildPlan
  readonly media: readonly ChildPlan[]
  /** Takes RTMP from outside, where there are several media processes. */
  readonly front: ChildPlan | undefined
  readonly pay: ChildPlan
  readonly demo: ChildPlan | undefined
  server(databaseUrl: string, webDir: string | undefined): ChildPlan
}

/** What the server alone is told. */
function serverEnv({ options, ports, tls }: Settings): Env {
  const metricsToken = process.env['SILKCAST_METRICS_TOKEN']
  return {
    SILKCAST_PORT: String(ports.http), SILKCAST_HOST: options.host,
    SILKCAST_MERCHANT: options.merchant,
    ...metricsToken ? { SILKCAST_METRICS_TOKEN: metricsToken } : {},
    ...options.trustedProxies ? { SILKCAST_TRUSTED_PROXIES: options.trustedProxies } : {},
    ...options.countryHeader ? { SILKCAST_COUNTRY_HEADER: options.countryHeader } : {},
    ...options.keepReplaysDays
      ? { SILKCAST_KEEP_REPLAYS_DAYS: String(options.keepReplaysDays) } : {},
    ...options.mediaQuotaGb
      ? { SILKCAST_MEDIA_QUOTA_GB: String(options.mediaQuotaGb) } : {},
    ...options.ownerEmail ? { SILKCAST_OWNER_EMAIL: options.ownerEmail } : {},
    // May hold the password of a TURN server: browsers get it from the server, nobody else does.
    ...options.iceServers.length > 0
      ? { SILKCAST_ICE_SERVERS: JSON.stringify(options.iceServers) } : {},
    ...tls ? {
      SILKCAST_TLS_CERT: tls.certPath, SILKCAST_TLS_KEY: tls.keyPath, SILKCAST_TLS_CA: tls.caPath,
      SILKCAST_TRUST_PORT: String(ports.trust),
    } : {},
  }
}

/** What one media process is told beyond what all of them are. */
function mediaEnv({ options, ports }: Settings, at: number): Env {
  return {
    SILKCAST_MEDIA_DIR: join(options.dataDir, 'media'),
    SILKCAST_MEDIA_PORT: String(ports.media[at]),
    SILKCAST_UDP_PORT: String(ports.udp + at), SILKCAST_UDP_HOST: options.host,
    ...options.mediaProcesses > 1
      ? { SILKCAST_RTMP_FRONT: '1', SILKCAST_RTMP_PORT: '0', SILKCAST_RTMP_HOST: '127.0.0.1' } : {},
    ...options.publicIps.length > 0 ? { SILKCAST_PUBLIC_IP: options.publicIps.join(',') } : {},
  }
}

export function makePlans(settings: Settings): Plans {
  const { root, options, secrets } = settings
  const shared = sharedEnv(settings)
  const inner = { SILKCAST_INTERNAL_KEY: secrets.internalKey }
  const payKey = { SILKCAST_PAY_KEY: secrets.payKey }
  const pay = { ...payKey, SILKCAST_PAY_WEBHOOK_SECRET: secrets.payWebhookSecret }
  const plan = (
    name: string, folder: string, env: Env, more: Partial<ChildPlan> = {}, main = 'main.ts',
  ): ChildPlan => {
    const file = join(root, 'apps', folder, main)
    if (!existsSync(file)) {
      throw new Refused(`This checkout is not complete: apps/${folder}/${main} is missing.`)
    }
    return { name, args: [file], cwd: root, env: { ...shared, ...env }, ...more }
  }
  const ffmpeg = { SILKCAST_FFMPEG: settings.ffmpeg ?? '' }
  const demoEnv = { ...inner, ...payKey, ...ffmpeg }
  return {
    web: {
      name: 'web', cwd: root, env: shared, isOnce: true,
      args: [join(import.meta.dirname, 'web.ts'), root],
    },
    media: settings.ports.media.map((_port, at) =>
      plan(at === 0 ? 'media' : `media-${at + 1}`, 'media', {
        ...inner, ...ffmpeg, ...mediaEnv(settings, at),
      })),
    front: options.mediaProcesses > 1 ? plan('rtmp', 'media', {
      ...inner, SILKCAST_MEDIA_PROCESSES: String(options.mediaProcesses),
    }, {}, 'front.ts') : undefined,
    pay: plan('payments', 'sandbox-pay', {
      ...pay, SILKCAST_DATA: join(options.dataDir, 'sandbox-pay'),
      SILKCAST_PAY_MERCHANT: options.merchant,
    }),
    demo: options.isDemo ? plan('demo', 'demo', demoEnv) : undefined,
    server: (databaseUrl, webDir) => plan('server', 'server', {
      ...inner, ...pay, ...serverEnv(settings), SILKCAST_DATABASE_URL: databaseUrl,
      ...webDir ? { SILKCAST_WEB_DIR: webDir } : {},
    }, { graceMs: 10_000 }),
  }
}
