import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HoldFate, HoldRequest } from './contract.ts'
import { admit, pickWarehouse, type Allotment, type StockState } from './model.ts'
import { aRequest, buyerId, offerId, variantId } from './testing.ts'
import type { WarehouseId } from '#kernel'

const NOW = 1000
const anAllotment = (change: Partial<Allotment> = {}): Allotment => ({
  id: offerId(1), left: 10, perBuyerCap: 20, opensAtMs: 0, closesAtMs: 2000, isClosed: false,
  variantIds: [variantId(1)], ...change,
})
const state = (left: number, ...allotments: Allotment[]): StockState => ({
  variantsLeft: new Map([[variantId(1), left]]),
  allotments: new Map(allotments.map((one) => [one.id, one])), takings: new Map(),
})
const said = (fates: readonly HoldFate[]) =>
  fates.map((fate) => (fate.held ? 'held' : `${fate.code.split('.')[2]} ${fate.left}`))

describe('admit', () => {
  it('STK1 takes requests in order and lets a small one pass a big one that was refused', () => {
    const wishes = [3, 4, 2, 1].map((quantity) => aRequest({ quantity }))
    const { fates, variantsLeft } = admit(state(5), wishes, NOW)
    expect(said(fates)).toEqual(['held', 'sold_out 2', 'held', 'sold_out 0'])
    expect(variantsLeft.get(variantId(1))).toBe(0)
  })

  it('STK2 never gives out more of an offer than was set aside', () => {
    const wishes = [6, 5, 4].map((quantity) => aRequest({ quantity, allotmentId: offerId(1) }))
    const { fates, offersLeft } = admit(state(100, anAllotment()), wishes, NOW)
    expect(said(fates)).toEqual(['held', 'sold_out 4', 'held'])
    expect(offersLeft.get(offerId(1))).toBe(0)
  })

  it('STK3 keeps the cap of a buyer over several requests of one batch', () => {
    const of = (buyer: number, quantity: number) =>
      aRequest({ buyerId: buyerId(buyer), quantity, allotmentId: offerId(1) })
    const { fates } = admit(state(100, anAllotment({ perBuyerCap: 2 })),
      [of(1, 1), of(1, 2), of(1, 1), of(1, 1), of(2, 2)], NOW)
    expect(said(fates)).toEqual(['held', 'cap_reached 1', 'held', 'cap_reached 0', 'held'])
  })

  it.each([
    ['before it opens', { opensAtMs: NOW + 1 }], ['at its end', { closesAtMs: NOW }],
    ['once it is closed', { isClosed: true }],
  ])('STK4 refuses an offer %s', (_name, change) => {
    const wish = aRequest({ allotmentId: offerId(1) })
    expect(said(admit(state(5, anAllotment(change)), [wish], NOW).fates))
      .toEqual(['offer_not_open 0'])
  })

  it('STK4 takes an order at the very instant of opening', () => {
    const wish = aRequest({ allotmentId: offerId(1) })
    const { fates } = admit(state(5, anAllotment({ opensAtMs: NOW })), [wish], NOW)
    expect(said(fates)).toEqual(['held'])
  })

  it('STK5 refuses what it keeps no stock of, and a variant the offer is not about', () => {
    const stranger = aRequest({ variantId: variantId(9) })
    const astray = aRequest({ allotmentId: offerId(1) })
    const unknown = aRequest({ allotmentId: offerId(7) })
    const about = anAllotment({ variantIds: [variantId(2)] })
    expect(said(admit(state(5, about), [stranger, astray, unknown], NOW).fates))
      .toEqual(['variant_unknown 0', 'variant_unknown 0', 'offer_not_open 0'])
  })

  it('STK1, STK2, STK3: decides as the slow reference does', () => {
    fc.assert(fc.property(aBatch, ([before, wishes]) => {
      expect(admit(before, wishes, NOW).fates.map((fate) => fate.held))
        .toEqual(oneByOne(before, wishes))
    }), { numRuns: 500 })
  })
})

const aBatch = fc.tuple(
  fc.record({
    left: fc.tuple(fc.nat(12), fc.nat(12)), units: fc.tuple(fc.nat(8), fc.nat(8)),
    cap: fc.integer({ min: 1, max: 4 }),
    closed: fc.tuple(fc.boolean(), fc.boolean()), had: fc.nat(3),
  }),
  fc.array(fc.record({
    variant: fc.integer({ min: 1, max: 2 }), offer: fc.integer({ min: 0, max: 2 }),
    buyer: fc.integer({ min: 1, max: 3 }), quantity: fc.integer({ min: 1, max: 5 }),
  }), { maxLength: 30 }),
).map(([{ left, units, cap, closed, had }, wishes]): [StockState, HoldRequest[]] => [{
  variantsLeft: new Map([[variantId(1), left[0]], [variantId(2), left[1]]]),
  allotments: new Map([1, 2].map((number) => [offerId(number), anAllotment({
    id: offerId(number), left: units[number - 1]!, perBuyerCap: cap,
    isClosed: closed[number - 1]! && number === 2,
    variantIds: number === 1 ? [variantId(1), variantId(2)] : [variantId(2)],
  })])),
  takings: new Map([[`${offerId(1)} ${buyerId(1)}`, had]]),
}, wishes.map(({ variant, offer, buyer, quantity }) => aRequest({
  variantId: variantId(variant), buyerId: buyerId(buyer), quantity,
  allotmentId: offer === 0 ? null : offerId(offer),
}))])

/** What was sold so far is summed anew for every request: slow, and plainly right. */
function oneByOne(before: StockState, wishes: readonly HoldRequest[]): boolean[] {
  const sold: HoldRequest[] = []
  const sum = (matches: (one: HoldRequest) => boolean) =>
    sold.filter(matches).reduce((total, one) => total + one.quantity, 0)
  return wishes.map((wish) => {
    const ofVariant = (before.variantsLeft.get(wish.variantId) ?? 0)
      - sum((one) => one.variantId === wish.variantId)
    let fits = wish.quantity <= ofVariant
    if (wish.allotmentId !== null) {
      const offer = before.allotments.get(wish.allotmentId)!
      const had = before.takings.get(`${wish.allotmentId} ${wish.buyerId}`) ?? 0
      const same = (one: HoldRequest) => one.allotmentId === wish.allotmentId
      fits &&= !offer.isClosed && offer.variantIds.includes(wish.variantId)
      fits &&= wish.quantity <= offer.left - sum(same)
      fits &&= had + wish.quantity
        + sum((one) => same(one) && one.buyerId === wish.buyerId) <= offer.perBuyerCap
    }
    if (fits) sold.push(wish)
    return fits
  })
}

describe('pickWarehouse', () => {
  const shelf = (name: string, serves: string[], onHand: number) =>
    ({ warehouseId: name as string as WarehouseId, serves, onHand })
  const picked = (...args: Parameters<typeof pickWarehouse>) => pickWarehouse(...args)?.warehouseId

  it('STK8 takes the first that serves the country and has enough', () => {
    const shelves = [shelf('a', ['US'], 9), shelf('b', ['DE'], 1), shelf('c', ['DE'], 5)]
    expect(picked(shelves, 'DE', 1)).toBe('b')
    expect(picked(shelves, 'DE', 2)).toBe('c')
  })

  it('STK8 else takes the one with most', () => {
    const shelves = [shelf('a', ['US'], 3), shelf('b', ['JP'], 9), shelf('c', ['DE'], 1)]
    expect(picked(shelves, 'DE', 2)).toBe('b')
  })

  it('STK8 tops up from the others when no shelf has enough alone', () => {
    const shelves = [shelf('a', ['US'], 1), shelf('b', ['DE'], 3), shelf('c', ['DE'], 2)]
    expect(pickWarehouse(shelves, 'DE', 5)).toEqual({ warehouseId: 'b', draws: [
      { warehouseId: 'b', units: 3 }, { warehouseId: 'c', units: 2 },
    ] })
    expect(pickWarehouse(shelves, 'DE', 7)).toBeNull()
  })
})
