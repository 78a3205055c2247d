import { ok, refuse, type Money, type OfferId, type PersonId, type ProductId, type Refusal,
  type Result, type VariantId } from '#kernel'
import type { Accounts } from '#people/accounts/contract'
import type { Catalog } from '#trade/catalog/contract'
import type { Offers } from '#trade/offers/contract'
import type { PlaceOrder } from '#trade/orders/contract'
import { makeCache, makeLoader } from './cache.ts'

const OFFERS_KEPT = 1000
const ADDRESSES_KEPT = 50_000

/** What an order costs and is called, from the offer or the catalog, never from the buyer. */
export interface Priced {
  readonly productId: ProductId
  readonly title: string
  readonly variantTitle: string
  readonly unit: Money
  /** The offer that it comes from, and the instant at which that opens; null: an ordinary sale. */
  readonly offer: { readonly id: string, readonly opensAtMs: number } | null
}

/** Checks the price that was shown against the one that counts. Terms of an offer never change. */
export function makePricing(deps: {
  readonly catalog: Pick<Catalog, 'readVariants'>
  readonly offers: Pick<Offers<never>, 'readTerms'>
}): (input: PlaceOrder) => Promise<Result<Priced, Refusal>> {
  const readTerms = makeLoader(OFFERS_KEPT, async (id) =>
    (await deps.offers.readTerms([id as OfferId])).get(id as OfferId))

  return async (input) => {
    const variantId = input.variantId as VariantId
    const terms = input.offerId === null ? null : await readTerms(input.offerId)
    if (terms === undefined || (terms && terms.showId !== input.showId)) {
      return refuse('trade.offers.unknown')
    }
    const variant = (await deps.catalog.readVariants([variantId])).get(variantId)
    if (!variant || (terms && terms.productId !== variant.productId)) {
      return refuse('trade.stock.variant_unknown')
    }
    const { prices } = terms ?? variant
    const unit = Object.hasOwn(prices, input.market) ? prices[input.market] : undefined
    if (!unit) return refuse('trade.orders.market_not_served', { market: input.market })
    if (unit.amountMinor !== input.unitAmountMinor) {
      const { amountMinor, currency } = unit
      return refuse('trade.orders.price_changed', { amountMinor, currency })
    }
    const { productId, title, variantTitle } = variant
    const offer = terms && { id: terms.id, opensAtMs: terms.opensAtMs }
    return ok({ productId, title, variantTitle, unit, offer })
  }
}

export interface Address {
  readonly buyerId: PersonId
  readonly deliveryId: string
  readonly market: string
}

const addressKey = ({ buyerId, deliveryId }: Address) => `${buyerId} ${deliveryId}`

/** Takes one address per delivery id, so that an answer by id is about one person only. */
function oneOwnerEach(addresses: readonly Address[]): Address[] {
  const byId = new Map<string, Address>()
  for (const address of addresses) {
    if (!byId.has(address.deliveryId)) byId.set(address.deliveryId, address)
  }
  return [...byId.values()]
}

/** Whether a parcel may go where the buyer says: their own address, in the market whose price they
 *  saw. Addresses are never changed once written, so what was found is kept. */
export function makeDeliveryCheck(
  accounts: Pick<Accounts, 'readDeliveryCountries'>,
): (addresses: readonly Address[]) => Promise<(Refusal | null)[]> {
  const known = makeCache<string>(ADDRESSES_KEPT)

  async function load(addresses: readonly Address[], found: Map<string, string>): Promise<void> {
    let missing = addresses.filter((one) => !found.has(addressKey(one)))
    while (missing.length > 0) {
      const asked = new Set(oneOwnerEach(missing))
      const countries = await accounts.readDeliveryCountries([...asked]
        .map(({ buyerId, deliveryId }) => ({ personId: buyerId, deliveryId })))
      for (const address of asked) {
        const country = countries.get(address.deliveryId)
        if (country === undefined) continue
        known.set(addressKey(address), country)
        found.set(addressKey(address), country)
      }
      const askedKeys = new Set([...asked].map(addressKey))
      missing = missing.filter((one) => !askedKeys.has(addressKey(one)))
    }
  }

  return async (addresses) => {
    // Held here for the batch: the cache may let go of an entry at any time.
    const found = new Map<string, string>()
    for (const address of addresses) {
      const country = known.get(addressKey(address))
      if (country !== undefined) found.set(addressKey(address), country)
    }
    await load(addresses, found)
    return addresses.map((address) => {
      const country = found.get(addressKey(address))
      if (country === undefined) return { code: 'people.accounts.delivery_unknown' }
      const { market } = address
      if (country === market) return null
      return { code: 'trade.orders.market_not_served', details: { market, country } }
    })
  }
}
