import { currencyDecimals, parseAmountMinor, type Money } from '#kernel'
import type { Market, Product } from '#trade/catalog/contract'

/** An amount as it stands in an input: `24.90`, in the currency's own decimals, no grouping. */
export function amountText({ amountMinor, currency }: Money): string {
  const decimals = currencyDecimals(currency)
  if (decimals === 0) return String(amountMinor)
  const digits = String(amountMinor).padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** So many per cent off, rounded down in the buyer's favour, never below one minor unit. */
export const discounted = ({ amountMinor, currency }: Money, percent: number): Money => ({
  amountMinor: Math.max(1, Math.floor((amountMinor * (100 - percent)) / 100)), currency,
})

/** The list price in a market: the dearest variant's, as an offer is for all of them. */
export function listPrice(product: Pick<Product, 'variants'>, country: string): Money | null {
  const prices = product.variants.map((variant) => variant.prices[country])
    .filter((price) => price !== undefined)
  return prices.reduce<Money | null>((most, price) =>
    (most === null || price.amountMinor > most.amountMinor ? price : most), null)
}

/** How an amount of this currency is written, for those who wrote something else. */
export const exampleText = (currency: string): string =>
  amountText({ amountMinor: 24_900, currency })

export type PriceTexts = Readonly<Record<string, string>>

/** What the form starts with: the list price of every market that has one. */
export function startPrices(product: Product, markets: readonly Market[], percent = 0): PriceTexts {
  const texts: Record<string, string> = {}
  for (const { country } of markets) {
    const list = listPrice(product, country)
    if (list) texts[country] = amountText(percent === 0 ? list : discounted(list, percent))
  }
  return texts
}

export interface ReadPrices {
  readonly prices: Record<string, Money>
  /** Countries whose text is not an amount of their currency, or nothing at all. */
  readonly wrong: readonly string[]
}

/** Exact amounts from what was typed; an empty field means: not sold there. */
export function readPrices(texts: PriceTexts, markets: readonly Market[]): ReadPrices {
  const prices: Record<string, Money> = {}
  const wrong: string[] = []
  for (const { country, currency } of markets) {
    const text = (texts[country] ?? '').trim()
    if (text === '') continue
    const amountMinor = parseAmountMinor(text, currency)
    if (amountMinor === undefined || amountMinor === 0) wrong.push(country)
    else prices[country] = { amountMinor, currency }
  }
  return { prices, wrong }
}
