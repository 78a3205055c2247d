import type { QueryExecutorProvider } from 'kysely'
import type { Clock, Log, ShowId, Transactor } from '#kernel'
import type { Quality } from './contract.ts'
import { judge } from './model/judge.ts'
import { cellKey, summarize } from './model/summary.ts'
import { makeSeries } from './series.ts'
import { makeShowFigures } from './shows.ts'
import * as store from './store.ts'
import { makeVisits } from './visits.ts'

export { makeQualityRoutes } from './routes.ts'

export interface QualityDeps<Tx extends QueryExecutorProvider> {
  readonly database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider }
  readonly clock: Clock
  readonly log: Log
  /** Only shows that are live are measured. Asked at most every few seconds for a show. */
  isLive(showId: ShowId): Promise<boolean>
  /** Where an address counts: the caller's network, as the gateway bounds it. */
  networkOf(address: string): string
}

const liveCacheMs = 5_000
const liveCacheMax = 5_000
const unknownCountry = 'ZZ'

/** What viewers meet: counted per show, country and transport, kept once a minute. */
export function makeQuality<Tx extends QueryExecutorProvider>(deps: QualityDeps<Tx>): Quality {
  const { database, clock, log } = deps
  const visits = makeVisits()
  const series = makeSeries()
  const shows = makeShowFigures({
    load: (showId) => store.selectCells(database.kysely, showId),
    add: (showId, more, nowMs) =>
      database.transaction((tx) => store.addToCells(tx, showId, more, nowMs)),
  })
  const live = new Map<ShowId, { isLive: Promise<boolean>; untilMs: number }>()

  /** The answer is shared while it is awaited, too: guessing ids costs one question each. */
  function isLive(showId: ShowId, nowMs: number): Promise<boolean> {
    const known = live.get(showId)
    if (known && known.untilMs > nowMs) return known.isLive
    if (live.size >= liveCacheMax) live.delete(live.keys().next().value!)
    const asked = deps.isLive(showId)
    live.set(showId, { isLive: asked, untilMs: nowMs + liveCacheMs })
    asked.catch(() => live.delete(showId))
    return asked
  }

  const countryOf = (found: string | null): string =>
    found && /^[A-Z]{2}$/.test(found) ? found : unknownCountry

  return {
    async hear(report, { who, address, country }) {
      if (who.isDemo) return
      const showId = report.showId as ShowId
      if (!await isLive(showId, clock.nowMs())) return
      const nowMs = clock.nowMs()
      const network = deps.networkOf(address)
      // Without a session an address is one person, whatever it says.
      const person = who.personId ?? `@${network}`
      const before = visits.find(showId, person, report.visit, network, nowMs)
      if (before === null) return
      const judged = judge(report, before, { nowMs, network, country: countryOf(country) })
      if (!judged) return
      const key = cellKey(judged.visit.country, judged.visit.transport)
      if (shows.add(showId, key, judged.cell, nowMs)) visits.put(showId, person, judged.visit)
    },
    hearMedia: series.hear,
    async read(showId) {
      const { minute, whole } = await shows.read(showId, clock.nowMs())
      const nowMs = clock.nowMs()
      return {
        showId, atMs: nowMs, ...series.read(showId),
        minute: summarize(minute, visits.watching(showId, nowMs)), whole: summarize(whole, []),
      }
    },
    sweep() {
      const nowMs = clock.nowMs()
      visits.tidy(nowMs)
      return shows.save(nowMs, (error) => log.warn('quality.unsaved', { error: String(error) }))
    },
    get size() { return { visits: visits.size, shows: shows.size } },
  }
}

