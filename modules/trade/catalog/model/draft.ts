import { ok, refuse, type Money, type Refusal, type Result } from '#kernel'
import { catalogLimits, type CatalogRefusal, type Market, type Product, type ProductDraft,
} from '../contract.ts'
import { cleanLine, cleanText, isGtin } from './text.ts'

type Variant = Product['variants'][number]
type Prices = Record<string, Money>
type Refused<T> = Result<T, Refusal<CatalogRefusal>>

/** What a draft says, cleaned and complete but for ids and handle. */
export interface CleanProduct {
  readonly title: string
  readonly description: string
  readonly vendor: string
  readonly kind: string
  readonly tags: string[]
  readonly words: Product['words']
  readonly variants: (Omit<Variant, 'id'> & { readonly id: string | undefined })[]
}

const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z]{2,8})*$/

/** Every price in its market's currency. */
export function checkPrices(given: Readonly<Prices>, markets: readonly Market[]): Refused<Prices> {
  const prices: Prices = {}
  for (const [country, { amountMinor, currency }] of Object.entries(given)) {
    const market = markets.find((known) => known.country === country)
    if (!market) return refuse('trade.catalog.market_unknown', { market: country.slice(0, 20) })
    if (market.currency !== currency || amountMinor > catalogLimits.amountMinorMax) {
      return refuse('trade.catalog.currency_mismatch',
        { market: country, currency: market.currency })
    }
    prices[country] = { amountMinor, currency }
  }
  return ok(prices)
}

function cleanWords(words: ProductDraft['words']): Product['words'] {
  const kept = Object.entries(words ?? {}).flatMap(([language, { title, description }]) => {
    const clean = { title: cleanLine(title), description: cleanText(description ?? '') }
    return LANGUAGE.test(language) && clean.title !== '' ? [[language, clean] as const] : []
  })
  return Object.fromEntries(kept)
}

/** A draft as it will be kept, or the first thing that is wrong with it. Pure. */
export function checkDraft(
  draft: ProductDraft, markets: readonly Market[],
): Refused<CleanProduct> {
  const title = cleanLine(draft.title)
  if (title === '') return refuse('trade.catalog.title_missing')
  const variants: CleanProduct['variants'] = []
  for (const variant of draft.variants) {
    const prices = checkPrices(variant.prices as Prices, markets)
    if (!prices.ok) return prices
    const gtin = variant.gtin ?? ''
    if (gtin !== '' && !isGtin(gtin)) return refuse('trade.catalog.gtin_wrong', { gtin })
    const variantTitle = cleanLine(variant.title)
    const sku = cleanLine(variant.sku)
    if (variantTitle === '' || sku === '') return refuse('trade.catalog.title_missing')
    variants.push({
      id: variant.id, title: variantTitle, sku, gtin, weightGrams: variant.weightGrams ?? 0,
      prices: prices.value,
    })
  }
  return ok({
    title, description: cleanText(draft.description ?? ''), vendor: cleanLine(draft.vendor ?? ''),
    kind: cleanLine(draft.kind ?? ''), words: cleanWords(draft.words), variants,
    tags: [...new Set((draft.tags ?? []).map(cleanLine).filter((tag) => tag !== ''))],
  })
}

/** Which kept variant each of the draft is: by id, else by SKU. null: an id of nobody here. */
export function matchVariants(
  drafts: CleanProduct['variants'], known: readonly Variant[], makeId: () => string,
): Variant[] | null {
  const free = new Map(known.map((variant) => [variant.id, variant]))
  for (const { id } of drafts) {
    if (id !== undefined && !free.delete(id)) return null
  }
  return drafts.map((draft) => {
    if (draft.id !== undefined) return { ...draft, id: draft.id }
    const same = [...free.values()].find((variant) => variant.sku === draft.sku)
    if (same) free.delete(same.id)
    return { ...draft, id: same?.id ?? makeId() }
  })
}
