import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEvents } from '#sdk'
import type { RoomEvent, RoomSnapshot } from '#stage/gateway/contract'
import type { ProductCard } from '#trade/catalog/contract'
import { offerLimits, type Offer } from '#trade/offers/contract'
import { makeMediaClock } from '../stage/media-clock.ts'
import { makeCueing } from './cueing.ts'
import { LAG_CAP_MS, READ_MS } from './fair.ts'

const T = 1_790_000_000_000
const card = (id: string, title = id): ProductCard => ({
  id, title, description: '', picture: null, pictures: [], words: {}, variants: [],
})
const [a, b, c] = [card('a'), card('b'), card('c')]
const pin = (product: ProductCard | null, mediaMs: number | null): RoomEvent =>
  ({ k: 'pin', product, mediaMs })
const offerOf = (id: string, mediaMs: number, change: Partial<Offer> = {}): Offer => ({
  id, showId: 'sho_1', productId: 'a', state: 'open', prices: {}, units: 20, left: 20,
  perBuyerCap: 1, mediaMs, opensAtMs: mediaMs + 7500, closesAtMs: mediaMs + 67_500, ...change,
})
const offer = (value: Offer | null): RoomEvent => ({ k: 'offer', offer: value })
const start: RoomSnapshot = {
  show: {
    id: 'sho_1', slug: 's', title: 'S', merchant: 'M', state: 'live', signal: 'receiving',
    startsAtMs: 0, endedAtMs: null, saleStopped: false, isDemo: false, hasReplay: false,
  },
  pinned: a, pinnedMediaMs: T - 60_000, offer: null, inStock: {}, chat: [], viewers: 1,
  demoViewers: 0, lineUp: [a, b, c],
}

/** A viewer whose picture is `lagMs` behind. */
function makeViewer(lagMs = 2000) {
  const media = makeMediaClock()
  let room = start
  let nowMs = T
  let isHidden = false
  let hasPicture = true
  let timers: (() => void)[] = []
  const cueing = makeCueing({
    media, serverNowMs: () => nowMs, perfMs: () => nowMs - T, isHidden: () => isHidden,
    shown: () => room,
    show: (events) => { room = applyEvents(room, events) },
    every(_ms, run) {
      timers.push(run)
      return () => { timers = timers.filter((one) => one !== run) }
    },
  })
  const see = () => media.see({ wallMs: nowMs - lagMs, atPerfMs: nowMs - T })
  see()
  return {
    cueing, media,
    get room() { return room },
    get timers() { return timers.length },
    hear: (...events: RoomEvent[]) => cueing.hear(events),
    draw: (fresh: RoomSnapshot) => { room = cueing.draw(fresh) },
    /** Frames at 25 a second; without a picture only timers run. */
    pass(ms: number) {
      for (const end = nowMs + ms; nowMs < end;) {
        nowMs = Math.min(end, nowMs + 40)
        if (hasPicture) see()
        for (const run of timers) run()
      }
    },
    stall() { hasPicture = false },
    hide(value: boolean) {
      isHidden = value
      cueing.look()
    },
    get nowMs() { return nowMs },
  }
}
type Viewer = ReturnType<typeof makeViewer>
const shown = ({ room }: Viewer) => [room.pinned?.id, room.offer?.id]

describe('cues in the Room', () => {
  it.each([200, 2000, 5500])('a pin shows with the picture of a viewer %i ms behind', (lagMs) => {
    const viewer = makeViewer(lagMs)
    viewer.hear(pin(b, T))
    viewer.pass(lagMs - 80)
    expect(shown(viewer)[0]).toBe('a')
    viewer.pass(80)
    expect(shown(viewer)[0]).toBe('b')
    expect([viewer.cueing.waiting, viewer.timers]).toEqual([0, 0])
  })

  it('an offer shows with the picture, but always with time to read before it opens', () => {
    const near = makeViewer(2000)
    near.hear(offer(offerOf('o', T)))
    near.pass(1920)
    expect(shown(near)[1]).toBeUndefined()
    near.pass(80)
    expect(shown(near)[1]).toBe('o')
    const far = makeViewer(9000)
    far.hear(offer(offerOf('o', T)))
    far.pass(7500 - offerLimits.readMs - 40)
    expect(shown(far)[1]).toBeUndefined()
    far.pass(40)
    expect(shown(far)[1]).toBe('o')
  })

  it.each<[string, RoomEvent, (room: RoomSnapshot) => unknown, unknown]>([
    ['stop-sale', { k: 'show', show: { ...start.show, saleStopped: true } },
      (room) => room.show.saleStopped, true],
    ['sold out', { k: 'stock', variants: { v: false } }, (room) => room.inStock, { v: false }],
    ['a product that left the show', pin(null, null), (room) => room.pinned, null],
    ['a price that was put right', pin({ ...a, title: 'right' }, T), (room) => room.pinned?.title,
      'right'],
    ['the end of the show', { k: 'show', show: { ...start.show, state: 'ended' } },
      (room) => room.show.state, 'ended'],
  ])('never waits: %s', (_name, event, read, value) => {
    const viewer = makeViewer(5000)
    viewer.hear(event)
    expect(read(viewer.room)).toEqual(value)
  })

  it('has the figures of the house', () => {
    expect([LAG_CAP_MS, READ_MS]).toEqual([offerLimits.lagCapMs, offerLimits.readMs])
  })

  it('an offer that ends before it was shown is never shown', () => {
    const viewer = makeViewer(3000)
    viewer.hear(offer(offerOf('o', T)))
    viewer.pass(1000)
    viewer.hear(offer(null))
    viewer.pass(9000)
    expect(shown(viewer)[1]).toBeUndefined()
  })

  it('an offer that is shown ends at once', () => {
    const viewer = makeViewer(3000)
    viewer.hear(offer(offerOf('o', T)))
    viewer.pass(4000)
    viewer.hear(offer(null))
    expect(shown(viewer)[1]).toBeUndefined()
  })

  it('an offer that waits is shown with the units that are left by then', () => {
    const viewer = makeViewer(3000)
    viewer.hear(offer(offerOf('o', T)), { k: 'left', offerId: 'o', left: 3 })
    viewer.pass(3000)
    expect(viewer.room.offer?.left).toBe(3)
  })

  it('goes back to what is still shown only after what came in between', () => {
    const viewer = makeViewer(3000)
    viewer.hear(pin(b, T))
    viewer.pass(1000)
    viewer.hear(pin(a, T + 1000))
    const seen: unknown[] = []
    for (let step = 0; step < 100; step++) {
      viewer.pass(40)
      if (seen.at(-1) !== shown(viewer)[0]) seen.push(shown(viewer)[0])
    }
    expect(seen).toEqual(['a', 'b', 'a'])
  })

  it('shows all that was still to come when the show ends', () => {
    const viewer = makeViewer(3000)
    viewer.hear(pin(b, T), { k: 'show', show: { ...start.show, state: 'ended' } })
    expect([shown(viewer)[0], viewer.room.show.state]).toEqual(['b', 'ended'])
  })

  it('waits while the picture stands, and no longer than ten seconds', () => {
    const viewer = makeViewer(2000)
    viewer.hear(pin(b, T))
    viewer.stall()
    viewer.pass(9900)
    expect(shown(viewer)[0]).toBe('a')
    viewer.pass(240)
    expect(shown(viewer)[0]).toBe('b')
  })

  it('shows at once in a tab that is hidden, and when there is no picture', () => {
    const hidden = makeViewer()
    hidden.hear(pin(b, T))
    hidden.hide(true)
    expect(shown(hidden)[0]).toBe('b')
    const blind = makeViewer()
    blind.media.lose()
    blind.hear(pin(b, T))
    expect(shown(blind)[0]).toBe('b')
  })

  it('draws a room anew without running ahead of the picture', () => {
    const viewer = makeViewer(3000)
    viewer.draw({
      ...start, pinned: b, pinnedMediaMs: T - 500, offer: offerOf('o', T - 400), viewers: 7,
    })
    expect([...shown(viewer), viewer.room.viewers]).toEqual(['a', undefined, 7])
    viewer.pass(3000)
    expect(shown(viewer)).toEqual(['b', 'o'])
  })

  it('draws at once what the picture has passed, or what is gone', () => {
    const viewer = makeViewer(3000)
    viewer.draw({ ...start, pinned: b, pinnedMediaMs: T - 4000, offer: offerOf('o', T - 4000) })
    expect(shown(viewer)).toEqual(['b', 'o'])
    viewer.draw({ ...start, pinned: c, pinnedMediaMs: T, lineUp: [a, c] })
    expect(shown(viewer)).toEqual([undefined, undefined])
  })

  it('forgets what waited when the room is drawn anew', () => {
    const viewer = makeViewer(3000)
    viewer.hear(pin(b, T))
    viewer.draw({ ...start, pinned: c, pinnedMediaMs: T + 10 })
    viewer.pass(6000)
    expect(shown(viewer)[0]).toBe('c')
  })
})

const anEvent = fc.oneof(
  fc.record({ product: fc.constantFrom(a, b, c, null), isNow: fc.boolean() })
    .map(({ product, isNow }) => (at: number) => pin(product, isNow ? null : at)),
  fc.constantFrom('o1', 'o2', 'o3').map((id) => (at: number) => offer(offerOf(id, at))),
  fc.constant(() => offer(null)),
  fc.record({ id: fc.constantFrom('o1', 'o2', 'o3'), left: fc.nat(20) })
    .map(({ id, left }) => (): RoomEvent => ({ k: 'left', offerId: id, left })),
)

it('in the end every viewer sees the room as it is, whatever their picture did', () => {
  const news = fc.array(fc.record({
    make: anEvent, afterMs: fc.integer({ min: 0, max: 2500 }), seenAgoMs: fc.nat(4000),
    after: fc.constantFrom('play', 'play', 'play', 'hide', 'draw'),
  }), { maxLength: 40 })
  fc.assert(fc.property(news, fc.constantFrom(200, 2000, 6000), (all, lagMs) => {
    const viewer = makeViewer(lagMs)
    let truth = start
    for (const { make, afterMs, seenAgoMs, after } of all) {
      const event = make(viewer.nowMs - seenAgoMs)
      truth = applyEvents(truth, [event])
      viewer.hear(event)
      if (after === 'draw') viewer.draw(truth)
      if (after === 'hide') {
        viewer.hide(true)
        viewer.hide(false)
      }
      viewer.pass(afterMs)
    }
    viewer.pass(11_000)
    expect(viewer.room).toEqual(truth)
    expect([viewer.cueing.waiting, viewer.timers]).toEqual([0, 0])
  }))
})
