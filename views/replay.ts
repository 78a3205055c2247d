import { ok, refuse, routeTable, type RouteTable, type ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Chat, Message } from '#stage/chat/contract'
import { replayLimits, type PublicReplay, type Replays } from '#stage/replay/contract'
import { api } from './contract.ts'

export interface ReplayViewDeps {
  readonly replays: Pick<Replays, 'readPublic'>
  readonly chat: Pick<Chat, 'page'>
  /** The mapping of the replay module. */
  readonly places: {
    placeOf(spans: PublicReplay['spans'], wallMs: number): number
    momentOf(spans: PublicReplay['spans'], placeMs: number): number
  }
}

const replayApi = {
  'GET /api/shows/:showId/replay/chat': api['GET /api/shows/:showId/replay/chat'],
} as const

function readNext(next: string | undefined): { atMs: number; id: string } | undefined {
  const [atMs, id] = next?.split('.') ?? []
  return id ? { atMs: Number(atMs), id } : undefined
}

const nextOf = (lines: readonly Message[]): string | null => {
  const last = lines.at(-1)
  return last && lines.length === replayLimits.chatPage ? `${last.atMs}.${last.id}` : null
}

/** What was said in a show, at its places in the replay; nothing of what was cut off. */
export function replayRoutes({ replays, chat, places }: ReplayViewDeps): RouteTable {
  return routeTable<typeof replayApi, Who>(replayApi, {
    async 'GET /api/shows/:showId/replay/chat'({ params, query }) {
      const showId = params.showId as ShowId
      const replay = await replays.readPublic(showId)
      if (!replay) return refuse('stage.replay.withdrawn')
      const { spans, inMs, durationMs } = replay
      const fromMs = places.momentOf(spans, inMs + Math.min(query.fromMs, durationMs))
      const toMs = places.momentOf(spans, inMs + durationMs)
      const lines = await chat.page(showId, {
        fromMs, toMs, limit: replayLimits.chatPage, after: readNext(query.next),
      })
      return ok({
        lines: lines.map((line) =>
          ({ ...line, replayMs: Math.max(0, places.placeOf(spans, line.atMs) - inMs) })),
        next: nextOf(lines),
      })
    },
  })
}
