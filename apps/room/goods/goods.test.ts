import { describe, expect, it } from 'vitest'
import type { RoomSnapshot } from '#stage/gateway/contract'
import type { ProductCard } from '#trade/catalog/contract'
import type { Offer } from '#trade/offers/contract'
import { firstVariant, offerOn, priceTag, quantityMax, sellingOf, wordsOf } from './goods.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const card: ProductCard = {
  id: 'prd_1', title: 'Tea cup', description: 'Keeps tea warm.', picture: null, pictures: [],
  words: { ar: { title: 'كوب شاي' } },
  variants: [
    { id: 'var_1', title: 'Small', prices: { DE: eur(2490) } },
    { id: 'var_2', title: 'Large', prices: { DE: eur(2990) } },
  ],
}
const offer: Offer = {
  id: 'off_1', showId: 'sho_1', productId: 'prd_1', state: 'open', prices: { DE: eur(1990) },
  units: 40, left: 3, perBuyerCap: 5, mediaMs: 0, opensAtMs: 1000, closesAtMs: 61_000,
}
const room: RoomSnapshot = {
  show: {
    id: 'sho_1', slug: 's', title: 'S', merchant: 'M', state: 'live', signal: 'receiving',
    startsAtMs: 0, endedAtMs: null, saleStopped: false, isDemo: false, hasReplay: false,
  },
  pinned: card, pinnedMediaMs: 0, offer, inStock: {}, chat: [], viewers: 1, demoViewers: 0,
  lineUp: [card],
}

describe('how a product sells', () => {
  it('shows the price of the offer, and the ordinary one only when it is higher', () => {
    expect(priceTag(card, null, offer, 'DE')).toEqual({ amount: eur(1990), was: eur(2490),
      isFrom: false })
    const dearer = { ...offer, prices: { DE: eur(2490) } }
    expect(priceTag(card, null, dearer, 'DE')?.was).toBeUndefined()
  })

  it('shows the lowest ordinary price when there is no offer', () => {
    expect(priceTag(card, null, null, 'DE')).toEqual({ amount: eur(2490), was: undefined,
      isFrom: true })
    expect(priceTag(card, 'var_2', null, 'DE')).toEqual({ amount: eur(2990), was: undefined,
      isFrom: false })
    expect(priceTag(card, null, null, 'JP')).toBeNull()
  })

  it('knows an offer from its announcement to its end by the clock', () => {
    expect(offerOn(room, 'prd_1', 'DE', 60_999)).toBe(offer)
    expect(offerOn(room, 'prd_1', 'DE', 61_000)).toBeNull()
    expect(offerOn(room, 'prd_2', 'DE', 2000)).toBeNull()
    expect(offerOn(room, 'prd_1', 'JP', 2000)).toBeNull()
    const closed = { ...room, offer: { ...offer, state: 'closed' as const } }
    expect(offerOn(closed, 'prd_1', 'DE', 2000)).toBeNull()
    const over = { ...room, show: { ...room.show, state: 'ended' as const, hasReplay: true } }
    expect(offerOn(over, 'prd_1', 'DE', 2000)).toBeNull()
  })

  it('says the first reason why it cannot be bought', () => {
    const at = (change: Partial<RoomSnapshot>, nowMs = 2000, market = 'DE') =>
      sellingOf({ ...room, ...change }, card, market, nowMs)
    expect(at({})).toBe('open')
    expect(at({}, 500)).toBe('soon')
    expect(at({ show: { ...room.show, state: 'scheduled' } })).toBe('not_live')
    expect(at({ show: { ...room.show, state: 'ended' } })).toBe('over')
    expect(at({ show: { ...room.show, state: 'ended', hasReplay: true } })).toBe('open')
    expect(at({ show: { ...room.show, saleStopped: true } })).toBe('sale_stopped')
    expect(at({}, 2000, 'JP')).toBe('not_in_market')
    expect(at({ offer: { ...offer, left: 0 } })).toBe('sold_out')
    expect(at({ inStock: { var_1: false, var_2: false } })).toBe('sold_out')
    expect(at({ inStock: { var_1: false, var_2: true } })).toBe('open')
    expect(at({ inStock: { var_1: false } })).toBe('open')
  })

  it('limits the quantity by the cap and by what is left', () => {
    expect(quantityMax(offer)).toBe(3)
    expect(quantityMax({ ...offer, left: 90 })).toBe(5)
    expect(quantityMax({ ...offer, left: 0 })).toBe(1)
    expect(quantityMax(null)).toBe(20)
  })

  it('starts with a variant that can be had', () => {
    expect(firstVariant({ ...room, inStock: { var_1: false, var_2: true } }, card)).toBe('var_2')
    expect(firstVariant({ ...room, inStock: { var_1: false, var_2: false } }, card)).toBe('var_1')
  })

  it('speaks the reader\'s language where the merchant did', () => {
    expect(wordsOf(card, 'ar')).toEqual({ title: 'كوب شاي', description: '' })
    expect(wordsOf(card, 'zh-Hans')).toEqual({ title: 'Tea cup', description: 'Keeps tea warm.' })
  })
})
