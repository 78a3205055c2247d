import { join } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { cookieName, makeHttp, makeOriginPolicy, readSession, type Http,
} from '#adapters/http-fastify'
import { makeClients } from '#adapters/clients-forwarded'
import { makeMetrics } from '#adapters/metrics-prometheus'
import { connect, migrate, readMigrations } from '#adapters/store-postgres'
import { Fault, makeIds, systemClock as clock, systemRandom as random } from '#kernel'
import type { Mailer } from '#people/accounts/contract'
import { addressKey } from '#stage/gateway'
import { exitWithParent, tellReady } from '../launch/child.ts'
import { makeAskerHeader } from './asker-header.ts'
import { compose } from './compose.ts'
import { demoRoutes } from './demo/routes.ts'
import { finishDemo, seedDemo } from './demo/seed.ts'
import { readDemoWorld, type DemoWorld } from './demo/world.ts'
import { readEnv, readIceServers, readTrusted, type ServerEnv } from './env.ts'
import { firstRun } from './first-run.ts'
import { makeLog } from '#adapters/log-pino'
import { addMetrics, countRequests } from './metrics.ts'
import { addMediaStreams } from './media-streams.ts'
import { addPages } from './pages/index.ts'
import { countryOfAddress } from './pages/visitor.ts'
import { makeMediaFleet } from './media-fleet/index.ts'
import { bearerOf, makeMediaWay } from './media-fleet/way.ts'
import { makeProxyWatch } from './proxy-watch.ts'
import { refusals } from './refusals.ts'
import { makeRehearsalGuard } from './rehearsal.ts'
import { makeSeatHeader } from './seats/header.ts'
import { followTls, tlsOf } from './tls.ts'
import { openTrust } from './trust/open.ts'

const root = join(import.meta.dirname, '..', '..')
const stopMs = 8000

/** Until a mail server is set up, the operator's own terminal carries the link. */
const mailer: Mailer = {
  async sendLink({ to, url }) {
    process.stdout.write(`${JSON.stringify({ signIn: { to, url } })}\n`)
  },
}

async function openHouse(env: ServerEnv, world: DemoWorld) {
  const isDemo = env.SILKCAST_DEMO === '1'
  const isSecure = env.SILKCAST_PUBLIC_URL.startsWith('https:')
  const log = makeLog(env.SILKCAST_LOG_LEVEL ?? 'info', 'server')
  const metrics = makeMetrics(clock)
  const database = connect({ url: env.SILKCAST_DATABASE_URL, poolSize: 16, log, clock, random })
  await migrate(database, readMigrations(root))
  const media = makeMediaFleet({
    urls: env.SILKCAST_MEDIA_URL.split(','), internalKey: env.SILKCAST_INTERNAL_KEY, clock, log,
  })
  const watch = makeProxyWatch({ clock, log })
  const clients = makeClients({
    proxies: readTrusted(env),
    countryHeader: env.SILKCAST_COUNTRY_HEADER, countryOf: countryOfAddress,
    onUntrusted: watch.saw,
  })
  const parts = compose({
    clock, media, ids: makeIds({ clock, random }), random, log, database, mailer, env,
    merchant: env.SILKCAST_MERCHANT ?? (isDemo ? world.merchant : 'My shop'),
    meter: metrics.meter,
    web: {
      origin: makeOriginPolicy(env.SILKCAST_PUBLIC_URL), cookieName: cookieName('sid', isSecure),
      clientOf: clients.of,
    },
  })
  return { ...parts, media, clients, watch, env, log, database, metrics, isDemo, isSecure }
}
const PERSONS_LINE = /^\/media\/[a-z0-9_]+\/(whep\?guest=|rtc\/)/
type OpenHouse = Awaited<ReturnType<typeof openHouse>>

/** What answers under this origin: the API, the other processes, the pages. */
function mountAll(http: Http, house: OpenHouse): void {
  const { env, isDemo, isSecure, gateway } = house
  countRequests(http.app, house.metrics.meter)
  for (const table of house.routes) http.mount(table)
  if (isDemo) http.mount(demoRoutes({ ...house, root }))
  addMediaStreams(http, env, house.media)
  http.proxy({
    prefix: '/media', timeoutMs: 15_000,
    target: makeMediaWay({
      media: house.media, authorize: house.shows.authorize, guestByKey: house.backstage.identify,
    }),
    methods: ['GET', 'HEAD', 'POST', 'DELETE', 'PATCH', 'OPTIONS'],
    writesPerMinute: env.SILKCAST_RATE_PROFILE === 'lab' ? 100_000 : 240,
    mayPass: makeRehearsalGuard({
      shows: house.shows,
      whoOf: (request: Parameters<typeof readSession>[0]) =>
        house.accounts.whoBySession(readSession(request, isSecure)),
      async guestOf(request, path) {
        const key = bearerOf(request)
        const holder = key ? await house.backstage.identify(key) : null
        // The guests' picture is of people's own lines, and not of the show.
        const isShow = holder?.pictureRound !== undefined && !PERSONS_LINE.test(path)
        return holder && !isShow ? holder.showId : null
      },
    }),
    ...makeSeatHeader({
      ...house, clock, networkOf: addressKey,
      whoOf: (request: FastifyRequest) =>
        house.accounts.whoBySession(readSession(request, isSecure)),
      otherwise: makeAskerHeader(env, house.clients, (request) => readSession(request, isSecure)),
    }),
  })
  http.proxy({
    prefix: '/sandbox-pay', target: env.SILKCAST_PAY_URL, methods: ['GET', 'POST'],
    timeoutMs: 10_000,
  })
  http.app.get('/sse', { schema: { hide: true }, config: { act: 'anyone' } }, (request, reply) => {
    reply.hijack()
    gateway.handleSse(request.raw, reply.raw)
  })
  addMetrics(http.app, { ...house, token: env.SILKCAST_METRICS_TOKEN })
  addPages({
    ...house, http, clock, publicUrl: env.SILKCAST_PUBLIC_URL, dataDir: env.SILKCAST_DATA,
    webDir: env.SILKCAST_WEB_DIR ?? join(root, '.cache', 'web', 'current'),
    describe: house.accounts.describe, iceServers: readIceServers(env),
    whoOf: (request) => house.accounts.whoBySession(readSession(request, isSecure)),
  })
}

/** What people are told at the start: where the demo is, and a link to sign in with. */
async function greet(house: OpenHouse, world: DemoWorld): Promise<Record<string, string>> {
  const { env, accounts } = house
  const studio = `${env.SILKCAST_PUBLIC_URL}/studio`
  if (!house.isDemo) {
    const ownerEmail = env.SILKCAST_OWNER_EMAIL ?? 'owner@silkcast.local'
    return { studio, signIn: await firstRun({ ...house, markets: world.markets, ownerEmail }) }
  }
  return {
    studio, room: `${env.SILKCAST_PUBLIC_URL}/s/${world.show.slug}`,
    signIn: await accounts.makeLink(world.staff[0]!.email),
  }
}

async function start(env: ServerEnv): Promise<() => Promise<void>> {
  const world = await readDemoWorld(root)
  const house = await openHouse(env, world)
  const { log, isSecure } = house
  const demo = house.isDemo ? await seedDemo({ ...house, root, clock }, world) : null
  const http = await makeHttp({
    log, isSecure, clients: house.clients, networkOf: addressKey, tls: tlsOf(env),
    refusals, version: '0.1.0', internalKey: env.SILKCAST_INTERNAL_KEY,
    publicUrl: env.SILKCAST_PUBLIC_URL,
    rateProfile: env.SILKCAST_RATE_PROFILE ?? 'normal',
    whoBySession: house.accounts.whoBySession,
  })
  mountAll(http, house)
  const trust = await openTrust(http, env)
  await house.media.start()
  await http.app.ready()
  house.gateway.attach(http.app.server)
  await http.app.listen({
    port: Number(env.SILKCAST_PORT), host: env.SILKCAST_HOST, backlog: 4096,
  })
  const unfollow = followTls(http.app.server as never, env, { clock, log })
  const stopWork = house.startWork()
  const unwatch = house.watch.follow(house.gateway.readCrowd)
  if (demo) house.tell.showChanged(demo)
  tellReady({ demo: await greet(house, world) })
  if (demo) {
    void finishDemo({ ...house, root, clock }, world)
      .catch((cause: unknown) => log.warn('demo.pictures', { cause: String(cause) }))
  }
  return async () => {
    house.gateway.close()
    house.media.stop()
    unfollow()
    unwatch()
    await trust?.close()
    await http.app.close()
    await stopWork()
    await house.database.close()
  }
}

function stopOnSignal(stop: () => Promise<void>): void {
  let isStopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) return
      isStopping = true
      clock.after(stopMs, () => process.exit(1))
      void stop().then(() => process.exit(0), () => process.exit(1))
    })
  }
}

exitWithParent()
let port = ''
try {
  const env = readEnv(process.env)
  port = env.SILKCAST_PORT
  stopOnSignal(await start(env))
} catch (cause) {
  const isPort = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
  const sentence = isPort ? `Port ${port} is taken. Choose another with --port.`
    : cause instanceof Fault ? cause.message : String((cause as Error).stack ?? cause)
  process.stderr.write(`${sentence}\n`)
  process.exit(isPort ? 3 : 1)
}
