import type { PersonId, ShowId } from '#kernel'
import type { makeBackstage } from '#stage/backstage'
import type { Tell } from '../tell.ts'
import type { Seats } from './book.ts'

type BackstageInside = ReturnType<typeof makeBackstage>

/** Who raised a hand or was invited has a seat, for as long as their page asks how it stands. */
export function seatStage(backstage: BackstageInside, seats: Seats): BackstageInside {
  const heard = (showId: ShowId, personId: PersonId, hand: string) => {
    if (hand !== 'down') seats.need(showId, personId, hand === 'invited')
  }
  return {
    ...backstage,
    async hand(showId, personId) {
      const hand = await backstage.hand(showId, personId)
      heard(showId, personId, hand)
      return hand
    },
    async setHand(showId, who, isUp) {
      const hand = await backstage.setHand(showId, who, isUp)
      if (hand.ok) heard(showId, who.personId, hand.value)
      return hand
    },
  }
}

/** Who holds units or has paid for them has a seat. */
export function seatOrders(tell: Tell, seats: Seats): Tell {
  return {
    ...tell,
    batchPlaced(batch) {
      for (const { order, buyerId, isDemo } of batch.placed) {
        if (!isDemo) seats.need(order.showId as ShowId, buyerId, true)
      }
      tell.batchPlaced(batch)
    },
    orderChanged(order) {
      if (order.state === 'paid' && !order.isDemo) {
        seats.need(order.showId as ShowId, order.buyerId as PersonId, true)
      }
      tell.orderChanged(order)
    },
  }
}
