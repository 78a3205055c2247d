import type { Money } from '#kernel'
import type { RoomSnapshot } from '#stage/gateway/contract'
import type { ProductCard } from '#trade/catalog/contract'
import type { Offer } from '#trade/offers/contract'

/** Title and description in the reader's language, the merchant's own words otherwise. */
export function wordsOf(card: ProductCard, locale: string): { title: string, description: string } {
  const found = card.words[locale] ?? card.words[locale.split('-')[0]!]
  return {
    title: found?.title ?? card.title,
    description: found?.description ?? (found ? '' : card.description),
  }
}

/** The offer of this product, while it is announced or open. `now` is the server's clock. */
export function offerOn(
  room: RoomSnapshot, productId: string, market: string, nowMs: number,
): Offer | null {
  const { offer } = room
  // An offer was for those who were there; a replay sells at ordinary prices.
  if (room.show.state === 'ended') return null
  // Without a price for this market it is not an offer to this viewer.
  if (!offer?.prices[market]) return null
  if (!offer || offer.productId !== productId || offer.state !== 'open') return null
  return nowMs < offer.closesAtMs ? offer : null
}

export interface Tag {
  readonly amount: Money
  /** The ordinary price, when the offer is below it. */
  readonly was: Money | undefined
  /** Variants cost differently: this is the lowest. */
  readonly isFrom: boolean
}

function ordinaryPrices(card: ProductCard, variantId: string | null, market: string): Money[] {
  return card.variants.filter((variant) => variantId === null || variant.id === variantId)
    .flatMap((variant) => variant.prices[market] ?? [])
}

const lowest = (prices: readonly Money[]): Money | undefined =>
  prices.reduce<Money | undefined>(
    (least, price) => (!least || price.amountMinor < least.amountMinor ? price : least), undefined)

/** The price on the tag in one market, or null when the product is not sold there. */
export function priceTag(
  card: ProductCard, variantId: string | null, offer: Offer | null, market: string,
): Tag | null {
  const prices = ordinaryPrices(card, variantId, market)
  const ordinary = lowest(prices)
  const special = offer?.prices[market]
  if (special) {
    const isLower = ordinary?.currency === special.currency
      && ordinary.amountMinor > special.amountMinor
    return { amount: special, was: isLower ? ordinary : undefined, isFrom: false }
  }
  if (!ordinary) return null
  const isFrom = prices.some((price) => price.amountMinor !== ordinary.amountMinor)
  return { amount: ordinary, was: undefined, isFrom }
}

/** Whether Buy works, and if not, why: the first reason that a person should hear. */
export type Selling =
  | 'open' | 'soon' | 'not_live' | 'over' | 'sale_stopped' | 'sold_out' | 'not_in_market'

/** A live show sells; so does a replay that can be seen, at ordinary prices. */
const isSelling = ({ state, hasReplay }: RoomSnapshot['show']): boolean =>
  state === 'live' || (state === 'ended' && hasReplay)

export function sellingOf(
  room: RoomSnapshot, card: ProductCard, market: string, nowMs: number,
): Selling {
  const offer = offerOn(room, card.id, market, nowMs)
  if (!isSelling(room.show)) return room.show.state === 'ended' ? 'over' : 'not_live'
  if (room.show.saleStopped) return 'sale_stopped'
  if (!priceTag(card, null, offer, market)) return 'not_in_market'
  const known = card.variants.filter((variant) => variant.id in room.inStock)
  const hasNone = known.length === card.variants.length
    && known.every((variant) => !room.inStock[variant.id])
  if (hasNone || (offer && offer.left <= 0)) return 'sold_out'
  if (offer && nowMs < offer.opensAtMs) return 'soon'
  return 'open'
}

/** How many one order may ask for: the cap and what is left of the offer, twenty otherwise. */
export function quantityMax(offer: Offer | null): number {
  return offer ? Math.max(1, Math.min(offer.perBuyerCap, offer.left, 20)) : 20
}

/** Variants that can be had, by what the room knows; unknown counts as there. */
export const isInStock = (room: RoomSnapshot, variantId: string): boolean =>
  room.inStock[variantId] ?? true

export const firstVariant = (room: RoomSnapshot, card: ProductCard): string | undefined =>
  (card.variants.find((variant) => isInStock(room, variant.id)) ?? card.variants[0])?.id

/** A product of the room by its id: pinned or in the line-up. */
export const findCard = (room: RoomSnapshot, productId: string): ProductCard | undefined =>
  room.pinned?.id === productId ? room.pinned
    : room.lineUp.find((card) => card.id === productId)
