import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReplayLine } from '#views/contract'
import { linesAt, wantedLines, withPage, type Lines } from './lines.ts'
import { chapterAt, readStart, shareUrl, stepChapter } from './places.ts'

const chapter = (atMs: number) => ({ id: `fct_${atMs}`, atMs, title: null, productId: 'prd_1' })
const replay = { chapters: [0, 60_000, 90_000].map(chapter) }

describe('places of a replay', () => {
  it('names the chapter and steps to the next and the one before', () => {
    expect(chapterAt(replay, 59_999)?.atMs).toBe(0)
    expect(chapterAt(replay, 60_000)?.atMs).toBe(60_000)
    expect(stepChapter(replay, 10_000, 'on')).toBe(60_000)
    expect(stepChapter(replay, 95_000, 'on')).toBe(95_000)
    expect(stepChapter(replay, 75_000, 'back')).toBe(60_000)
    expect(stepChapter(replay, 62_000, 'back')).toBe(0)
    expect(stepChapter({ chapters: [] }, 5_000, 'back')).toBe(0)
  })

  it.each([
    ['?t=95', 95_000], ['?t=0', 0], ['', null], ['?t=-1', null], ['?t=1e3', null], ['?t=', null],
    ['?t=9999999', null], ['?t=600', null], ['?t=<script>', null], ['?t=9.5', null],
  ])('reads %s as %s', (search, atMs) => expect(readStart(search, 600_000)).toBe(atMs))

  it('shares the show and the second, and nothing else of the address', () => {
    expect(shareUrl('https://shop.example/s/tea?lang=ar&token=x#y', 95_900))
      .toBe('https://shop.example/s/tea?t=95')
    expect(shareUrl('https://shop.example/s/tea', 400)).toBe('https://shop.example/s/tea')
    fc.assert(fc.property(fc.nat(599_000), (atMs) => {
      const { search } = new URL(shareUrl('https://shop.example/s/tea', atMs))
      expect(readStart(search, 600_000) ?? 0).toBe(Math.floor(atMs / 1000) * 1000)
    }))
  })
})

/** A server with lines at the given places. */
const server = (places: readonly number[]) => {
  const all = places.toSorted((a, b) => a - b).map((replayMs, n): ReplayLine => ({
    id: `msg_${String(n).padStart(4, '0')}`, personId: 'per_1', name: 'Ana', text: `${n}`,
    atMs: replayMs, isDemo: false, isStaff: false, replayMs,
  }))
  let asked = 0
  return {
    all,
    get asked() { return asked },
    page(fromMs: number, next?: string) {
      asked++
      const rest = all.filter((line) => line.replayMs >= fromMs && (!next || line.id > next))
      const lines = rest.slice(0, 20)
      return { lines, next: lines.length === 20 ? lines.at(-1)!.id : null }
    },
  }
}

function settle(known: Lines | null, atMs: number, from: ReturnType<typeof server>): Lines {
  let now = known
  for (let tries = 0; tries < 100; tries++) {
    const wanted = wantedLines(now, atMs)
    if (!wanted) return now!
    const next = wanted.is === 'next' ? wanted.next : undefined
    now = withPage(now, wanted, from.page(wanted.fromMs, next))
  }
  throw new Error('never content')
}

describe('chat of a replay', () => {
  it('shows at every place what had been said just before, wherever one jumps', () => {
    const places = fc.array(fc.nat(600_000), { maxLength: 300 })
    fc.assert(fc.property(places, fc.array(fc.nat(600_000), { maxLength: 12 }), (said, jumps) => {
      const from = server(said)
      let known: Lines | null = null
      for (const atMs of jumps) {
        known = settle(known, atMs, from)
        const { fromMs } = known
        expect(fromMs).toBeLessThanOrEqual(atMs)
        const isNear = ({ replayMs }: ReplayLine) => replayMs <= atMs && replayMs >= fromMs
        const shown = linesAt(known, atMs).filter(isNear)
        expect(shown.map(({ id }) => id))
          .toEqual(from.all.filter(isNear).slice(-50).map(({ id }) => id))
        expect(known.lines.length).toBeLessThanOrEqual(400)
      }
    }))
  })

  it('fetches pages as the playhead goes on, not the whole chat at once', () => {
    const from = server(Array.from({ length: 2_000 }, (_, n) => n * 1_000))
    let known = settle(null, 0, from)
    expect(from.asked).toBeLessThanOrEqual(2)
    for (let atMs = 0; atMs < 600_000; atMs += 250) known = settle(known, atMs, from)
    expect(linesAt(known, 599_750)).toHaveLength(50)
    expect(known.lines.length).toBeLessThanOrEqual(400)
    expect(from.asked).toBeLessThan(40)
  })
})
