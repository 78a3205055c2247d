import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Order } from '#trade/orders/contract'
import type { Payment } from '#trade/payments/contract'
import { buyStep, closed, isPaying, orderOf, resendAfterMs } from './buy-machine.ts'
import type { BuyEvent, BuyState, Item } from './buy-machine.ts'

const item: Item = { productId: 'prd_1', variantId: 'var_1', quantity: 1, offerId: null }
const place = {
  key: 'k'.repeat(24), showId: 'sho_1', offerId: null, variantId: 'var_1', quantity: 1,
  market: 'DE',
  unitAmountMinor: 2490, deliveryId: 'adr_1',
}
const order: Order = {
  id: 'ord_1', number: 'SC-1', state: 'held', showId: 'sho_1', offerId: null, productId: 'prd_1',
  variantId: 'var_1', title: 'Tea cup', variantTitle: '', quantity: 1, market: 'DE',
  unit: { amountMinor: 2490, currency: 'EUR' }, total: { amountMinor: 2490, currency: 'EUR' },
  placedAtMs: 0, holdUntilMs: 600_000,
}
const payment = (state: Payment['state'], challengeUrl: string | null = null): Payment => ({
  id: 'pay_1', orderId: 'ord_1', state, amount: order.total, challengeUrl,
})

const run = (events: readonly BuyEvent[], from: BuyState = closed) => events.reduce(buyStep, from)
const placed = run([
  { is: 'open', item, hasDelivery: true }, { is: 'place', order: place }, { is: 'placed', order },
])

describe('buying', () => {
  it('asks for the address the first time only', () => {
    expect(run([{ is: 'open', item, hasDelivery: false }]).step).toBe('choose')
    const first = run([{ is: 'open', item, hasDelivery: false },
      { is: 'next', hasDelivery: false }])
    expect(first.step).toBe('address')
    expect(run([{ is: 'next', hasDelivery: true }], first).step).toBe('review')
    expect(run([{ is: 'open', item, hasDelivery: true }]).step).toBe('review')
  })

  it('goes from the order over the bank to paid', () => {
    expect(placed).toEqual({ step: 'opening', order })
    const asked = buyStep(placed, { is: 'payment', payment: payment('challenge',
      '/sandbox-pay/c/1') })
    expect(asked).toMatchObject({ step: 'challenge', url: '/sandbox-pay/c/1' })
    const waiting = buyStep(asked, { is: 'answered-bank' })
    expect(waiting.step).toBe('waiting')
    const paid = { ...order, state: 'paid' as const }
    expect(buyStep(waiting, { is: 'order', order: paid })).toEqual({ step: 'paid', order: paid })
  })

  it('never says paid because the provider did: only the shop does', () => {
    for (const state of ['captured', 'unknown', 'created'] as const) {
      expect(buyStep(placed, { is: 'payment', payment: payment(state) }).step).toBe('waiting')
    }
    expect(buyStep(placed, { is: 'payment-state', orderId: 'ord_1',
      state: 'captured' }).step).toBe('waiting')
  })

  it('offers another try after a decline, with the same order', () => {
    const declined = buyStep(placed, { is: 'payment', payment: payment('declined') })
    expect(declined).toMatchObject({ step: 'unpaid', refusal: { code: 'trade.payments.declined' } })
    expect(buyStep(declined, { is: 'pay', order })).toEqual({ step: 'opening', order })
    const asked = buyStep(placed, { is: 'payment', payment: payment('challenge', '/x') })
    expect(buyStep(asked, { is: 'payment-state', orderId: 'ord_1',
      state: 'declined' }).step).toBe('unpaid')
  })

  it('keeps an unanswered intent with its key, and sends it again', () => {
    const sending = run([{ is: 'open', item, hasDelivery: true }, { is: 'place', order: place }])
    const again = run([
      { is: 'unanswered' }, { is: 'refused', refusal: { code: 'trade.orders.busy' } },
      { is: 'close' },
    ], sending)
    expect(again).toEqual({ step: 'placing', item, order: place, tries: 2 })
    expect([0, 1, 2, 9].map(resendAfterMs)).toEqual([500, 1000, 2000, 8000])
  })

  it('goes back to the review with what the server said', () => {
    const sending = run([{ is: 'open', item, hasDelivery: true }, { is: 'place', order: place }])
    const refusal = { code: 'trade.stock.sold_out' }
    expect(buyStep(sending, { is: 'refused', refusal })).toEqual({ step: 'review', item, refusal })
    const wrong = { code: 'people.accounts.country_not_served' }
    expect(buyStep(sending, { is: 'refused', refusal: wrong })).toEqual({ step: 'address', item,
      refusal: wrong })
  })

  it('says when the hold is over, but never while the bank may still say yes', () => {
    const late: BuyEvent = { is: 'tick', nowMs: 604_000 }
    const declined = buyStep(placed, { is: 'payment', payment: payment('declined') })
    expect(buyStep(declined, { is: 'tick', nowMs: 601_000 }).step).toBe('unpaid')
    expect(buyStep(declined, late)).toMatchObject({ step: 'over', order: { state: 'expired' } })
    const waiting = buyStep(placed, { is: 'payment', payment: payment('captured') })
    expect(buyStep(waiting, late).step).toBe('waiting')
    expect(buyStep(waiting, { is: 'order', order: { ...order,
      state: 'expired' } }).step).toBe('over')
  })

  it('does not listen to other orders', () => {
    const other = { ...order, id: 'ord_2', state: 'paid' as const }
    expect(buyStep(placed, { is: 'order', order: other })).toBe(placed)
    expect(buyStep(placed, { is: 'payment-state', orderId: 'ord_2',
      state: 'declined' })).toBe(placed)
  })

  const events: fc.Arbitrary<BuyEvent> = fc.oneof(
    fc.constantFrom<BuyEvent>(
      { is: 'open', item, hasDelivery: true }, { is: 'open', item, hasDelivery: false },
      { is: 'next', hasDelivery: true }, { is: 'back' }, { is: 'edit-address' },
      { is: 'change', item: { quantity: 2 } }, { is: 'place', order: place },
      { is: 'placed', order },
      { is: 'unanswered' }, { is: 'answered-bank' }, { is: 'close' },
      { is: 'tick', nowMs: 700_000 },
      { is: 'refused', refusal: { code: 'trade.stock.sold_out' } },
      { is: 'pay-refused', refusal: { code: 'trade.payments.provider_down' } },
    ),
    fc.constantFrom(...(['held', 'expired', 'cancelled', 'refunded'] as const))
      .map((state): BuyEvent => ({ is: 'order', order: { ...order, state } })),
    fc.constantFrom(...(['challenge', 'captured', 'declined', 'unknown'] as const))
      .map((state): BuyEvent => ({ is: 'payment', payment: payment(state, '/x') })),
  )

  it('is never paid unless the shop said so, and pays only for an order', () => {
    fc.assert(fc.property(fc.array(events, { maxLength: 40 }), (list) => {
      let state: BuyState = closed
      for (const event of list) {
        const next = buyStep(state, event)
        if (state.step === 'placing' && event.is === 'close') expect(next).toBe(state)
        expect(next.step).not.toBe('paid')
        if (isPaying(next)) expect(orderOf(next)?.id).toBe('ord_1')
        state = next
      }
    }))
  })
})
