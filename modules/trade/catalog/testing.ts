import type { Market, ProductDraft } from './contract.ts'

export const testMarkets: readonly Market[] = [
  { country: 'DE', currency: 'EUR', locale: 'de' },
  { country: 'JP', currency: 'JPY', locale: 'ja' },
  { country: 'KW', currency: 'KWD', locale: 'ar' },
]

let count = 0

/** A draft that can be saved in the test markets. */
export function aDraft(change: Partial<ProductDraft> = {}): ProductDraft {
  count++
  return {
    title: `Silk scarf ${count}`,
    variants: [{
      title: 'Jade', sku: `SC-${count}`,
      prices: {
        DE: { amountMinor: 2490, currency: 'EUR' }, JP: { amountMinor: 3900, currency: 'JPY' },
      },
    }],
    ...change,
  }
}

/** A CSV file of these cells, quoted as Shopify does it. */
export const aCsv = (header: readonly string[], ...lines: (readonly string[])[]): Uint8Array => {
  const quote = (cell: string) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  const text = [header, ...lines].map((line) => line.map(quote).join(',')).join('\r\n')
  return new TextEncoder().encode(`\ufeff${text}\r\n`)
}
