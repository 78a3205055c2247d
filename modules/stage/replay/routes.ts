import { ok, refuse, routeTable, type PersonId, type Result, type RouteTable, type ShowId,
} from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Audit } from '#people/audit/contract'
import { api, type EditReplay, type ReplayRefusal } from './contract.ts'
import type { ReplaysInside } from './inside.ts'

export interface ReplayRoutesDeps {
  readonly replays: Pick<ReplaysInside,
    'readPublic' | 'readEdit' | 'setCut' | 'setChapter' | 'make' | 'readStorage'>
  readonly audit: Audit
  /** The flows: what also changes the show. Null when it is done. */
  setPublic(showId: ShowId, isPublic: boolean): Promise<ReplayRefusal | null>
  remove(showId: ShowId): Promise<ReplayRefusal | null>
}

type Told = EditReplay | ReplayRefusal | { code: ReplayRefusal; durationMs: number }

function answer(told: Told): Result<EditReplay> {
  if (typeof told === 'string') return refuse(told)
  return 'code' in told ? refuse(told.code, { durationMs: told.durationMs }) : ok(told)
}

export function makeReplayRoutes(deps: ReplayRoutesDeps): RouteTable {
  const { replays, audit } = deps
  type Details = Record<string, number | boolean>
  const note = (who: Who, act: string, subject: string, details: Details) =>
    audit.record({ personId: who.personId as PersonId, act, subject, details })
  const afterwards = async (showId: ShowId, refusal: ReplayRefusal | null) =>
    answer(refusal ?? await replays.readEdit(showId))

  return routeTable<typeof api, Who>(api, {
    async 'GET /api/shows/:showId/replay'({ params }) {
      const replay = await replays.readPublic(params.showId as ShowId)
      return replay ? ok(replay) : refuse('stage.replay.withdrawn')
    },
    'GET /api/shows/:showId/replay/edit': async ({ params }) =>
      answer(await replays.readEdit(params.showId as ShowId)),
    async 'PUT /api/shows/:showId/replay/cut'({ params, body, who }) {
      await note(who, 'replay.cut', params.showId, { inMs: body.inMs, outMs: body.outMs ?? -1 })
      return answer(await replays.setCut(params.showId as ShowId, body))
    },
    async 'PUT /api/shows/:showId/replay/chapters/:chapterId'({ params, body }) {
      return answer(await replays.setChapter(params.showId as ShowId, params.chapterId, body))
    },
    async 'PUT /api/shows/:showId/replay/public'({ params, body, who }) {
      await note(who, 'replay.public', params.showId, { isPublic: body.isPublic })
      const showId = params.showId as ShowId
      return afterwards(showId, await deps.setPublic(showId, body.isPublic))
    },
    'POST /api/shows/:showId/replay/download': async ({ params }) =>
      answer(await replays.make(params.showId as ShowId)),
    async 'DELETE /api/shows/:showId/replay'({ params, who }) {
      await note(who, 'replay.remove', params.showId, {})
      const showId = params.showId as ShowId
      return afterwards(showId, await deps.remove(showId))
    },
    'GET /api/storage': async () => ok(await replays.readStorage()),
  })
}
