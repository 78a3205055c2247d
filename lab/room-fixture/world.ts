import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Message } from '#stage/chat/contract'
import type { RoomSnapshot } from '#stage/gateway/contract'
import type { Market, ProductCard, ProductDraft } from '#trade/catalog/contract'
import type { Offer } from '#trade/offers/contract'
import type { Replay } from '#stage/replay/contract'
import type { ReplayLine } from '#views/contract'
import type { Order, OrderState } from '#trade/orders/contract'

/** The rooms that can be looked at without a house behind them. */
export const scenes = [
  'live', 'plain', 'soon', 'soldout', 'stopped', 'scheduled', 'lost', 'ended', 'empty',
  'renditions',
] as const
export type Scene = (typeof scenes)[number]

interface DemoFile {
  readonly merchant: string
  readonly markets: Market[]
  readonly show: { title: string, slug: string }
  readonly products: { key: string, draft: ProductDraft }[]
}

const id = (prefix: string, number: number) => `${prefix}_0${String(number).padStart(25, '0')}`

function makeCard({ key, draft }: DemoFile['products'][number], at: number): ProductCard {
  const picture = {
    id: id('pic', at), url: `/pictures/${key}-1`, width: 1200, height: 1200, alt: draft.title,
  }
  return {
    id: id('prd', at), title: draft.title, description: draft.description ?? '',
    words: draft.words ?? {},
    picture, pictures: [picture],
    variants: draft.variants.map((variant, index) => ({
      id: id('var', at * 10 + index), title: variant.title, prices: variant.prices,
    })),
  }
}

const said: readonly (readonly [string, string, Partial<Message>])[] = [
  ['Noor', 'Is the glaze food safe?', { isDemo: true }],
  ['Mei', 'Yes, fired at 1,280 degrees and tested. The note is in the description.',
    { isStaff: true }],
  ['Ana', '¿Viene con tapa?', { isDemo: true }],
  ['Guest 4821', 'Ordered the set last time, arrived in four days', {}],
  ['Sven', 'What is the volume of one cup?', { isDemo: true }],
  ['محمد', 'هل يوجد توصيل إلى جدة؟', { isDemo: true }],
  ['Guest 7710', 'The sound when she pours, lovely', {}],
]

const chat = (now: number): Message[] => said.map(([name, text, more], at) => ({
  id: id('msg', at), personId: id('per', at), name, text, atMs: now - 60_000 + at * 4000,
  isDemo: false, isStaff: false, ...more,
}))

export function makeWorld(root: string) {
  const file = JSON.parse(readFileSync(join(root, 'data/demo/world.json'), 'utf8')) as DemoFile
  const cards = file.products.map(makeCard)
  const stage = cards.find((_card, at) => file.products[at]!.key === 'tea-set') ?? cards[0]!

  function makeOffer(scene: Scene, now: number): Offer | null {
    if (scene !== 'live' && scene !== 'soldout' && scene !== 'soon') return null
    const prices = Object.fromEntries(Object.entries(stage.variants[0]!.prices).map(
      ([market, price]) =>
        [market, { ...price, amountMinor: Math.round(price.amountMinor * 0.8) }]))
    const opensAtMs = scene === 'soon' ? now + 7000 : now - 19_000
    return {
      id: id('off', 1), showId: id('sho', 1), productId: stage.id, state: 'open', prices, units: 60,
      left: scene === 'soldout' ? 0 : 38, perBuyerCap: 3,
      mediaMs: opensAtMs - 7500, opensAtMs, closesAtMs: opensAtMs + 60_000,
    }
  }

  function makeRoom(scene: Scene, now: number): RoomSnapshot {
    const state = scene === 'scheduled' ? 'scheduled' : scene === 'ended' ? 'ended' : 'live'
    return {
      show: {
        id: id('sho', 1), slug: file.show.slug, title: file.show.title, merchant: file.merchant,
        state, signal: scene === 'lost' ? 'lost' : 'receiving', startsAtMs: now + 754_000,
        endedAtMs: state === 'ended' ? now - 3_600_000 : null, saleStopped: scene === 'stopped',
        isDemo: true, hasReplay: state === 'ended',
      },
      pinned: state === 'scheduled' ? null : stage, pinnedMediaMs: null,
      offer: makeOffer(scene, now), inStock: {},
      chat: chat(now), viewers: state === 'live' ? 1204 : 0, demoViewers: state === 'live' ? 24 : 0,
      lineUp: cards,
    }
  }

  function makeOrder(state: OrderState, number: number, now: number): Order {
    const variant = stage.variants[0]!
    const unit = variant.prices['DE']!
    return {
      id: id('ord', number), number: `LL-2611-${4170 + number}`, state, showId: id('sho', 1),
      offerId: null,
      productId: stage.id, variantId: variant.id, title: stage.title, variantTitle: variant.title,
      quantity: 1, unit, total: unit, market: 'DE', placedAtMs: now - number * 3_600_000,
      holdUntilMs: now + 540_000,
    }
  }
  /** Ten seconds a product, of the forty that the fixture plays. */
  function makeReplay(): Replay {
    const places = [stage, ...cards.filter((card) => card !== stage)].slice(0, 4)
      .map((card, at) => ({ atMs: at * 10_000, productId: card.id }))
    return {
      durationMs: 40_000, leadMs: 0, pins: places,
      chapters: places.map((place, at) => ({
        ...place, id: id('fct', at), title: at === 2 ? 'How it is made' : null,
      })),
    }
  }
  const makeReplayChat = (): ReplayLine[] =>
    chat(0).map((line, at) => ({ ...line, replayMs: at * 5000 }))
  return { markets: file.markets, makeRoom, makeOrder, makeReplay, makeReplayChat }
}

/** See makeWorld. */
export type World = ReturnType<typeof makeWorld>
