import type { QueryExecutorProvider } from 'kysely'
import { refuse, secretToken, type Clock, type Fact, type Ids, type Log, type Random,
  type ShowId, type Transactor, type WriteFacts } from '#kernel'
import { showLimits, type MediaControl, type Show, type ShowDraft, type ShowRefusal,
} from './contract.ts'
import type { facts as kinds } from './events.ts'
import type { ShowsInside } from './inside.ts'
import { cleanTitle, end, goLive, hashKey, hear, isKey, looksSame, pin, setReplay, silenceMs,
  slugAttempt, slugOf, toShow, type Patch, type ShowRow } from './model.ts'
import * as store from './store.ts'

export { makeShowRoutes } from './routes.ts'

export interface ShowsDeps<Tx extends QueryExecutorProvider> {
  readonly database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider }
  readonly writeFacts: WriteFacts<Tx>
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly media: MediaControl
  readonly log: Log
  /** Whose shows these are, as viewers read it. */
  readonly merchant: string
}

type FactName = (typeof kinds)[number]['name']
interface Change { readonly patch: Patch; readonly facts: readonly FactName[] }
interface Draft {
  title: string; slug: string | undefined; startsAtMs: number; lineUp: string[]
  renditions: ShowDraft['renditions']
}

const cleanDraft = (draft: ShowDraft): Draft => ({
  title: cleanTitle(draft.title) || 'Show', slug: draft.slug, startsAtMs: draft.startsAtMs,
  lineUp: [...new Set(draft.lineUp)], renditions: draft.renditions,
})

/** Shows: planned, live, over; their keys, their signal and their pins. */
export function makeShows<Tx extends QueryExecutorProvider>(deps: ShowsDeps<Tx>): ShowsInside<Tx> {
  const { database, writeFacts, clock, ids, random, media, log } = deps
  const { kysely } = database
  const listeners = new Set<(show: Show) => void>()

  const fact = (name: FactName, row: ShowRow, atMs: number): Fact => ({
    id: ids.make('fct'), name, version: 1, aggregate: row.id, atMs,
    payload: name === 'ProductPinned'
      ? {
        showId: row.id, productId: row.pinned_product_id,
        ...(row.pinned_media_ms === null ? {} : { mediaMs: Number(row.pinned_media_ms) }),
      }
      : { showId: row.id, slug: row.slug, isDemo: row.is_demo },
  })

  function tell(show: Show): void {
    for (const listen of listeners) {
      try {
        listen(show)
      } catch (error) {
        log.error('show.listener_failed', { showId: show.id, error: String(error) })
      }
    }
  }

  async function write(tx: Tx, row: ShowRow, change: Change, nowMs: number): Promise<ShowRow> {
    const next = await store.updateShow(tx, row.id as ShowId, change.patch)
    if (change.facts.length > 0) {
      await writeFacts(tx, change.facts.map((name) => fact(name, next, nowMs)))
    }
    return next
  }

  /** One show, locked, decided on, written with its facts; told to listeners after the commit. */
  async function change(
    id: ShowId, decide: (row: ShowRow, nowMs: number, tx: Tx) =>
      Change | ShowRefusal | Promise<Change | ShowRefusal>,
  ): Promise<Show | ShowRefusal> {
    const nowMs = clock.nowMs()
    const done = await database.transaction(async (tx) => {
      const row = await store.lockShow(tx, id)
      if (!row) return 'stage.show.unknown' as const
      const decision = await decide(row, nowMs, tx)
      if (typeof decision === 'string') return decision
      if (Object.keys(decision.patch).length === 0) return { row, next: row }
      return { row, next: await write(tx, row, decision, nowMs) }
    })
    if (typeof done === 'string') return done
    const show = toShow(done.next, nowMs)
    // A loss by silence was judged, not written: what was told last is the row as it stands.
    const told = toShow({ ...done.row, signal_at_ms: nowMs }, nowMs)
    if (!looksSame(told, show)) tell(show)
    if (done.next.media_owes) await settle(id, done.next.media_owes)
    return show
  }

  async function settle(id: ShowId, what: 'drop' | 'stop'): Promise<void> {
    try {
      await (what === 'stop' ? media.stop(id) : media.drop(id))
      await store.clearOwed(kysely, id, what)
    } catch (error) {
      log.warn('show.media_unreachable', { showId: id, what, error: String(error) })
    }
  }

  async function insert(
    draft: Draft, extra: { isDemo?: boolean; id?: ShowId }, mayNumber: boolean,
  ): Promise<Show | null> {
    const nowMs = clock.nowMs()
    const id = extra.id ?? ids.make('sho')
    const base = draft.slug ?? slugOf(draft.title, showLimits.slugLength)
    return database.transaction(async (tx) => {
      for (let attempt = 1; attempt <= (mayNumber ? 1000 : 1); attempt++) {
        const isFree = await store.insertShow(tx, {
          id, slug: slugAttempt(base, attempt, showLimits.slugLength), title: draft.title,
          merchant: deps.merchant, startsAtMs: draft.startsAtMs, lineUp: draft.lineUp,
          isDemo: extra.isDemo ?? false, renditions: draft.renditions ?? null, nowMs,
        })
        if (!isFree) continue
        const key = makeKey()
        await store.putKey(tx, id, key, hashKey(key), nowMs)
        return toShow((await store.selectShow(tx, id))!, nowMs)
      }
      return null
    })
  }

  const makeKey = () => secretToken(random, showLimits.streamKeyBytes)
  const toDecided = (decided: ReturnType<typeof goLive>): Change | ShowRefusal =>
    typeof decided === 'string' ? decided
      : { patch: decided.patch, facts: decided.fact ? [decided.fact] : [] }
  const shown = (row: ShowRow | undefined) => (row ? toShow(row, clock.nowMs()) : null)
  const read = async (id: ShowId) => shown(await store.selectShow(kysely, id))

  function decideSale(row: ShowRow, stopped: boolean): Change | ShowRefusal {
    // A replay sells as well, until its recording is gone.
    if (row.state === 'ended' && !row.has_recording) return 'stage.show.ended'
    if (row.sale_stopped === stopped) return { patch: {}, facts: [] }
    return { patch: { sale_stopped: stopped }, facts: [stopped ? 'SaleStopped' : 'SaleResumed'] }
  }

  return {
    read,
    readBySlug: async (slug) => shown(await store.selectBySlug(kysely, slug)),
    readFront: async () => shown((await store.selectInOrder(kysely, 1))[0]),
    async list() {
      return (await store.selectInOrder(kysely, 200)).map((row) => toShow(row, clock.nowMs()))
    },
    async readSelling(tx, wanted) {
      const rows = await store.selectSelling(tx, wanted)
      return new Map(rows.map((row) => [row.id, row.what]))
    },
    pin: (id, productId, seenMs) => change(id, (row, nowMs) => {
      const patch = pin(row, productId, nowMs, seenMs)
      if (typeof patch === 'string') return patch
      return { patch, facts: 'pinned_product_id' in patch ? ['ProductPinned'] : [] }
    }),
    async setSale(tx, id, stopped) {
      const nowMs = clock.nowMs()
      const row = await store.lockShow(tx, id)
      const decided = row ? decideSale(row, stopped) : 'stage.show.unknown'
      if (!row || typeof decided === 'string') return null
      return toShow(await write(tx, row, decided, nowMs), nowMs)
    },
    setReplay: (id, to) => change(id, (row) => {
      const patch = setReplay(row, to)
      return typeof patch === 'string' ? patch : { patch, facts: [] }
    }),
    stopSale: (id, stopped) => change(id, (row) => decideSale(row, stopped)),
    async create(draft, extra = {}) {
      const show = await insert(cleanDraft(draft), extra, true)
      if (!show) throw new Error('bug: a thousand shows have this address')
      tell(show)
      return show
    },
    async plan(draft) {
      const show = await insert(cleanDraft(draft), {}, draft.slug === undefined)
      if (!show) return refuse('stage.show.slug_taken')
      tell(show)
      return { ok: true, value: show }
    },
    save: (id, wanted) => change(id, async (row, _nowMs, tx) => {
      if (row.state === 'ended') return 'stage.show.ended'
      const draft = cleanDraft(wanted)
      const slug = draft.slug ?? row.slug
      if (slug !== row.slug && await store.isSlugTaken(tx, slug, id)) return 'stage.show.slug_taken'
      const isGone = row.pinned_product_id !== null && !draft.lineUp.includes(row.pinned_product_id)
      return {
        patch: {
          title: draft.title, slug, starts_at_ms: draft.startsAtMs, line_up: draft.lineUp,
          ...(draft.renditions === undefined ? {} : { renditions: draft.renditions }),
          // A correction, not a moment of the show: nobody waits for it.
          ...(isGone ? { pinned_product_id: null, pinned_media_ms: null } : {}),
        },
        facts: isGone ? ['ProductPinned'] : [],
      }
    }),
    goLive: (id) => change(id, (row, nowMs) => toDecided(goLive(row, nowMs))),
    end: (id) => change(id, (row, nowMs) => toDecided(end(row, nowMs))),
    setDirected: (id, directed) => change(id, (row) =>
      ({ patch: row.is_demo ? { is_directed: directed } : {}, facts: [] })),
    readStreamKey: (id) => store.selectKey(kysely, id),
    async rotateStreamKey(id) {
      const key = makeKey()
      const done = await change(id, async (row, nowMs, tx) => {
        if (row.state === 'ended') return 'stage.show.ended'
        await store.putKey(tx, id, key, hashKey(key), nowMs)
        return { patch: { media_owes: 'drop' }, facts: [] }
      })
      return typeof done === 'string' ? done : key
    },
    async authorize(streamKey) {
      const row = await store.selectByKeyHash(kysely, hashKey(streamKey))
      if (!row || !isKey(streamKey, row.key_hash)) return 'stage.show.key_unknown'
      return row.state === 'ended' ? 'stage.show.ended' : row.id as ShowId
    },
    async hear(id, report) {
      await change(id, (row, nowMs) => {
        const heard = hear(row, report, nowMs)
        return heard ? toDecided(heard) : { patch: {}, facts: [] }
      })
    },
    async announce(id) {
      const show = await read(id)
      if (show) tell(show)
    },
    async sweep() {
      const nowMs = clock.nowMs()
      const lost = await store.loseSilent(kysely, nowMs - silenceMs)
      for (const row of lost) tell(toShow(row, nowMs))
      for (const owed of await store.selectOwed(kysely, 20)) await settle(owed.id, owed.media_owes)
    },
    onChange(listen) {
      listeners.add(listen)
      return () => listeners.delete(listen)
    },
  }
}
