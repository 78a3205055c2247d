import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeFacts, type Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import {
  makeIds,
  makeManualClock,
  silentLog,
  systemRandom,
  type PersonId,
  type ProductId,
  type ShowId,
} from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Show } from './contract.ts'
import { makeShowRoutes, makeShows } from './index.ts'
import { isKey, hashKey, readVideo, slugAttempt, slugOf } from './model.ts'

const store = useTestDatabase({ only: ['stage_show'] })
const products = ['prd_01k9zzzzzzzzzzzzzzzzzzzzz1', 'prd_01k9zzzzzzzzzzzzzzzzzzzzz2'] as ProductId[]
const video = {
  width: 1280,
  height: 720,
  fps: 30,
  kbps: 2480,
  keyframeSeconds: 2,
  hasBFrames: false,
}

function house(extra: { failing?: boolean } = {}) {
  const clock = makeManualClock()
  const ids = makeIds({ clock, random: systemRandom })
  const media = {
    isDown: extra.failing ?? false,
    calls: [] as string[],
    async stop(id: ShowId) {
      media.note('stop', id)
    },
    async drop(id: ShowId) {
      media.note('drop', id)
    },
    note(what: string, id: ShowId) {
      if (media.isDown) throw new Error('connection refused')
      media.calls.push(`${what} ${id}`)
    },
  }
  const { database } = store
  const shows = makeShows<Tx>({
    database,
    writeFacts,
    clock,
    ids,
    random: systemRandom,
    media,
    log: silentLog,
    merchant: 'Silk & Co',
  })
  const told: Show[] = []
  shows.onChange((show) => told.push(show))
  const plan = (
    over: Partial<{ title: string; slug: string; isDemo: boolean; startsAtMs: number }> = {},
  ) =>
    shows
      .create(
        {
          title: over.title ?? 'Winter silk',
          startsAtMs: over.startsAtMs ?? clock.nowMs() + 60_000,
          lineUp: [...products],
          ...(over.slug ? { slug: over.slug } : {}),
        },
        { isDemo: over.isDemo ?? false },
      )
      .then((show) => ({ ...show, id: show.id as ShowId }))
  const report = (id: ShowId, state: 'receiving' | 'lost' | 'ended', over = {}) =>
    shows.hear(id, { state, video, atMs: clock.nowMs(), ...over })
  const facts = async (id: ShowId) => {
    const { rows } = await database.pool.query(
      'select name from house.outbox where aggregate = $1 order by seq',
      [id],
    )
    return rows.map((row: { name: string }) => row.name)
  }
  return { clock, shows, media, told, plan, report, facts, database }
}
type House = ReturnType<typeof house>

async function live(h: House, over = {}) {
  const show = await h.plan(over)
  await h.report(show.id, 'receiving')
  await h.shows.goLive(show.id)
  return show.id
}

describe('states', () => {
  test('SHW1 a show goes forward only, and doing again what is done changes nothing', async () => {
    const h = house()
    const { id } = await h.plan()
    expect(await h.shows.goLive(id)).toBe('stage.show.no_signal')
    expect(await h.shows.end(id)).toBe('stage.show.not_live')
    await h.report(id, 'receiving')
    expect(await h.shows.goLive(id)).toMatchObject({ state: 'live', startedAtMs: h.clock.nowMs() })
    expect(await h.shows.goLive(id)).toMatchObject({ state: 'live' })
    expect(await h.shows.end(id)).toMatchObject({ state: 'ended', hasReplay: true })
    expect(await h.shows.end(id)).toMatchObject({ state: 'ended' })
    expect(await h.shows.goLive(id)).toBe('stage.show.ended')
    expect(await h.shows.pin(id, products[0]!)).toBe('stage.show.ended')
    expect(await h.shows.goLive('sho_01k9zzzzzzzzzzzzzzzzzzzzzz' as ShowId)).toBe(
      'stage.show.unknown',
    )
    expect(await h.facts(id)).toEqual(['ShowStarted', 'ShowEnded'])
  })

  test('SHW1 of many who open the doors at one moment, one does', async () => {
    const h = house()
    const { id } = await h.plan()
    await h.report(id, 'receiving')
    await Promise.all(Array.from({ length: 6 }, () => h.shows.goLive(id)))
    expect(await h.facts(id)).toEqual(['ShowStarted'])
  })

  test('SHW2 silence for more than 6 s is a loss, read at once and told once', async () => {
    const h = house()
    const id = await live(h)
    await h.clock.advance(6000)
    expect((await h.shows.read(id))?.signal).toBe('receiving')
    await h.clock.advance(1)
    expect((await h.shows.read(id))?.signal).toBe('lost')
    const before = h.told.length
    await h.shows.sweep()
    await h.shows.sweep()
    expect(
      h.told
        .slice(before)
        .filter((show) => show.id === id)
        .map((show) => show.signal),
    ).toEqual(['lost'])
    await h.report(id, 'receiving')
    expect(h.told.at(-1)?.signal).toBe('receiving')
    await h.report(id, 'lost')
    expect(await h.shows.read(id)).toMatchObject({ signal: 'lost', state: 'live', video: null })
  })

  test('SHW3 a directed demo show goes live with its signal, others do not', async () => {
    const h = house()
    const demo = await h.plan({ isDemo: true })
    const taken = await h.plan({ isDemo: true })
    const plain = await h.plan()
    await h.shows.setDirected(taken.id, false)
    expect(await h.shows.setDirected(plain.id, true)).toMatchObject({ isDirected: false })
    for (const { id } of [demo, taken, plain]) await h.report(id, 'receiving')
    const states = await Promise.all(
      [demo, taken, plain].map(async ({ id }) => (await h.shows.read(id))?.state),
    )
    expect(states).toEqual(['live', 'scheduled', 'scheduled'])
    expect(await h.facts(demo.id)).toEqual(['ShowStarted'])
  })

  test('SHW4 a fact that cannot be written undoes the change, and nobody hears of it', async () => {
    const h = house()
    const id = await live(h)
    const broken = makeShows<Tx>({
      database: store.database,
      clock: h.clock,
      ids: makeIds({ clock: h.clock, random: systemRandom }),
      random: systemRandom,
      media: h.media,
      log: silentLog,
      merchant: 'x',
      writeFacts: async () => {
        throw new Error('outbox is gone')
      },
    })
    broken.onChange((show) => h.told.push(show))
    const before = h.told.length
    await expect(broken.pin(id, products[0]!)).rejects.toThrow('outbox')
    await expect(broken.end(id)).rejects.toThrow('outbox')
    expect(await h.shows.read(id)).toMatchObject({ pinnedProductId: null, state: 'live' })
    expect(h.told.length).toBe(before)
  })

  test('SHW4 listeners hear what people see, a broken one disturbs nobody', async () => {
    const h = house()
    const id = await live(h)
    h.shows.onChange(() => {
      throw new Error('listener')
    })
    const before = h.told.length
    await h.report(id, 'receiving')
    await h.report(id, 'receiving', { video: { ...video, kbps: 2490 } })
    expect(h.told.length).toBe(before)
    await h.report(id, 'receiving', { video: { ...video, kbps: 4000 } })
    await h.shows.pin(id, products[1]!)
    expect(h.told.slice(before).map((show) => show.pinnedProductId)).toEqual([null, products[1]])
  })

  test('SHW5 selling is judged inside the transaction', async () => {
    const h = house()
    const id = await live(h)
    const { id: planned } = await h.plan()
    const unknown = 'sho_01k9zzzzzzzzzzzzzzzzzzzzzz' as ShowId
    await h.database.transaction(async (tx) => {
      expect([...(await h.shows.readSelling(tx, [id, planned, unknown]))].sort()).toEqual(
        [
          [id, 'selling'],
          [planned, 'not_live'],
        ].sort(),
      )
      await h.shows.setSale(tx, id, true)
      expect((await h.shows.readSelling(tx, [id])).get(id)).toBe('sale_stopped')
    })
    await h.shows.announce(id)
    expect(h.told.at(-1)).toMatchObject({ id, saleStopped: true })
    await h.shows.stopSale(id, false)
    await h.shows.stopSale(id, false)
    expect(await h.facts(id)).toEqual(['ShowStarted', 'SaleStopped', 'SaleResumed'])
  })
})

describe('replays', () => {
  test('SHW5 SHW15 a public replay sells, withdrawn or removed it does not', async () => {
    const h = house()
    const id = await live(h)
    expect(await h.shows.setReplay(id, 'withdrawn')).toBe('stage.show.not_ended')
    await h.shows.end(id)
    const selling = () => h.database.transaction(async (tx) =>
      (await h.shows.readSelling(tx, [id])).get(id))
    expect(await selling()).toBe('replay')
    await h.shows.stopSale(id, true)
    expect(await selling()).toBe('sale_stopped')
    await h.shows.stopSale(id, false)
    expect(await h.shows.setReplay(id, 'withdrawn'))
      .toMatchObject({ hasReplay: false, hasRecording: true })
    expect(h.told.at(-1)).toMatchObject({ id, hasReplay: false })
    expect(await selling()).toBe('not_live')
    expect(await h.shows.setReplay(id, 'public')).toMatchObject({ hasReplay: true })
    expect(await selling()).toBe('replay')
    expect(await h.shows.setReplay(id, 'removed'))
      .toMatchObject({ hasReplay: false, hasRecording: false })
    expect(await h.shows.setReplay(id, 'public')).toMatchObject({ hasReplay: false })
    expect(await selling()).toBe('not_live')
    expect(await h.shows.stopSale(id, true)).toBe('stage.show.ended')
  })
})

describe('keys and media', () => {
  test('SHW6 a key opens its own show until it is rotated or the show has ended', async () => {
    const h = house()
    const id = await live(h)
    const key = (await h.shows.readStreamKey(id))!
    expect(key).toMatch(/^[A-Za-z0-9_-]{32}$/)
    expect(await h.shows.authorize(key)).toBe(id)
    for (const wrong of [
      '',
      key.slice(1),
      `${key}x`,
      key.toUpperCase(),
      "' or 1=1 --",
      hashKey(key),
      '\0'.repeat(200),
    ]) {
      expect(await h.shows.authorize(wrong)).toBe('stage.show.key_unknown')
    }
    const next = await h.shows.rotateStreamKey(id)
    expect(await h.shows.authorize(key)).toBe('stage.show.key_unknown')
    expect(await h.shows.authorize(next)).toBe(id)
    await h.shows.end(id)
    expect(await h.shows.authorize(next)).toBe('stage.show.ended')
    expect(isKey('a', hashKey('a')) && !isKey('a', hashKey('b')) && !isKey('a', '')).toBe(true)
  })

  test('SHW7 what the media process could not be told is told again', async () => {
    const h = house()
    const id = await live(h)
    h.media.isDown = true
    await h.shows.rotateStreamKey(id)
    await h.shows.sweep()
    expect(h.media.calls).toEqual([])
    h.media.isDown = false
    await h.shows.sweep()
    await h.shows.sweep()
    expect(h.media.calls).toEqual([`drop ${id}`])
    h.media.isDown = true
    expect(await h.shows.end(id)).toMatchObject({ state: 'ended' })
    h.media.isDown = false
    await h.shows.sweep()
    await h.report(id, 'receiving')
    expect(h.media.calls.slice(1)).toEqual([`stop ${id}`, `stop ${id}`])
  })

  test('SHW8 reports of unknown shows and late ones are ignored', async () => {
    const h = house()
    await h.report('sho_01k9zzzzzzzzzzzzzzzzzzzzzz' as ShowId, 'receiving')
    const id = await live(h)
    await h.report(id, 'lost', { atMs: h.clock.nowMs() + 500 })
    await h.report(id, 'receiving', { atMs: h.clock.nowMs() + 100 })
    expect((await h.shows.read(id))?.signal).toBe('lost')
    await h.report(id, 'receiving', { atMs: h.clock.nowMs() - 60_000 })
    expect((await h.shows.read(id))?.signal).toBe('receiving')
  })

  test('SHW8 hostile figures are not shown', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('width', 'height', 'fps', 'kbps', 'keyframeSeconds', 'hasBFrames'),
          fc.anything(),
        ),
        (given) => {
          const shown = readVideo(given)
          if (!shown) return
          for (const value of Object.values(shown)) {
            expect(typeof value === 'boolean' || (Number.isFinite(value) && value >= 0)).toBe(true)
          }
        },
      ),
    )
    expect(readVideo({ ...video, width: 1e9 })).toBeNull()
  })
})

describe('plan', () => {
  test('SHW9 an address is made and numbered, a given one that is taken refused', async () => {
    const h = house()
    const draft = { title: 'Été & Thé', startsAtMs: 1, lineUp: [] }
    const slugs = []
    for (let count = 0; count < 3; count++) slugs.push((await h.shows.create(draft)).slug)
    expect(slugs).toEqual(['ete-the', 'ete-the-2', 'ete-the-3'])
    expect(await h.shows.plan({ ...draft, slug: 'ete-the' })).toEqual({
      ok: false,
      refusal: { code: 'stage.show.slug_taken' },
    })
    const other = await h.plan({ slug: 'other' })
    expect(await h.shows.save(other.id, { ...draft, slug: 'ete-the' })).toBe(
      'stage.show.slug_taken',
    )
    const saved = await h.shows.save(other.id, draft)
    expect(saved).toMatchObject({ slug: 'other', title: 'Été & Thé' })
    expect((await h.shows.readBySlug('ete-the-2'))?.title).toBe('Été & Thé')
  })

  test('SHW9 any title gives an address of the right form', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 120 }),
        fc.integer({ min: 1, max: 999 }),
        (title, attempt) => {
          expect(slugAttempt(slugOf(title, 60), attempt, 60)).toMatch(
            /^(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*$/,
          )
        },
      ),
    )
    expect(slugOf('直播', 60)).toBe('show')
  })

  test('SHW10 only the line-up can be pinned, and what leaves it leaves the pin', async () => {
    const h = house()
    const id = await live(h)
    expect(await h.shows.pin(id, 'prd_01k9zzzzzzzzzzzzzzzzzzzzz9' as ProductId)).toBe(
      'stage.show.product_not_in_line_up',
    )
    expect(await h.shows.pin(id, products[0]!)).toMatchObject({ pinnedProductId: products[0] })
    await h.shows.pin(id, products[0]!)
    const draft = { title: 'x', startsAtMs: 1, lineUp: [products[1]!, products[1]!] }
    expect(await h.shows.save(id, draft)).toMatchObject({
      pinnedProductId: null,
      lineUp: [products[1]],
    })
    expect(await h.facts(id)).toEqual(['ShowStarted', 'ProductPinned', 'ProductPinned'])
  })

  test('SHW13 a pin belongs to the frame that its producer saw', async () => {
    const h = house()
    const id = await live(h)
    const now = h.clock.nowMs()
    const pinned = async (at: number, seenMs?: number) => {
      const show = await h.shows.pin(id, products[at]!, seenMs)
      return typeof show === 'string' ? show : show.pinnedMediaMs
    }
    expect(await pinned(0)).toBe(now)
    expect(await pinned(1, now - 2000)).toBe(now - 2000)
    expect(await pinned(0, now - 10_000)).toBe(now - 10_000)
    // Further back, or not yet: nothing that a player can have shown.
    expect(await pinned(1, now - 10_001)).toBe(now)
    expect(await pinned(0, now + 1)).toBe(now)
    const left = { title: 'x', startsAtMs: 1, lineUp: [products[1]!] }
    expect(await h.shows.save(id, left)).toMatchObject({
      pinnedProductId: null, pinnedMediaMs: null,
    })
  })

  test('SHW11 titles are one plain line', async () => {
    const h = house()
    const show = await h.plan({ title: ' a\u202eb\n\tc\u0000<b>\u2066  d ' })
    expect(show.title).toBe('a b c <b> d')
  })

  test('SHW12 the front door shows the live one, else the next, else the last ended', async () => {
    const h = house()
    await h.database.pool.query('delete from stage_show.keys; delete from stage_show.shows')
    expect(await h.shows.readFront()).toBeNull()
    const first = await live(h)
    await h.shows.end(first)
    expect((await h.shows.readFront())?.id).toBe(first)
    await h.plan({ startsAtMs: 9_000_000_000_000 / 2 })
    const next = await h.plan({ startsAtMs: 1000 })
    expect((await h.shows.readFront())?.id).toBe(next.id)
    const now = await live(h)
    expect((await h.shows.list()).map((show) => show.state)).toEqual([
      'live',
      'scheduled',
      'scheduled',
      'ended',
    ])
    expect((await h.shows.readFront())?.id).toBe(now)
  })
})

test('SHW6 reading and rotating a key is recorded, and only there it is shown', async () => {
  const h = house()
  const id = await live(h)
  const recorded: string[] = []
  const { handlers } = makeShowRoutes({
    shows: h.shows as never,
    rtmpUrl: (host) => `rtmp://${host}/live`,
    audit: {
      record: async ({ act, subject }) => {
        recorded.push(`${act} ${subject}`)
      },
    },
  })
  const call = (route: string, body: unknown = {}) =>
    handlers[route]!({
      params: { showId: id },
      body,
      headers: { host: 'shop.example' },
      who: { personId: 'per_1' as PersonId, roles: ['producer'] } as unknown as Who,
    })
  const before = await call('GET /api/shows/:showId/ingest')
  const after = await call('POST /api/shows/:showId/ingest/rotate')
  const key = await h.shows.readStreamKey(id)
  expect(before).toMatchObject({ ok: true, value: { rtmpUrl: 'rtmp://shop.example/live' } })
  expect(after).toMatchObject({ ok: true, value: { streamKey: key } })
  expect(recorded).toEqual([`show.key_read ${id}`, `show.key_rotate ${id}`])
  for (const route of [
    'GET /api/shows',
    'GET /api/shows/:showId',
    'POST /api/shows/:showId/go-live',
  ]) {
    expect(JSON.stringify(await call(route))).not.toContain(key)
  }
  expect(await call('POST /internal/media/authorize', { streamKey: 'nonsense' })).toEqual({
    ok: false,
    refusal: { code: 'stage.show.key_unknown' },
  })
})

test('SHW16 a show says what viewers on poor lines get, its encoder is let in so', async () => {
  const h = house()
  const show = await h.plan()
  const { handlers } = makeShowRoutes({
    shows: h.shows as never, rtmpUrl: () => 'rtmp://x/live', audit: { record: async () => {} },
  })
  const streamKey = (await h.shows.readStreamKey(show.id))!
  const said = async () => {
    const ask = handlers['POST /internal/media/authorize']!
    const answer = await ask({ body: { streamKey } } as never)
    return answer.ok && (answer.value as { renditions?: string[] }).renditions
  }
  const draft = { title: show.title, startsAtMs: show.startsAtMs, lineUp: [...show.lineUp] }
  const save = (renditions?: Show['renditions']) =>
    h.shows.save(show.id, { ...draft, ...renditions === undefined ? {} : { renditions } })
  expect(show.renditions).toBeNull()
  expect(await said()).toBeUndefined()
  for (const [chosen, names] of [
    ['none', []], ['audio', ['audio']], ['all', ['360p', 'audio']],
  ] as const) {
    expect(await save(chosen)).toMatchObject({ renditions: chosen })
    expect(await said()).toEqual(names)
  }
  expect(await save()).toMatchObject({ renditions: 'all' })
  expect(await save(null)).toMatchObject({ renditions: null })
  expect(await said()).toBeUndefined()
  const planned = await h.shows.plan({ ...draft, renditions: 'none' })
  expect(planned).toMatchObject({ ok: true, value: { renditions: 'none' } })
})

test('SHW14 a phone gets a way in to the camera of this show, and it is recorded', async () => {
  const h = house()
  const id = await live(h)
  const recorded: string[] = []
  const { handlers } = makeShowRoutes({
    shows: h.shows as never, rtmpUrl: () => 'rtmp://x/live',
    phoneLink: async (_who, host, path) =>
      ({ url: `https://${host}${path}`, expiresAtMs: 5, isSecure: true }),
    audit: { record: async ({ act, subject }) => void recorded.push(`${act} ${subject}`) },
  })
  const ask = () => handlers['POST /api/shows/:showId/phone']!({
    params: { showId: id }, headers: { host: 'shop.example' },
    who: { personId: 'per_1' as PersonId, roles: ['producer'] } as unknown as Who,
  })
  expect(await ask()).toMatchObject({
    ok: true, value: { url: `https://shop.example/studio/shows/${id}/camera` },
  })
  await h.shows.end(id)
  expect(await ask()).toMatchObject({ ok: false, refusal: { code: 'stage.show.ended' } })
  expect(recorded).toEqual([`show.phone ${id}`])
})
