import { describe, expect, test } from 'vitest'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { Fault, makeIds, makeManualClock, silentLog, systemRandom, type Fact, type ShowId,
} from '#kernel'
import type { CutCommand, DownloadView, RecordingView } from '#stage/recording/contract'
import type { EditReplay, Recordings } from './contract.ts'
import { makeReplays } from './index.ts'

const store = useTestDatabase({ only: ['stage_replay'] })
const START_MS = 1_700_000_000_000

/** A media process of its own: three minutes, of which the first is a rehearsal. */
function makeMedia() {
  const media = {
    isDown: false, isEnded: true, hasMedia: true,
    cuts: [] as CutCommand[], removed: [] as string[],
    view(): RecordingView | null {
      if (media.isDown) throw new Fault('media.unreachable', { retryable: true })
      if (!media.hasMedia) return null
      const cut = media.cuts.at(-1)
      return {
        isEnded: media.isEnded, isReceiving: false, durationMs: 180_000, sizeBytes: 1_000_000,
        spans: [
          { wallMs: START_MS - 60_000, atMs: 0, durationMs: 120_000 },
          { wallMs: START_MS + 90_000, atMs: 120_000, durationMs: 60_000 },
        ],
        playlistFromMs: Math.max(0, (cut?.inMs ?? 0) - 400),
      }
    },
    download(): DownloadView | null {
      return media.view() && { state: 'direct', sizeBytes: 900_000, done: 1, forms: 1 }
    },
  }
  const recordings: Recordings = {
    read: async () => media.view(),
    async setCut(_showId, cut) {
      const view = media.view()
      media.cuts.push(cut)
      return view
    },
    readDownload: async () => media.download(),
    make: async () => media.download(),
    async remove(showId) {
      if (media.view()) media.removed.push(showId)
      return media.isEnded
    },
    storage: async () => ({ freeBytes: 1, totalBytes: 1, shows: [] }),
  }
  return { media, recordings }
}

function house() {
  const clock = makeManualClock(START_MS)
  const ids = makeIds({ clock, random: systemRandom })
  const { media, recordings } = makeMedia()
  const replays = makeReplays({
    database: store.database, clock, log: silentLog, recordings,
    keep: { keepDays: 30, quotaBytes: null },
  })
  const showId = ids.make('sho')
  const fact = (name: string, atMs: number, rest: object = {}): Fact => ({
    id: ids.make('fct'), name, version: 1, aggregate: showId, atMs, payload: { showId, ...rest },
  })
  const products = [ids.make('prd'), ids.make('prd')] as const
  const facts = [
    fact('ProductPinned', START_MS - 30_000, { productId: products[0] }),
    fact('ShowStarted', START_MS),
    fact('ProductPinned', START_MS + 40_000, { productId: products[1] }),
    // In the gap.
    fact('ProductPinned', START_MS + 80_000, { productId: products[0] }),
    fact('ShowEnded', START_MS + 150_000),
  ]
  const run = async () => {
    await replays.listener.handle(facts)
    await replays.sweep()
    return showId
  }
  const edit = async () => await replays.readEdit(showId) as EditReplay
  return { clock, ids, media, replays, showId, facts, products, run, edit }
}

describe('learning', () => {
  test('RPL3 facts told twice change nothing the second time', async () => {
    const h = house()
    await h.run()
    const once = await h.edit()
    await h.replays.setCut(h.showId, { inMs: 70_000, outMs: 170_000 })
    const cut = await h.edit()
    await h.replays.listener.handle(h.facts)
    await h.replays.sweep()
    expect(await h.edit()).toEqual(cut)
    expect(once.chapters).toHaveLength(3)
    expect(h.media.cuts).toHaveLength(2)
  })

  test('RPL4 the first cut begins when the show went live', async () => {
    const h = house()
    await h.run()
    expect(h.media.cuts).toEqual([{ inMs: 60_000, outMs: null, isPublic: true }])
    const replay = await h.replays.readPublic(h.showId)
    expect(replay).toMatchObject({ durationMs: 120_000, leadMs: 400, inMs: 60_000 })
    expect(replay!.chapters.map(({ atMs, productId }) => [atMs, productId]))
      .toEqual([[0, h.products[0]], [40_000, h.products[1]], [60_000, h.products[0]]])
  })

  test('RPL4 what could not be told is told again, as it then stands', async () => {
    const h = house()
    h.media.isDown = true
    await h.run()
    expect(h.media.cuts).toEqual([])
    await h.replays.setPublic(h.showId, false)
    h.media.isDown = false
    h.media.isEnded = false
    await h.replays.sweep()
    expect(h.media.cuts).toEqual([])
    h.media.isEnded = true
    await h.replays.sweep()
    await h.replays.sweep()
    expect(h.media.cuts).toEqual([{ inMs: 60_000, outMs: null, isPublic: false }])
  })

  test('RPL7 nothing is public before the end, when withdrawn, or of nothing', async () => {
    const h = house()
    await h.replays.listener.handle(h.facts.slice(0, 4))
    expect(await h.replays.readPublic(h.showId)).toBeNull()
    expect(await h.replays.readEdit(h.showId)).toBe('stage.replay.not_ended')
    await h.run()
    await h.replays.setPublic(h.showId, false)
    expect(await h.replays.readPublic(h.showId)).toBeNull()
    expect((await h.edit()).state).toBe('withdrawn')
    await h.replays.setPublic(h.showId, true)
    expect(await h.replays.readPublic(h.showId)).not.toBeNull()
    expect(await h.replays.readPublic(h.ids.make('sho'))).toBeNull()
    h.media.hasMedia = false
    expect(await h.edit()).toMatchObject({ state: 'none', durationMs: 0 })
  })
})

describe('editing', () => {
  test.each([
    [180_000, null], [179_500, null], [0, 180_001], [50_000, 50_000], [50_000, 50_999],
    [100_000, 20_000], [8_640_000_000_000, null], [0, 0],
  ])('RPL5 a cut from %d to %d is refused and changes nothing', async (inMs, outMs) => {
    const h = house()
    await h.run()
    const before = await h.edit()
    expect(await h.replays.setCut(h.showId, { inMs, outMs }))
      .toEqual({ code: 'stage.replay.cut_not_possible', durationMs: 180_000 })
    expect(await h.edit()).toEqual(before)
    expect(h.media.cuts).toHaveLength(1)
  })

  test('RPL5 a cut to the end stays one, and its chapters move along', async () => {
    const h = house()
    await h.run()
    expect(await h.replays.setCut(h.showId, { inMs: 90_000, outMs: 180_000 }))
      .toMatchObject({ inMs: 90_000, outMs: null })
    const replay = await h.replays.readPublic(h.showId)
    expect(replay!.chapters.map(({ atMs }) => atMs)).toEqual([0, 10_000, 30_000])
  })

  test('RPL6 a chapter is renamed and hidden; of another show it is unknown', async () => {
    const h = house()
    await h.run()
    const [first, second] = (await h.edit()).chapters
    await h.replays.setChapter(h.showId, first!.id, { title: ' <i>Tea</i>\n', isHidden: false })
    const told = await h.replays.setChapter(h.showId, second!.id, { title: '', isHidden: true })
    expect((told as EditReplay).chapters.map(({ title, isHidden }) => [title, isHidden]))
      .toEqual([['<i>Tea</i>', false], [null, true], [null, false]])
    const replay = await h.replays.readPublic(h.showId)
    expect(replay!.chapters.map(({ title }) => title)).toEqual(['<i>Tea</i>', null])
    expect(replay!.pins).toHaveLength(3)
    const change = { title: null, isHidden: false }
    expect(await h.replays.setChapter(h.ids.make('sho'), first!.id, change))
      .toBe('stage.replay.chapter_unknown')
    expect(await h.replays.setChapter(h.showId, h.ids.make('fct'), change))
      .toBe('stage.replay.chapter_unknown')
  })
})

describe('removing', () => {
  test('RPL10 is for good and is finished when it was interrupted', async () => {
    const h = house()
    await h.run()
    expect(await h.replays.beginRemoval(h.showId, 'by_hand')).toBeNull()
    expect(await h.replays.readPublic(h.showId)).toBeNull()
    expect(await h.edit()).toMatchObject({ state: 'removed', removedWhy: 'by_hand' })
    h.media.isDown = true
    await expect(h.replays.finishRemoval(h.showId)).rejects.toThrow(Fault)
    expect(await h.replays.readRemoving()).toContain(h.showId)
    h.media.isDown = false
    await h.replays.finishRemoval(h.showId)
    expect(await h.replays.readRemoving()).not.toContain(h.showId)
    expect(await h.replays.setPublic(h.showId, true)).toBe('stage.replay.none')
    expect(await h.replays.setCut(h.showId, { inMs: 0, outMs: null })).toBe('stage.replay.none')
    expect(await h.replays.make(h.showId)).toBe('stage.replay.none')
    // A second reason does not replace the first.
    await h.replays.beginRemoval(h.showId, 'expired')
    expect((await h.edit()).removedWhy).toBe('by_hand')
    expect(await h.replays.beginRemoval('sho_x' as ShowId, 'quota')).toBe('stage.replay.none')
  })
})
