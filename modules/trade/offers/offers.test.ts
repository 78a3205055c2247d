import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import { makeIds, makeManualClock, ok, systemRandom, type OfferId, type ShowId } from '#kernel'
import { writeFacts, type Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import type { OfferTerms } from './contract.ts'
import { makeOffers, makeOffersRoutes } from './index.ts'

const test = useTestDatabase({ only: ['trade_offers'] })
let clock = makeManualClock()
const ids = makeIds({ clock: makeManualClock(), random: systemRandom })
let showId: ShowId
const open = () => makeOffers<Tx>({ database: test.database, writeFacts, clock, ids })

const someTerms = (change: Partial<OfferTerms> = {}): OfferTerms => ({
  id: ids.make('off'), showId, productId: ids.make('prd'),
  prices: {
    DE: { amountMinor: 1990, currency: 'EUR' }, JP: { amountMinor: 3000, currency: 'JPY' },
  },
  units: 10, perBuyerCap: 2, mediaMs: clock.nowMs() - 7500, opensAtMs: clock.nowMs(),
  closesAtMs: clock.nowMs() + 60_000,
  ...change,
})
const inTx = <T>(run: (tx: Tx) => Promise<T>) => test.database.transaction(run)
const start = (terms: OfferTerms) => inTx((tx) => open().open(tx, terms, clock.nowMs()))
const end = (id: OfferId, why: 'time' | 'by_hand') =>
  inTx((tx) => open().close(tx, id, why, clock.nowMs()))
const told = async () => (await sql<{ line: string }>`
  select concat(name, ' ', payload ->> 'why') as line from house.outbox order by seq`
  .execute(test.database.kysely)).rows.map((row) => row.line.trim())

beforeEach(async () => {
  clock = makeManualClock()
  showId = ids.make('sho')
  await sql`truncate trade_offers.offers, house.outbox`.execute(test.database.kysely)
})

it('OFR1: of two that open at the same moment one wins', async () => {
  const both = await Promise.all([someTerms(), someTerms()].map(start))
  expect(both.sort()).toEqual([false, true])
  expect(await start(someTerms({ showId: ids.make('sho') }))).toBe(true)
  expect(await told()).toEqual(['OfferOpened', 'OfferOpened'])
})

it('OFR2: one whose time has passed makes way for the next', async () => {
  await start(someTerms())
  await clock.advance(59_999)
  expect(await start(someTerms())).toBe(false)
  await clock.advance(1)
  expect(await start(someTerms())).toBe(true)
  expect(await told()).toEqual(['OfferOpened', 'OfferClosed time', 'OfferOpened'])
})

it('OFR3: it ends once', async () => {
  const terms = someTerms()
  await start(terms)
  const both = await Promise.all([end(terms.id, 'time'), end(terms.id, 'by_hand')])
  expect(both.filter((one) => one !== null)).toHaveLength(1)
  expect(await end(terms.id, 'by_hand')).toBeNull()
  expect(await told()).toHaveLength(2)
})

it('OFR4: terms read back as they were opened', async () => {
  const terms = someTerms()
  await start(terms)
  expect(await open().readTerms([terms.id, ids.make('off')])).toEqual(new Map([[terms.id, terms]]))
})

it('OFR7: an offer and its fact carry the media time of the announcement', async () => {
  const terms = someTerms()
  await start(terms)
  const { rows } = await sql<{ payload: { mediaMs: number, opensAtMs: number } }>`
    select payload from house.outbox where name = 'OfferOpened' and aggregate = ${terms.id}`
    .execute(test.database.kysely)
  expect(rows.map(({ payload }) => [payload.mediaMs, payload.opensAtMs]))
    .toEqual([[terms.mediaMs, terms.opensAtMs]])
  expect((await open().readOpen(showId, clock.nowMs()))?.mediaMs).toBe(clock.nowMs() - 7500)
})

it('OFR5: open is judged by the time it is asked for', async () => {
  const terms = someTerms()
  await start(terms)
  expect(await open().readOpen(showId, clock.nowMs())).toEqual(terms)
  expect(await open().listOver(clock.nowMs(), 10)).toEqual([])
  await clock.advance(60_000)
  expect(await open().readOpen(showId, clock.nowMs())).toBeNull()
  expect(await open().listOver(clock.nowMs(), 10)).toEqual([terms])
  expect(await open().list(showId, 10)).toEqual([{ ...terms, state: 'closed' }])
})

it('OFR6: everyone sees what is left, newest offer first', async () => {
  const [first, second] = [someTerms(), someTerms()]
  await start(first)
  await end(first.id, 'by_hand')
  await start(second)
  const never = () => { throw new Error('not here') }
  const routes = makeOffersRoutes({
    offers: open(), open: never, close: never,
    stock: { readAllotments: async () => new Map([[second.id, { units: 10, taken: 7 }]]) },
  })
  const listed = await routes.handlers['GET /api/shows/:showId/offers']!({ params: { showId } })
  expect(listed).toMatchObject(ok([
    { id: second.id, state: 'open', left: 3 }, { id: first.id, state: 'closed', left: 10 },
  ]))
})
