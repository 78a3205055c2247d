import { useEffect, useMemo, useReducer } from 'react'
import { secretToken, systemRandom } from '#kernel'
import type { ProductCard } from '#trade/catalog/contract'
import type { Order } from '#trade/orders/contract'
import { useHouse } from '../context.ts'
import { firstVariant, findCard, offerOn, priceTag } from '../goods/goods.ts'
import type { House } from '../house.ts'
import { buyStep, closed, isPaying, orderOf, resendAfterMs } from './buy-machine.ts'
import type { BuyEvent, BuyState, Item } from './buy-machine.ts'
import { makeIntents, type Intents } from './intent.ts'

const POLL_MS = 3000

type Send = (event: BuyEvent) => void

/** An address counts when it lies in the market whose prices are shown. */
export const hasDelivery = (house: House): boolean => {
  const { me, market } = house.state.get()
  return me?.delivery?.country === market
}

/** Sends the intent until it has an answer; always with the key it was made with. */
function usePlacing(state: BuyState, send: Send, house: House, intents: Intents): void {
  const sending = state.step === 'placing' ? state : null
  useEffect(() => {
    if (!sending) return
    let isGone = false
    intents.keep({ item: sending.item, order: sending.order })
    const place = async () => {
      const answer = await house.placeOrder(sending.order).catch(() => null)
      if (isGone) return
      if (!answer) return send({ is: 'unanswered' })
      if (answer.ok) {
        intents.forget()
        intents.setPaying(answer.value.id)
        return send({ is: 'placed', order: answer.value })
      }
      const event = { is: 'refused', refusal: answer.refusal } as const
      if (buyStep(sending, event).step !== 'placing') intents.forget()
      send(event)
    }
    const wait = sending.tries === 0 ? 0 : resendAfterMs(sending.tries)
    const timer = setTimeout(() => void place(), wait)
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [sending, send, house, intents])
}

function usePaying(state: BuyState, send: Send, house: House, intents: Intents): void {
  const opening = state.step === 'opening' ? state.order.id : null
  useEffect(() => {
    if (!opening) return
    let isGone = false
    const pay = async () => {
      const answer = await house.pay(opening).catch(() => null)
      if (isGone) return
      if (!answer) send({ is: 'pay-refused', refusal: { code: 'http.unavailable' } })
      else if (answer.ok) send({ is: 'payment', payment: answer.value })
      else send({ is: 'pay-refused', refusal: answer.refusal })
    }
    void pay()
    return () => void (isGone = true)
  }, [opening, send, house])

  const order = orderOf(state)
  const isUnderWay = isPaying(state)
  const id = order?.id
  useEffect(() => {
    if (!id || !isUnderWay) return
    // The personal event is faster; this is the net under it.
    const timer = setInterval(() => {
      void house.readOrders().catch(() => null).then((orders) => {
        const found = orders?.find((one) => one.id === id)
        if (found) send({ is: 'order', order: found })
      })
    }, POLL_MS)
    return () => clearInterval(timer)
  }, [id, isUnderWay, send, house])

  const isDone = state.step === 'paid' || state.step === 'over'
  useEffect(() => {
    if (isDone) intents.setPaying(null)
  }, [isDone, intents])
}

/** Goes on with what a reload interrupted: an unanswered intent, or a payment. */
function useResume(send: Send, house: House, intents: Intents): void {
  useEffect(() => {
    const intent = intents.read()
    if (intent) return send({ is: 'resume', ...intent })
    const paying = intents.readPaying()
    if (!paying) return
    void house.readOrders().catch(() => null).then((orders) => {
      const order = orders?.find((one) => one.id === paying)
      if (order?.state === 'held') send({ is: 'pay', order })
      else if (orders) intents.setPaying(null)
    })
  }, [send, house, intents])
}

export interface Buying {
  readonly state: BuyState
  readonly send: Send
  /** Opens the sheet: with a known address that is the first of two taps. */
  buy(card: ProductCard): void
  /** The price shown becomes part of the order; a different one at the server is refused. */
  place(): void
  pay(order: Order): void
}

export function useBuying(): Buying {
  const house = useHouse()
  const [state, send] = useReducer(buyStep, closed)
  const intents = useMemo(() => makeIntents(sessionStorage, house.boot.room.show.id), [house])
  usePlacing(state, send, house, intents)
  usePaying(state, send, house, intents)
  useResume(send, house, intents)

  useEffect(() => house.onPerson((event) => {
    if (event.k === 'order') send({ is: 'order', order: event.order })
    if (event.k === 'payment') {
      send({ is: 'payment-state', orderId: event.orderId, state: event.state })
    }
  }), [house])
  useEffect(() => {
    const timer = setInterval(() => send({ is: 'tick', nowMs: house.clock.nowMs() }), 1000)
    return () => clearInterval(timer)
  }, [house])

  return {
    state, send,
    buy(card) {
      const { room, market } = house.state.get()
      const variantId = firstVariant(room, card)
      if (!variantId) return
      const offerId = offerOn(room, card.id, market, house.clock.nowMs())?.id ?? null
      if (offerId) house.lowDelay.ask('look')
      const item: Item = { productId: card.id, variantId, quantity: 1, offerId }
      send({ is: 'open', item, hasDelivery: hasDelivery(house) })
    },
    place() {
      if (state.step !== 'review') return
      const { room, market, me } = house.state.get()
      const { item } = state
      const card = findCard(room, item.productId)
      const offer = offerOn(room, item.productId, market, house.clock.nowMs())
      const tag = card && priceTag(card, item.variantId, offer, market)
      if (!tag || !me?.delivery) return
      send({ is: 'place', order: {
        key: secretToken(systemRandom, 18), showId: room.show.id, offerId: offer?.id ?? null,
        variantId: item.variantId, quantity: item.quantity, market,
        unitAmountMinor: tag.amount.amountMinor, deliveryId: me.delivery.id,
      } })
    },
    pay: (order) => send({ is: 'pay', order }),
  }
}
