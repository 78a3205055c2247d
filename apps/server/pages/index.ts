import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Http } from '#adapters/http-fastify'
import type { Clock, ShowId } from '#kernel'
import type { Me, Who } from '#people/accounts/contract'
import type { Gateway, RoomSnapshot } from '#stage/gateway/contract'
import type { Show, Shows } from '#stage/show/contract'
import type { Catalog } from '#trade/catalog/contract'
import type { BootData, EmptyBoot } from '#views/contract'
import { icon, renderPage, type Head } from './html.ts'
import { readManifest } from './manifest.ts'
import { placeVisitor } from './visitor.ts'

export interface PageDeps {
  readonly http: Http
  readonly webDir: string
  readonly dataDir: string
  readonly publicUrl: string
  readonly isDemo: boolean
  readonly iceServers: BootData['iceServers']
  readonly clock: Clock
  readonly shows: Pick<Shows<never>, 'readFront' | 'readBySlug'>
  readonly catalog: Pick<Catalog, 'listMarkets'>
  readonly gateway: Pick<Gateway, 'snapshot'>
  whoOf(request: FastifyRequest): Promise<Who>
  describe(who: Who): Promise<Me>
}

type Place = Awaited<ReturnType<ReturnType<typeof makePlacing>>>
type Entry = ReturnType<typeof readManifest>

const html = (reply: FastifyReply, page: string, status = 200) => reply.code(status)
  .type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page)

/** Language, direction and market of whoever opens a page. */
const makePlacing = (deps: PageDeps) => async (request: FastifyRequest) => {
  const query = request.query as Record<string, unknown>
  const asText = (value: unknown) =>
    (typeof value === 'string' && value.length <= 20 ? value : undefined)
  const markets = await deps.catalog.listMarkets()
  return {
    markets,
    ...placeVisitor({
      lang: asText(query['lang']) ?? request.cookies['lang'],
      market: asText(query['market']) ?? request.cookies['market'],
      acceptLanguage: request.headers['accept-language'],
      country: deps.http.clients.of(request.raw).country,
    }, markets),
  }
}

function roomHead(deps: PageDeps, entry: Entry, show: Show, room: RoomSnapshot, at: Place): Head {
  const picture = room.pinned?.picture ?? room.lineUp[0]?.picture
  const goods = room.lineUp.slice(0, 3).map((card) => card.title).join(', ')
  return {
    title: `${show.title} · ${show.merchant}`,
    description: `${show.merchant} live: ${goods}`.slice(0, 200),
    lang: at.locale, dir: at.dir, url: `${deps.publicUrl}/s/${show.slug}`,
    ...(picture ? { image: `${deps.publicUrl}${picture.url}-1200.webp` } : {}),
    ...entry('room'),
  }
}

function makeRoomPage(
  deps: PageDeps, entry: Entry, placeOf: (request: FastifyRequest) => Promise<Place>,
) {
  return async (show: Show | null, request: FastifyRequest, reply: FastifyReply) => {
    const at = await placeOf(request)
    const taken = show ? await deps.gateway.snapshot(show.id as ShowId) : null
    if (!show || !taken) {
      const boot: EmptyBoot = { empty: true, locale: at.locale, dir: at.dir }
      const head = { title: 'Silkcast', lang: at.locale, dir: at.dir, noIndex: true }
      return html(reply, renderPage({ ...head, ...entry('room') }, boot), 404)
    }
    const who = await deps.whoOf(request)
    const boot: BootData = {
      ...at, ...taken, mediaBase: '/media', iceServers: deps.iceServers,
      me: who.personId ? await deps.describe(who) : null,
      serverNowMs: deps.clock.nowMs(), demo: deps.isDemo,
    }
    return html(reply, renderPage(roomHead(deps, entry, show, taken.room, at), boot))
  }
}

function addAssets({ http: { app }, webDir, dataDir }: PageDeps): void {
  const options = {
    index: false, dotfiles: 'ignore', decorateReply: false, maxAge: '365d', immutable: true,
    schemaHide: true,
  } as const
  app.register(fastifyStatic, { ...options, root: webDir, prefix: '/app/' })
  app.register(fastifyStatic, { ...options, root: join(dataDir, 'pictures'), prefix: '/pictures/' })
}

/** Pages people open: the Room of a show, Studio, Desk, sign-in. Everything else is assets. */
export function addPages(deps: PageDeps): void {
  const { app } = deps.http
  const entry = readManifest(deps.webDir, '/app/')
  const placeOf = makePlacing(deps)
  const room = makeRoomPage(deps, entry, placeOf)
  addAssets(deps)

  const page = { schema: { hide: true }, config: { act: 'anyone' } } as const
  app.get('/', page, async (request, reply) => room(await deps.shows.readFront(), request, reply))
  app.get<{ Params: { slug: string } }>('/s/:slug', page, async (request, reply) => {
    const { slug } = request.params
    const isSlug = /^[a-z0-9-]{1,60}$/.test(slug)
    return room(isSlug ? await deps.shows.readBySlug(slug) : null, request, reply)
  })
  app.get('/icon.svg', page, (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(icon))

  const staffPage = (name: 'studio' | 'desk', title: string) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const { locale, dir } = await placeOf(request)
      const head: Head = { title, lang: locale, dir, noIndex: true, ...entry(name) }
      return html(reply, renderPage(head, { locale, dir, demo: deps.isDemo }))
    }
  const studio = staffPage('studio', 'Silkcast Studio')
  const desk = staffPage('desk', 'Silkcast Desk')
  for (const path of ['/studio', '/studio/*', '/sign-in']) app.get(path, page, studio)
  // A guest's page shares the camera with Studio, and needs no role.
  for (const path of ['/stage', '/stage/picture']) {
    app.get(path, page, staffPage('studio', 'Silkcast'))
  }
  for (const path of ['/desk', '/desk/*']) app.get(path, page, desk)
}
