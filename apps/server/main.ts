import { join } from 'node:path'
import { connect, migrate, readMigrations } from '#adapters/store-postgres'
import { cookieName, makeHttp, makeOriginPolicy, readSession } from '#adapters/http-fastify'
import { Fault, makeIds, systemClock, systemRandom, type RefusalDoc, type ShowId } from '#kernel'
import type { Mailer } from '#people/accounts/contract'
import { exitWithParent } from '../launch/child.ts'
import { compose } from './compose.ts'
import { demoRoutes } from './demo/routes.ts'
import { seedDemo } from './demo/seed.ts'
import { readDemoWorld } from './demo/world.ts'
import { readEnv } from './env.ts'
import { firstRun } from './first-run.ts'
import { makeLog } from './logger.ts'
import { addPages } from './pages/index.ts'
import { countryOfAddress } from './pages/visitor.ts'
import { refusals } from './refusals.ts'

const root = join(import.meta.dirname, '..', '..')
const env = readEnv(process.env)
const isDemo = env.SILKCAST_DEMO === '1'
const isSecure = env.SILKCAST_PUBLIC_URL.startsWith('https:')
const log = makeLog(env.SILKCAST_LOG_LEVEL ?? 'info', 'server')
const clock = systemClock
const random = systemRandom
const ids = makeIds({ clock, random })

/** Until a mail server is set up, the operator's own log carries the link. */
const mailer: Mailer = {
  async sendLink({ to, url }) {
    process.stdout.write(`${JSON.stringify({ signIn: { to, url } })}\n`)
  },
}

async function start(): Promise<() => Promise<void>> {
  const database = connect({ url: env.SILKCAST_DATABASE_URL, poolSize: 16, log, clock, random })
  await migrate(database, readMigrations(root))
  const world = await readDemoWorld(root)
  const house = compose({
    clock, ids, random, log, database, mailer, env, merchant: env.SILKCAST_MERCHANT ?? (isDemo ? world.merchant : 'My shop'),
    countryOf: countryOfAddress,
    web: { origin: makeOriginPolicy(env.SILKCAST_PUBLIC_URL), cookieName: cookieName('sid', isSecure) },
  })
  const demo = isDemo ? await seedDemo({ ...house, root, log, clock }, world) : null

  const http = await makeHttp({
    log, isSecure, version: '0.1.0', refusals: refusals as readonly RefusalDoc[],
    internalKey: env.SILKCAST_INTERNAL_KEY, publicUrl: env.SILKCAST_PUBLIC_URL,
    rateProfile: env.SILKCAST_RATE_PROFILE ?? 'normal', whoBySession: house.accounts.whoBySession,
  })
  for (const table of house.routes) http.mount(table)
  if (isDemo) http.mount(demoRoutes({ ...house, root, startStaffSession: house.startStaffSession }))
  http.proxy({ prefix: '/media', target: env.SILKCAST_MEDIA_URL, methods: ['GET', 'HEAD'], timeoutMs: 15_000 })
  http.proxy({ prefix: '/sandbox-pay', target: env.SILKCAST_PAY_URL, methods: ['GET', 'POST'], timeoutMs: 10_000 })
  addPages({
    http, clock, isDemo, webDir: env.SILKCAST_WEB_DIR ?? join(root, '.cache', 'web', 'current'),
    dataDir: env.SILKCAST_DATA, publicUrl: env.SILKCAST_PUBLIC_URL, shows: house.shows, catalog: house.catalog,
    readRoom: house.room.readRoom, describe: house.accounts.describe,
    whoOf: (request) => house.accounts.whoBySession(readSession(request, isSecure)),
  })
  http.app.get('/sse', { schema: { hide: true }, config: { act: 'anyone' } }, (request, reply) => {
    reply.hijack()
    house.gateway.handleSse(request.raw, reply.raw)
  })
  await http.app.ready()
  house.gateway.attach(http.app.server)
  await http.app.listen({ port: Number(env.SILKCAST_PORT), host: env.SILKCAST_HOST, backlog: 4096 })
  const stopWork = house.startWork()
  if (demo) house.tell.showChanged(demo)

  const signIn = isDemo ? await house.accounts.makeLink(world.staff[0]!.email)
    : await firstRun({ ...house, markets: world.markets, ownerEmail: env.SILKCAST_OWNER_EMAIL ?? 'owner@silkcast.local' })
  process.stdout.write(`${JSON.stringify({
    ready: true,
    demo: {
      ...(demo ? { room: `${env.SILKCAST_PUBLIC_URL}/s/${demo.slug}` } : {}),
      studio: `${env.SILKCAST_PUBLIC_URL}/studio`, signIn,
    },
  })}\n`)

  return async () => {
    house.gateway.close()
    await http.app.close()
    await stopWork()
    await database.close()
  }
}

exitWithParent()
process.on('unhandledRejection', (cause) => log.error('server.unhandled', { cause: String(cause) }))
try {
  const stop = await start()
  let isStopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) return
      isStopping = true
      clock.after(8000, () => process.exit(1))
      void stop().then(() => process.exit(0), () => process.exit(1))
    })
  }
} catch (cause) {
  const isPort = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
  const sentence = isPort ? `Port ${env.SILKCAST_PORT} is taken. Choose another with --port.`
    : cause instanceof Fault ? cause.message : String((cause as Error).stack ?? cause)
  process.stderr.write(`${sentence}\n`)
  process.exit(isPort ? 3 : 1)
}
