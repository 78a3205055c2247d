import type { OfferId, PersonId, VariantId, WarehouseId } from '#kernel'
import type { HoldFate, HoldRequest, StockRefusal } from './contract.ts'

/** Units set aside for an offer, as the database has them now. */
export interface Allotment {
  readonly id: OfferId
  readonly left: number
  readonly perBuyerCap: number
  readonly opensAtMs: number
  readonly closesAtMs: number
  readonly isClosed: boolean
  readonly variantIds: readonly VariantId[]
}

/** Everything a decision rests on, read under the locks. */
export interface StockState {
  readonly variantsLeft: ReadonlyMap<VariantId, number>
  readonly allotments: ReadonlyMap<OfferId, Allotment>
  /** Units a buyer has of an allotment, by `takingKey`. */
  readonly takings: ReadonlyMap<string, number>
}

export const takingKey = (allotmentId: OfferId, buyerId: PersonId): string =>
  `${allotmentId} ${buyerId}`

export interface Admission {
  readonly fates: HoldFate[]
  readonly offersLeft: Map<OfferId, number>
  readonly variantsLeft: Map<VariantId, number>
}

interface Remaining {
  readonly offers: Map<OfferId, number>
  readonly variants: Map<VariantId, number>
  readonly takings: Map<string, number>
}

const no = (code: StockRefusal, left: number): HoldFate => ({ held: false, code, left })
const yes: HoldFate = { held: true }

const isOpen = (allotment: Allotment, nowMs: number): boolean =>
  !allotment.isClosed && allotment.opensAtMs <= nowMs && nowMs < allotment.closesAtMs

function judge(
  request: HoldRequest, allotment: Allotment | undefined, rest: Remaining, nowMs: number,
): HoldFate {
  const { variantId, allotmentId, buyerId, quantity } = request
  const ofVariant = rest.variants.get(variantId)
  if (ofVariant === undefined) return no('trade.stock.variant_unknown', 0)
  if (allotmentId === null) {
    return quantity <= ofVariant ? yes : no('trade.stock.sold_out', ofVariant)
  }
  if (!allotment || !isOpen(allotment, nowMs)) return no('trade.stock.offer_not_open', 0)
  if (!allotment.variantIds.includes(variantId)) return no('trade.stock.variant_unknown', 0)
  const ofBuyer = allotment.perBuyerCap - (rest.takings.get(takingKey(allotmentId, buyerId)) ?? 0)
  if (quantity > ofBuyer) return no('trade.stock.cap_reached', Math.max(0, ofBuyer))
  const left = Math.min(ofVariant, rest.offers.get(allotmentId) ?? 0)
  return quantity <= left ? yes : no('trade.stock.sold_out', left)
}

function take({ variantId, allotmentId, buyerId, quantity }: HoldRequest, rest: Remaining): void {
  rest.variants.set(variantId, rest.variants.get(variantId)! - quantity)
  if (allotmentId === null) return
  rest.offers.set(allotmentId, rest.offers.get(allotmentId)! - quantity)
  const key = takingKey(allotmentId, buyerId)
  rest.takings.set(key, (rest.takings.get(key) ?? 0) + quantity)
}

/** First in, first out: each request is judged against what the ones before it have left. A refused
 *  one takes nothing, so a later, smaller one may still fit. */
export function admit(
  state: StockState, requests: readonly HoldRequest[], nowMs: number,
): Admission {
  const rest: Remaining = {
    variants: new Map(state.variantsLeft),
    offers: new Map([...state.allotments.values()].map(({ id, left }) => [id, left])),
    takings: new Map(state.takings),
  }
  const fates = requests.map((request) => {
    const { allotmentId } = request
    const allotment = allotmentId === null ? undefined : state.allotments.get(allotmentId)
    const fate = judge(request, allotment, rest, nowMs)
    if (fate.held) take(request, rest)
    return fate
  })
  return { fates, offersLeft: rest.offers, variantsLeft: rest.variants }
}

/** A buyer's units of an allotment, to be written. */
export interface Taking {
  readonly allotmentId: OfferId
  readonly buyerId: PersonId
  readonly units: number
}

/** Sums of what was admitted, per row that changes. Takings that have a row already come apart. */
export interface Tally {
  readonly variants: ReadonlyMap<VariantId, number>
  readonly offers: ReadonlyMap<OfferId, number>
  readonly newTakings: readonly Taking[]
  readonly moreTakings: readonly Taking[]
}

export function tally(state: StockState, admitted: readonly HoldRequest[]): Tally {
  const variants = new Map<VariantId, number>()
  const offers = new Map<OfferId, number>()
  const takings = new Map<string, Taking>()
  for (const { variantId, allotmentId, buyerId, quantity } of admitted) {
    variants.set(variantId, (variants.get(variantId) ?? 0) + quantity)
    if (allotmentId === null) continue
    offers.set(allotmentId, (offers.get(allotmentId) ?? 0) + quantity)
    const key = takingKey(allotmentId, buyerId)
    takings.set(key, { allotmentId, buyerId, units: (takings.get(key)?.units ?? 0) + quantity })
  }
  const all = [...takings]
  return {
    variants, offers,
    newTakings: all.filter(([key]) => !state.takings.has(key)).map(([, taking]) => taking),
    moreTakings: all.filter(([key]) => state.takings.has(key)).map(([, taking]) => taking),
  }
}

export const lacksUnits = (fate: HoldFate): boolean =>
  !fate.held && fate.code === 'trade.stock.sold_out'

/** What one warehouse has of a variant; listed in the order in which warehouses were added. */
export interface Shelf {
  readonly warehouseId: WarehouseId
  readonly serves: readonly string[]
  readonly onHand: number
}

export interface Draw {
  readonly warehouseId: WarehouseId
  readonly units: number
}

/** Where a parcel leaves from: the first warehouse that serves the country and has enough, else the
 *  one with most. When even that has too few, the others top it up, the fullest first. */
export function pickWarehouse(
  shelves: readonly Shelf[], country: string, quantity: number,
): { warehouseId: WarehouseId; draws: Draw[] } | null {
  const fullestFirst = [...shelves].sort((a, b) => b.onHand - a.onHand)
  const near = shelves.find((shelf) => shelf.serves.includes(country) && shelf.onHand >= quantity)
  const main = near ?? fullestFirst[0]
  if (!main) return null
  const draws: Draw[] = []
  let missing = quantity
  for (const shelf of [main, ...fullestFirst.filter((other) => other !== main)]) {
    const units = Math.min(missing, shelf.onHand)
    if (units > 0) draws.push({ warehouseId: shelf.warehouseId, units })
    missing -= units
  }
  return missing === 0 ? { warehouseId: main.warehouseId, draws } : null
}
