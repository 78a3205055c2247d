import { expect, test } from 'vitest'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { makeIds, makeManualClock, silentLog, systemRandom, type PersonId } from '#kernel'
import { qualityLimits, type QualityReport } from './contract.ts'
import { makeQuality } from './index.ts'

const store = useTestDatabase({ only: ['insight_quality'] })
const countries: Record<string, string> = { '1.1.1.1': 'BR', '2.2.2.2': 'DE', '3.3.3.3': 'brazil' }

function house() {
  const clock = makeManualClock()
  const ids = makeIds({ clock, random: systemRandom })
  const state = { isLive: true, asked: 0, isDown: false }
  const database = {
    kysely: store.database.kysely,
    transaction: ((run) => {
      if (state.isDown) throw new Error('down')
      return store.database.transaction(run)
    }) as typeof store.database.transaction,
  }
  const begin = () => makeQuality({
    database, clock, log: silentLog,
    async isLive() {
      state.asked++
      return state.isLive
    },
    networkOf: (address) => address,
  })
  const quality = begin()
  const showId = ids.make('sho')
  const told = (more: Partial<QualityReport> = {}): QualityReport => ({
    showId, visit: 'visit-visit-visit-1', transport: 'hls', rendition: 720, watchedMs: 9_000,
    stalledMs: 1_000, stalls: 1, switches: 0, latencyMs: 1_500, ...more,
  })
  const person = () => ids.make('per')
  const hear = (more: Partial<QualityReport> = {}, from: {
    personId?: PersonId | null, isDemo?: boolean, address?: string
  } = {}) => quality.hear(told(more), {
    who: { personId: from.personId ?? null, isDemo: from.isDemo ?? false },
    address: from.address ?? '1.1.1.1',
    country: countries[from.address ?? '1.1.1.1'] ?? null,
  })
  return { clock, ids, state, quality, begin, showId, hear, person }
}

test('QLT2 only live shows are measured, demo shoppers never', async () => {
  const h = house()
  await h.hear({}, { personId: h.person(), isDemo: true })
  h.state.isLive = false
  await h.hear()
  h.state.isLive = true
  // The answer holds for a while, so that a flood asks once.
  await h.hear()
  expect((await h.quality.read(h.showId)).whole.all.visits).toBe(0)
  expect(h.state.asked).toBe(1)
  await h.clock.advance(5_001)
  await h.hear()
  expect((await h.quality.read(h.showId)).whole.all.visits).toBe(1)
})

test('QLT3 the country is where they come from; odd answers are no country', async () => {
  const h = house()
  for (const address of ['1.1.1.1', '2.2.2.2', '3.3.3.3', '127.0.0.1']) {
    await h.hear({}, { personId: h.person(), address })
  }
  const { minute } = await h.quality.read(h.showId)
  expect(minute.countries.map(({ country, viewers }) => [country, viewers]))
    .toEqual([['ZZ', 2], ['BR', 1], ['DE', 1]])
})

test('QLT4 a person has one open visit; another counts once that is silent', async () => {
  const h = house()
  const personId = h.person()
  await h.hear({}, { personId })
  await h.clock.advance(5_000)
  await h.hear({ visit: 'visit-visit-visit-2' }, { personId })
  expect((await h.quality.read(h.showId)).minute.all)
    .toMatchObject({ viewers: 1, watchedMs: 9_000 })
  await h.clock.advance(qualityLimits.openMs)
  await h.hear({ visit: 'visit-visit-visit-2' }, { personId })
  expect((await h.quality.read(h.showId)).minute.all).toMatchObject({ viewers: 1, visits: 2 })
  // Without a session a network is one person.
  for (let n = 0; n < 5; n++) await h.hear({ visit: `visit-visit-visit-${n}` })
  expect((await h.quality.read(h.showId)).minute.all.viewers).toBe(2)
})

test('QLT5 a network has so many open visits and no more', async () => {
  const h = house()
  for (let n = 0; n < qualityLimits.visitsPerNetworkMax + 20; n++) {
    await h.hear({}, { personId: h.person() })
  }
  await h.hear({}, { personId: h.person(), address: '2.2.2.2' })
  const { minute } = await h.quality.read(h.showId)
  expect([minute.all.viewers, minute.all.networks])
    .toEqual([qualityLimits.visitsPerNetworkMax + 1, 2])
  // Those who have left make room.
  await h.clock.advance(qualityLimits.openMs)
  await h.hear({}, { personId: h.person() })
  expect((await h.quality.read(h.showId)).minute.all.viewers).toBe(1)
})

test('QLT7 what was written is there after a restart, and adds up with what comes', async () => {
  const h = house()
  const personId = h.person()
  await h.hear({ startupMs: 800 }, { personId })
  expect(await h.quality.sweep()).toBe(1)
  expect(await h.quality.sweep()).toBe(0)
  await h.clock.advance(10_000)
  await h.hear({}, { personId })
  const before = (await h.quality.read(h.showId)).whole
  expect(before.all).toMatchObject({ visits: 1, watchedMs: 18_000, stalledMs: 2_000, stutter: 0.1 })
  await h.quality.sweep()
  const again = h.begin()
  expect((await again.read(h.showId)).whole).toEqual(before)
  // Two processes that write the same show.
  const report = {
    showId: h.showId, visit: 'visit-visit-visit-9', transport: 'hls', watchedMs: 5_000,
    stalledMs: 0, stalls: 0, switches: 0,
  } as const
  const who = { personId: h.person(), isDemo: false }
  await again.hear(report, { who, address: '1.1.1.1', country: 'BR' })
  await h.clock.advance(10_000)
  await h.hear({ watchedMs: 1_000, stalledMs: 0 }, { personId })
  await Promise.all([again.sweep(), h.quality.sweep()])
  expect((await h.begin().read(h.showId)).whole.all).toMatchObject({ visits: 2, watchedMs: 24_000 })
})

test('QLT7 what could not be written is kept for the next time', async () => {
  const h = house()
  const personId = h.person()
  await h.hear({}, { personId })
  h.state.isDown = true
  expect(await h.quality.sweep()).toBe(0)
  await h.clock.advance(10_000)
  await h.hear({}, { personId })
  h.state.isDown = false
  expect(await h.quality.sweep()).toBe(1)
  expect((await h.begin().read(h.showId)).whole.all).toMatchObject({ visits: 1, watchedMs: 18_000 })
})

test('QLT8 the last minute forgets, the whole show does not', async () => {
  const h = house()
  const personId = h.person()
  await h.hear({ startupMs: 700, transport: 'whep', latencyMs: 180 }, { personId })
  const first = await h.quality.read(h.showId)
  expect(first.minute.transports).toMatchObject([{ transport: 'whep', viewers: 1 }])
  expect(first.minute.all.startupMsP50).toBeGreaterThan(580)
  expect(first.minute.all.latencyMsP95).toBeLessThan(220)
  await h.clock.advance(61_000)
  const later = await h.quality.read(h.showId)
  expect(later.minute.all).toMatchObject({ viewers: 0, watchedMs: 0, startupMsP50: null })
  expect(later.whole.all).toMatchObject({ visits: 1, watchedMs: 9_000 })
})

test('QLT9 counts are told as growth, and a media process that began anew adds nothing', () => {
  const h = house()
  const tell = (atMs: number, health?: object, state: 'receiving' | 'lost' = 'receiving') =>
    h.quality.hearMedia({ showId: h.showId, state, atMs, ...(health && { health }) })
  tell(1, { kbps: 3_000, partsWritten: 100, partsLate: 2, pliCount: 5 })
  tell(2_000, { kbps: 3_100, partsWritten: 110, partsLate: 5, pliCount: 5, lossFraction: 0.04 })
  tell(1_500, { kbps: 9, partsWritten: 999 })
  tell(4_000, { kbps: 2_900, partsWritten: 3, partsLate: 0 })
  tell(6_000, undefined, 'lost')
  return h.quality.read(h.showId).then(({ samples, health }) => {
    expect(samples.map(({ kbps, partsWritten, partsLate, pli, lossFraction }) =>
      [kbps, partsWritten, partsLate, pli, lossFraction])).toEqual([
      [3_000, null, null, null, null], [3_100, 10, 3, 0, 0.04], [2_900, null, null, null, null],
      [null, null, null, null, null],
    ])
    expect([health, samples.at(-1)!.isReceiving]).toEqual([null, false])
  })
})

test('QLT9 five minutes are kept and no more', async () => {
  const h = house()
  for (let n = 0; n < 400; n++) {
    const health = { kbps: n }
    h.quality.hearMedia({ showId: h.showId, state: 'receiving', atMs: n * 2_000, health })
  }
  const { samples } = await h.quality.read(h.showId)
  expect([samples.length, samples[0]!.kbps, samples.at(-1)!.kbps]).toEqual([150, 250, 399])
})

test('QLT10 silent visits and shows are forgotten, and shows are bounded', async () => {
  const h = house()
  for (let n = 0; n < qualityLimits.showsMax + 5; n++) {
    await h.hear({ showId: h.ids.make('sho') }, { personId: h.person() })
  }
  expect(h.quality.size.shows).toBe(qualityLimits.showsMax)
  await h.quality.sweep()
  await h.clock.advance(qualityLimits.forgetMs + 1)
  await h.quality.sweep()
  expect(h.quality.size).toEqual({ visits: 0, shows: 0 })
}, 60_000)
