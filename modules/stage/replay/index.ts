import type { QueryExecutorProvider } from 'kysely'
import { Fault, type Clock, type Fact, type Log, type ShowId } from '#kernel'
import type { RecordingView } from '#stage/recording/contract'
import { replayLimits, type EditReplay, type PublicReplay, type Recordings } from './contract.ts'
import type { ReplaysInside } from './inside.ts'
import { chaptersOf, cleanChapterTitle, showReplay, type PlacedPin } from './model/chapters.ts'
import { chooseDue, expiresAtMs, reportStorage, type KeepRule } from './model/keeping.ts'
import { gapsOf, placeOf } from './model/timeline.ts'
import * as store from './store.ts'

export { makeReplayRoutes } from './routes.ts'
export { momentOf, placeOf } from './model/timeline.ts'

export interface ReplaysDeps {
  readonly database: { readonly kysely: QueryExecutorProvider }
  readonly clock: Clock
  readonly log: Log
  readonly recordings: Recordings
  readonly keep: KeepRule
}

/** Media recorded this long before the show went live is not worth a cut. */
const leadMsMin = 1500
const cacheMs = 2000
const cacheEntries = 200
const storageCacheMs = 5000

/** What is the same for every viewer, read at most every two seconds. */
function makeCache<V>(clock: Clock, forMs: number) {
  const known = new Map<string, { value: Promise<V>; untilMs: number }>()
  return {
    read(key: string, load: () => Promise<V>): Promise<V> {
      const nowMs = clock.nowMs()
      const found = known.get(key)
      if (found && found.untilMs > nowMs) return found.value
      const value = load()
      known.delete(key)
      known.set(key, { value, untilMs: nowMs + forMs })
      if (known.size > cacheEntries) known.delete(known.keys().next().value!)
      value.catch(() => known.delete(key))
      return value
    },
    forget: (key: string) => void known.delete(key),
  }
}

const placed = (pins: readonly store.PinRow[], view: RecordingView): PlacedPin[] =>
  pins.map(({ id, wallMs, productId, title, isHidden }) =>
    ({ id, placeMs: placeOf(view.spans, wallMs), productId, title, isHidden }))

const outOf = (row: { outMs: number | null }, view: RecordingView): number =>
  Math.min(view.durationMs, row.outMs ?? view.durationMs)

const nothing: Pick<EditReplay, 'durationMs' | 'sizeBytes' | 'gaps' | 'chapters' | 'download'> = {
  durationMs: 0, sizeBytes: 0, gaps: [], chapters: [],
  download: { state: 'none', sizeBytes: null, done: 0, forms: 0 },
}

/** Recordings of ended shows: chapters, cut, publication, and how long they are kept. */
export function makeReplays(deps: ReplaysDeps): ReplaysInside {
  const { database: { kysely }, clock, log, recordings, keep } = deps
  const publics = makeCache<PublicReplay | null>(clock, cacheMs)
  const storages = makeCache<Awaited<ReturnType<Recordings['storage']>>>(clock, storageCacheMs)

  async function hear(fact: Fact): Promise<void> {
    const { showId } = fact.payload as { showId: string }
    if (fact.name === 'ShowStarted') await store.noteStarted(kysely, showId, fact.atMs)
    if (fact.name === 'ShowEnded') await store.noteEnded(kysely, showId, fact.atMs)
    if (fact.name === 'ProductPinned') {
      const { productId } = fact.payload as { productId: string | null }
      await store.notePin(kysely, { showId, id: fact.id, atMs: fact.atMs, productId })
    }
  }

  /** The first cut begins when the show went live: a rehearsal is nobody's business. */
  async function cutFirst(row: store.KeptReplay, view: RecordingView): Promise<void> {
    if (row.hasCut) return
    const place = row.startedAtMs === null ? 0 : placeOf(view.spans, row.startedAtMs)
    const isWorth = place >= leadMsMin && view.durationMs - place >= replayLimits.cutMsMin
    await store.insertCut(kysely, row.showId, isWorth ? place : 0)
  }

  async function tell(row: store.KeptReplay): Promise<void> {
    const { showId } = row
    const view = await recordings.read(showId)
    if (view && !view.isEnded) throw new Fault('stage.replay.not_ended', { retryable: true })
    if (view) await cutFirst(row, view)
    const now = (await store.selectReplay(kysely, showId))!
    const { inMs, outMs, isPublic } = now
    if (view) await recordings.setCut(showId, { inMs, outMs, isPublic })
    await store.clearOwing(kysely, now)
    publics.forget(showId)
  }

  async function settle(showId: ShowId): Promise<void> {
    const row = await store.selectReplay(kysely, showId)
    publics.forget(showId)
    if (!row?.owesMedia || row.isRemoved) return
    await tell(row).catch((error: unknown) =>
      log.warn('replay.media_not_told', { showId, error: String(error) }))
  }

  async function readEnded(showId: ShowId) {
    const row = await store.selectReplay(kysely, showId)
    if (!row) return 'stage.replay.none' as const
    return row.endedAtMs === null ? 'stage.replay.not_ended' as const : row
  }

  async function readEdit(showId: ShowId) {
    const row = await readEnded(showId)
    if (typeof row === 'string') return row
    const view = row.isRemoved ? null : await recordings.read(showId)
    const { inMs, outMs, removedWhy, endedAtMs } = row
    const base = {
      inMs, outMs, endedAtMs, removedWhy, removedAtMs: row.removingAtMs,
      expiresAtMs: expiresAtMs(endedAtMs, keep),
    }
    const hasMedia = view !== null && view.durationMs > 0
    if (!hasMedia) {
      const state = row.isRemoved ? 'removed' as const : 'none' as const
      return { ...nothing, ...base, state, expiresAtMs: null }
    }
    const { durationMs, sizeBytes, spans } = view
    const download = await recordings.readDownload(showId) ?? nothing.download
    const pins = placed(await store.selectPins(kysely, showId), view)
    return {
      ...base, durationMs, sizeBytes, download, gaps: gapsOf(spans),
      chapters: chaptersOf(pins, durationMs),
      state: row.isPublic ? 'public' as const : 'withdrawn' as const,
    }
  }

  async function readPublicNow(showId: ShowId): Promise<PublicReplay | null> {
    const row = await readEnded(showId)
    if (typeof row === 'string' || !row.isPublic || row.isRemoved) return null
    const view = await recordings.read(showId)
    if (!view || view.durationMs === 0) return null
    const pins = placed(await store.selectPins(kysely, showId), view)
    const [inMs, outMs] = [Math.min(row.inMs, view.durationMs), outOf(row, view)]
    const leadMs = Math.max(0, inMs - view.playlistFromMs)
    const { spans } = view
    return { ...showReplay(pins, { inMs, outMs, leadMs }), spans, inMs }
  }

  return {
    listener: {
      name: 'stage.replay', wants: ['ShowStarted', 'ShowEnded', 'ProductPinned'],
      async handle(facts) {
        for (const fact of facts) await hear(fact)
      },
    },
    readPublic: (showId) => publics.read(showId, () => readPublicNow(showId)),
    readEdit,
    async setPublic(showId, isPublic) {
      const row = await readEnded(showId)
      if (typeof row === 'string') return row
      if (row.isRemoved) return 'stage.replay.none'
      await store.updatePublic(kysely, showId, isPublic)
      await settle(showId)
      return null
    },
    async setCut(showId, { inMs, outMs }) {
      const row = await readEnded(showId)
      if (typeof row === 'string') return row
      const view = row.isRemoved ? null : await recordings.read(showId)
      if (!view || view.durationMs === 0) return 'stage.replay.none'
      const { durationMs } = view
      const endMs = outMs ?? durationMs
      const isPossible = endMs <= durationMs && endMs - inMs >= replayLimits.cutMsMin
      if (!isPossible) return { code: 'stage.replay.cut_not_possible', durationMs }
      await store.updateCut(kysely, showId, { inMs, outMs: endMs === durationMs ? null : endMs })
      await settle(showId)
      return readEdit(showId)
    },
    async setChapter(showId, id, { title, isHidden }) {
      const change = { title: cleanChapterTitle(title), isHidden }
      const isKnown = await store.updatePin(kysely, showId, id, change)
      if (!isKnown) return 'stage.replay.chapter_unknown'
      publics.forget(showId)
      return readEdit(showId)
    },
    async make(showId) {
      const row = await readEnded(showId)
      if (typeof row === 'string') return row
      const download = row.isRemoved ? null : await recordings.make(showId)
      return download ? readEdit(showId) : 'stage.replay.none'
    },
    async beginRemoval(showId, why) {
      const row = await readEnded(showId)
      if (typeof row === 'string') return row
      await store.markRemoving(kysely, showId, why, clock.nowMs())
      publics.forget(showId)
      return null
    },
    async finishRemoval(showId) {
      if (!await recordings.remove(showId)) {
        throw new Fault('stage.replay.not_ended', { retryable: true })
      }
      await store.markRemoved(kysely, showId, clock.nowMs())
    },
    readRemoving: () => store.selectRemoving(kysely, 20),
    async chooseDue() {
      if (keep.keepDays === null && keep.quotaBytes === null) return []
      const [rows, storage] = await Promise.all([store.selectKept(kysely), recordings.storage()])
      return chooseDue(rows, storage, keep, clock.nowMs())
    },
    async readStorage() {
      return reportStorage(await storages.read('', recordings.storage), keep)
    },
    async sweep() {
      for (const { showId } of await store.selectOwing(kysely, 20)) await settle(showId)
    },
  }
}
