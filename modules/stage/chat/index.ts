import type { QueryExecutorProvider } from 'kysely'
import { refuse, type Clock, type Ids, type MessageId, type PersonId, type ShowId } from '#kernel'
import { makeBatch } from './batch.ts'
import { chatLimits, type Chat, type Message } from './contract.ts'
import { cleanText, maySpeak, readLine } from './model.ts'
import * as store from './store.ts'

export { makeChatRoutes } from './routes.ts'

export interface ChatDeps {
  readonly database: { readonly kysely: QueryExecutorProvider }
  readonly clock: Clock
  readonly ids: Ids
  /** False once a show has ended or is unknown. Asked at most once a second for a show. */
  isOpen(showId: ShowId): Promise<boolean>
  /** What rooms hear. Called in the order of writing, after the lines are durable. */
  readonly room: {
    said(showId: ShowId, message: Message): void
    gone(showId: ShowId, ids: readonly MessageId[]): void
    muted(showId: ShowId, personId: PersonId, muted: boolean): void
  }
}

const openCacheMs = 1000
const cacheEntries = 10_000
const nameLength = 40

/** Chat of shows: every line is kept before anybody is told. */
export function makeChat(deps: ChatDeps): Chat {
  const { database: { kysely }, clock, ids, room } = deps
  const said = new Map<PersonId, number[]>()
  const open = new Map<ShowId, { isOpen: boolean; untilMs: number }>()
  const batch = makeBatch({
    write: (lines) => store.insertAll(kysely, lines),
    written(lines) {
      for (const { showId, ...message } of lines) room.said(showId, message)
    },
  })

  async function isOpen(showId: ShowId): Promise<boolean> {
    const nowMs = clock.nowMs()
    const known = open.get(showId)
    if (known && known.untilMs > nowMs) return known.isOpen
    const entry = { isOpen: await deps.isOpen(showId), untilMs: nowMs + openCacheMs }
    makeRoomIn(open)
    open.set(showId, entry)
    return entry.isOpen
  }

  /** The oldest go first; a person who comes back is at the end again. */
  function makeRoomIn(map: Map<unknown, unknown>): void {
    if (map.size >= cacheEntries) map.delete(map.keys().next().value)
  }

  /** Null, or the seconds this person has to wait. */
  function limit(personId: PersonId): number | null {
    const verdict = maySpeak(said.get(personId) ?? [], clock.nowMs())
    if ('waitSeconds' in verdict) return verdict.waitSeconds
    said.delete(personId)
    makeRoomIn(said)
    said.set(personId, verdict.said)
    return null
  }

  return {
    async say({ showId, personId, name, text, isDemo, isStaff }) {
      const line = readLine(text)
      if ('code' in line) return refuse(line.code)
      const waitSeconds = limit(personId)
      if (waitSeconds !== null) return refuse('stage.chat.too_fast', { waitSeconds })
      if (!await isOpen(showId)) return refuse('stage.chat.closed')
      const shownName = [...cleanText(name.slice(0, nameLength * 4))].slice(0, nameLength).join('')
      const waiting = batch.add({
        id: ids.make('msg'), showId, personId, name: shownName, text: line.text,
        atMs: clock.nowMs(), isDemo, isStaff,
      })
      return await (waiting ?? refuse('stage.chat.too_fast', { waitSeconds: 1 }))
    },
    latest(showId, limitRows) {
      const most = chatLimits.historyShown * 4
      return store.selectLatest(kysely, showId, Math.max(0, Math.min(limitRows, most)))
    },
    page: (showId, { limit, ...page }) =>
      store.selectPage(kysely, showId, { ...page, limit: Math.max(1, Math.min(limit, 200)) }),
    async remove(showId, messageId) {
      const isKnown = await batch.between(() =>
        store.markRemoved(kysely, showId, messageId, clock.nowMs()))
      if (isKnown) room.gone(showId, [messageId])
      return isKnown
    },
    async setMuted(showId, personId, muted) {
      const gone = await batch.between(async () => {
        if (muted) return store.mute(kysely, showId, personId, clock.nowMs())
        await store.unmute(kysely, showId, personId)
        return []
      })
      if (gone.length > 0) room.gone(showId, gone)
      room.muted(showId, personId, muted)
      return gone
    },
    isMuted: (showId, personId) => store.isMuted(kysely, showId, personId),
  }
}
