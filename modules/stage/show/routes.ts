import { ok, routeTable, type PersonId, type ProductId, type Refusal, type Result, type RouteTable,
  type ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Audit } from '#people/audit/contract'
import type { KeyHolder } from '#stage/backstage/contract'
import type { Doorstep, IceServers, StateReport } from '#stage/media/contract'
import { api, type Show, type ShowRefusal } from './contract.ts'
import type { ShowsInside } from './inside.ts'
import { renditionNames, type Report } from './model.ts'

export interface ShowRoutesDeps {
  readonly shows: ShowsInside<never>
  readonly audit: Audit
  /** Where encoders send to, for a caller who reached us under this Host header. */
  rtmpUrl(host: string | undefined): string
  readonly iceServers?: IceServers
  /** A way in for the caller's own phone that leads to this page; null when there is none. */
  phoneLink?(who: Who, host: string | undefined, path: string): Promise<PhoneLink | null>
  readonly ways?: {
    /** The media process that is to have the show from now on; undefined if there is only one. */
    place(id: ShowId): Promise<Doorstep | undefined>
    /** The guest whose key it is, when it is no stream key. */
    guestByKey(key: string): Promise<KeyHolder | null>
  }
  /** The flow that also closes the open offer; without it only the show is changed. */
  stopSale?(id: ShowId, stopped: boolean): Promise<Show | ShowRefusal>
  /** Every report of the media process, for those who keep its figures. */
  heard?(report: StateReport): void
}

export interface PhoneLink {
  readonly url: string
  readonly expiresAtMs: number
  readonly isSecure: boolean
}

type Answer = Promise<Result<Show, Refusal>>

const told = async (done: Promise<Show | ShowRefusal>): Answer => {
  const value = await done
  return typeof value === 'string' ? { ok: false, refusal: { code: value } } : ok(value)
}

export function makeShowRoutes(deps: ShowRoutesDeps): RouteTable {
  const { shows, audit } = deps
  const stopSale = deps.stopSale ?? shows.stopSale
  const note = (who: Who, act: string, subject: string, details: Record<string, boolean> = {}) =>
    audit.record({ personId: who.personId as PersonId, act, subject, details })
  const hostOf = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
    typeof headers['host'] === 'string' ? headers['host'] : undefined

  return routeTable<typeof api, Who>(api, {
    'GET /api/rtc': async () => ok({ iceServers: [...deps.iceServers ?? []] }),
    'POST /api/rtc/upload-test': async ({ body }) => ok({ bytes: body.byteLength }),
    'GET /api/shows': async () => ok(await shows.list()),
    'POST /api/shows': ({ body }) => shows.plan(body),
    async 'GET /api/shows/:showId'({ params }) {
      const show = await shows.read(params.showId as ShowId)
      return show ? ok(show) : { ok: false, refusal: { code: 'stage.show.unknown' } }
    },
    'PUT /api/shows/:showId': ({ params, body }) => told(shows.save(params.showId as ShowId, body)),
    async 'GET /api/shows/:showId/ingest'({ params, who, headers }) {
      const streamKey = await shows.readStreamKey(params.showId as ShowId)
      if (streamKey === null) return { ok: false, refusal: { code: 'stage.show.unknown' } }
      await note(who, 'show.key_read', params.showId)
      return ok({ rtmpUrl: deps.rtmpUrl(hostOf(headers)), streamKey })
    },
    async 'POST /api/shows/:showId/ingest/rotate'({ params, who, headers }) {
      await note(who, 'show.key_rotate', params.showId)
      const streamKey = await shows.rotateStreamKey(params.showId as ShowId)
      if (streamKey.startsWith('stage.')) return { ok: false, refusal: { code: streamKey } }
      return ok({ rtmpUrl: deps.rtmpUrl(hostOf(headers)), streamKey })
    },
    async 'POST /api/shows/:showId/phone'({ params, who, headers }) {
      const show = await shows.read(params.showId as ShowId)
      if (!show) return { ok: false, refusal: { code: 'stage.show.unknown' } }
      if (show.state === 'ended') return { ok: false, refusal: { code: 'stage.show.ended' } }
      await note(who, 'show.phone', params.showId)
      const path = `/studio/shows/${params.showId}/camera`
      const link = await deps.phoneLink?.(who, hostOf(headers), path)
      return link ? ok(link) : { ok: false, refusal: { code: 'people.accounts.not_allowed' } }
    },
    async 'POST /api/shows/:showId/go-live'({ params, who }) {
      await note(who, 'show.go_live', params.showId)
      return told(shows.goLive(params.showId as ShowId))
    },
    async 'POST /api/shows/:showId/end'({ params, who }) {
      await note(who, 'show.end', params.showId)
      return told(shows.end(params.showId as ShowId))
    },
    'POST /api/shows/:showId/pin': ({ params, body }) =>
      told(shows.pin(params.showId as ShowId, body.productId as ProductId | null, body.seenMs)),
    async 'POST /api/shows/:showId/sale'({ params, who, body }) {
      await note(who, 'show.sale', params.showId, { stopped: body.stopped })
      return told(stopSale(params.showId as ShowId, body.stopped))
    },
    async 'POST /api/shows/:showId/take-over'({ params, who, body }) {
      await note(who, 'show.take_over', params.showId, { directed: body.directed })
      return told(shows.setDirected(params.showId as ShowId, body.directed))
    },
    async 'POST /internal/media/authorize'({ body }) {
      const showId = await shows.authorize(body.streamKey)
      const guest = showId === 'stage.show.key_unknown'
        ? await deps.ways?.guestByKey(body.streamKey) : null
      if (guest) return ok(guest)
      if (showId.startsWith('stage.')) return { ok: false, refusal: { code: showId } }
      const show = await shows.read(showId as ShowId)
      const owner = await deps.ways?.place(showId as ShowId)
      const renditions = show?.renditions && [...renditionNames[show.renditions]]
      return ok({ showId, ...owner ? { owner } : {}, ...renditions ? { renditions } : {} })
    },
    async 'POST /internal/media/state'({ body }) {
      const { state, video, problem, atMs } = body
      const report: Report = {
        state, atMs, ...(video ? { video } : {}), ...(problem === undefined ? {} : { problem }),
      }
      await shows.hear(body.showId as ShowId, report)
      deps.heard?.(body)
      return ok({ done: true as const })
    },
  })
}
