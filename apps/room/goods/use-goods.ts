import { useEffect, useReducer } from 'react'
import type { ProductCard } from '#trade/catalog/contract'
import type { Offer } from '#trade/offers/contract'
import { useHouse, useRoom } from '../context.ts'
import { offerOn, priceTag, sellingOf, type Selling, type Tag } from './goods.ts'

/** Our clock may be put right meanwhile: long waits are looked at again. */
const LOOK_AGAIN_MS = 500

/** Renders again at the moments when an offer opens and closes by the server's clock; answers how
 *  often it has. */
export function useOfferMoments(offer: Offer | null): number {
  const { clock } = useHouse()
  const [count, renew] = useReducer((before: number) => before + 1, 0)
  useEffect(() => {
    if (!offer) return
    let timer = 0
    const arm = () => {
      const now = clock.nowMs()
      const next = [offer.opensAtMs, offer.closesAtMs].find((atMs) => atMs > now)
      if (next === undefined) return
      timer = window.setTimeout(() => {
        if (clock.nowMs() >= next) renew()
        arm()
      }, Math.min(LOOK_AGAIN_MS, Math.ceil(next - now)))
    }
    arm()
    return () => clearTimeout(timer)
  }, [clock, offer])
  return count
}

export interface Goods {
  readonly selling: Selling
  readonly offer: Offer | null
  readonly tag: Tag | null
}

/** How one product sells to this viewer right now. */
export function useGoods(card: ProductCard): Goods {
  const { clock } = useHouse()
  const room = useRoom((state) => state.room)
  const market = useRoom((state) => state.market)
  useOfferMoments(room.offer)
  const now = clock.nowMs()
  const offer = offerOn(room, card.id, market, now)
  return {
    selling: sellingOf(room, card, market, now), offer,
    tag: priceTag(card, null, offer, market),
  }
}
