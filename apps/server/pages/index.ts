import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyStatic from '@fastify/static'
import type { Http } from '#adapters/http-fastify'
import type { Clock, ShowId } from '#kernel'
import type { Me, Who } from '#people/accounts/contract'
import type { RoomSnapshot } from '#stage/gateway/contract'
import type { Show, Shows } from '#stage/show/contract'
import type { Catalog } from '#trade/catalog/contract'
import type { BootData } from '../../room/boot.ts'
import { renderPage, type Head } from './html.ts'
import { readManifest } from './manifest.ts'
import { placeVisitor } from './visitor.ts'

export interface PageDeps {
  readonly http: Http
  readonly webDir: string
  readonly dataDir: string
  readonly publicUrl: string
  readonly isDemo: boolean
  readonly clock: Clock
  readonly shows: Pick<Shows<never>, 'readFront' | 'readBySlug'>
  readonly catalog: Pick<Catalog, 'listMarkets'>
  readRoom(showId: ShowId): Promise<RoomSnapshot | null>
  whoOf(request: FastifyRequest): Promise<Who>
  describe(who: Who): Promise<Me>
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0B7A5E"/><path d="M9 21c4 3 10 2 12-2s-3-5-6-6-3-4 0-5 5 0 7 2" fill="none" stroke="#FBFAF7" stroke-width="3" stroke-linecap="round"/></svg>`

/** Pages people open: the Room of a show, Studio, Desk, sign-in. Everything else is assets. */
export function addPages(deps: PageDeps): void {
  const { app } = deps.http
  const entry = readManifest(deps.webDir, '/app/')
  app.register(fastifyStatic, {
    root: deps.webDir, prefix: '/app/', index: false, dotfiles: 'ignore', decorateReply: false,
    maxAge: '365d', immutable: true, schemaHide: true,
  })
  app.register(fastifyStatic, {
    root: join(deps.dataDir, 'pictures'), prefix: '/pictures/', index: false, dotfiles: 'ignore',
    decorateReply: false, maxAge: '365d', immutable: true, schemaHide: true,
  })

  const html = (reply: FastifyReply, page: string, status = 200) =>
    reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page)

  async function placeOf(request: FastifyRequest) {
    const query = request.query as Record<string, unknown>
    const asText = (value: unknown) => (typeof value === 'string' && value.length <= 20 ? value : undefined)
    const markets = await deps.catalog.listMarkets()
    const place = placeVisitor({
      lang: asText(query['lang']) ?? request.cookies['lang'],
      market: asText(query['market']) ?? request.cookies['market'],
      acceptLanguage: request.headers['accept-language'], address: request.ip,
    }, markets)
    return { ...place, markets }
  }

  function roomHead(show: Show, room: RoomSnapshot, place: { locale: string; dir: 'ltr' | 'rtl' }): Head {
    const picture = room.pinned?.picture ?? room.lineUp[0]?.picture
    return {
      title: `${show.title} · ${show.merchant}`,
      description: `${show.merchant} live: ${room.lineUp.slice(0, 3).map((card) => card.title).join(', ')}`.slice(0, 200),
      lang: place.locale, dir: place.dir, url: `${deps.publicUrl}/s/${show.slug}`,
      ...(picture ? { image: `${deps.publicUrl}${picture.url}-1200.webp` } : {}),
      ...entry('room'),
    }
  }

  async function room(show: Show | null, request: FastifyRequest, reply: FastifyReply) {
    const place = await placeOf(request)
    const taken = show ? await deps.readRoom(show.id as ShowId) : null
    if (!show || !taken) {
      return html(reply, renderPage({
        title: 'Silkcast', description: 'No show here yet.', lang: place.locale, dir: place.dir,
        noIndex: true, ...entry('room'),
      }, { empty: true, locale: place.locale, dir: place.dir }), 404)
    }
    const who = await deps.whoOf(request)
    const boot: BootData = {
      room: taken, seq: 0, epoch: '', locale: place.locale, dir: place.dir,
      market: place.market, markets: place.markets, mediaBase: '/media',
      me: who.personId ? await deps.describe(who) : null,
      serverNowMs: deps.clock.nowMs(), demo: deps.isDemo,
    }
    return html(reply, renderPage(roomHead(show, taken, place), boot))
  }

  const page = { schema: { hide: true }, config: { act: 'anyone' } } as const
  app.get('/', page, async (request, reply) => room(await deps.shows.readFront(), request, reply))
  app.get<{ Params: { slug: string } }>('/s/:slug', page, async (request, reply) =>
    room(/^[a-z0-9-]{1,60}$/.test(request.params.slug) ? await deps.shows.readBySlug(request.params.slug) : null, request, reply))
  app.get('/icon.svg', page, (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(icon))

  const spa = (name: 'studio' | 'desk', title: string) => async (request: FastifyRequest, reply: FastifyReply) => {
    const place = await placeOf(request)
    return html(reply, renderPage({
      title, lang: place.locale, dir: place.dir, noIndex: true, ...entry(name),
    }, { locale: place.locale, dir: place.dir, demo: deps.isDemo }))
  }
  for (const path of ['/studio', '/studio/*', '/sign-in']) app.get(path, page, spa('studio', 'Silkcast Studio'))
  for (const path of ['/desk', '/desk/*']) app.get(path, page, spa('desk', 'Silkcast Desk'))
}
