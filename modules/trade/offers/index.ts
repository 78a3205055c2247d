import type { QueryExecutorProvider } from 'kysely'
import type { Clock, Fact, Ids, Transactor, WriteFacts } from '#kernel'
import type { Offers, OfferTerms } from './contract.ts'
import { OfferClosed, OfferOpened } from './events.ts'
import { stateAt, toTerms, type OfferRow } from './model.ts'
import * as store from './store.ts'

export { makeOffersRoutes } from './routes.ts'

export interface OffersDeps<Tx extends QueryExecutorProvider> {
  readonly database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider }
  readonly writeFacts: WriteFacts<Tx>
  readonly clock: Clock
  readonly ids: Ids
}

/** Offers: a price, a number of units and a time, one open at a time in a show. */
export function makeOffers<Tx extends QueryExecutorProvider>(deps: OffersDeps<Tx>): Offers<Tx> {
  const { database: { kysely }, writeFacts, clock, ids } = deps

  const opened = (terms: OfferTerms, atMs: number): Fact => {
    const { id, showId, productId, units, perBuyerCap, mediaMs, opensAtMs, closesAtMs } = terms
    return {
      id: ids.make('fct'), name: OfferOpened.name, version: OfferOpened.version, aggregate: id,
      atMs,
      payload: {
        offerId: id, showId, productId, units, perBuyerCap, mediaMs, opensAtMs, closesAtMs,
      },
    }
  }
  const closed = (row: OfferRow, why: string, atMs: number): Fact => ({
    id: ids.make('fct'), name: OfferClosed.name, version: OfferClosed.version, aggregate: row.id,
    atMs, payload: { offerId: row.id, showId: row.show_id, why },
  })
  const terms = (row: OfferRow | undefined) => (row ? toTerms(row) : null)

  return {
    async open(tx, wanted, nowMs) {
      const over = await store.closeOver(tx, wanted.showId, nowMs)
      const isOpen = await store.insertOffer(tx, wanted)
      const facts = over.map((row) => closed(row, 'time', nowMs))
      if (isOpen) facts.push(opened(wanted, nowMs))
      if (facts.length > 0) await writeFacts(tx, facts)
      return isOpen
    },
    async close(tx, id, why, nowMs) {
      const row = await store.closeOffer(tx, id, why, nowMs)
      if (row) await writeFacts(tx, [closed(row, why, nowMs)])
      return terms(row)
    },
    async readTerms(wanted) {
      const rows = await store.selectOffers(kysely, wanted)
      return new Map(rows.map((row) => [row.id, toTerms(row)]))
    },
    readOpen: async (showId, nowMs) => terms(await store.selectOpen(kysely, showId, nowMs)),
    listOver: async (nowMs, limit) => (await store.selectOver(kysely, nowMs, limit)).map(toTerms),
    async list(showId, limit) {
      const nowMs = clock.nowMs()
      const rows = await store.selectOfShow(kysely, showId, limit)
      return rows.map((row) => ({ ...toTerms(row), state: stateAt(row, nowMs) }))
    },
  }
}
