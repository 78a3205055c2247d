import { describe, expect, test } from 'vitest'
import type { Market, Product } from '#trade/catalog/contract'
import { emptyForm, isGtin, readForm, toForm } from './product-form.ts'

const markets: Market[] = [
  { country: 'DE', currency: 'EUR', locale: 'de' },
  { country: 'JP', currency: 'JPY', locale: 'ja' },
]
const product: Product = {
  id: 'prd', handle: 'cup', title: 'Cup', description: 'Keeps tea warm', vendor: 'L', kind: 'tea',
  tags: ['green', 'gift'], words: { ar: { title: 'كوب', description: '' } }, status: 'active',
  version: 3, pictures: [],
  variants: [{
    id: 'var', title: 'One', sku: 'C1', gtin: '2000000000206', weightGrams: 820,
    prices: {
      DE: { amountMinor: 2490, currency: 'EUR' }, JP: { amountMinor: 3980, currency: 'JPY' },
    },
  }],
}

describe('the form of a product', () => {
  test('opened and saved without a change says the same product', () => {
    const { draft, problems } = readForm(toForm(product), markets)
    expect(problems).toEqual([])
    expect(draft).toEqual({
      title: 'Cup', handle: 'cup', description: 'Keeps tea warm', vendor: 'L', kind: 'tea',
      tags: ['green', 'gift'], words: { ar: { title: 'كوب' } }, variants: product.variants,
    })
  })
  test('an empty one names every field that is missing', () => {
    const { problems } = readForm(emptyForm, markets)
    expect(problems.map((problem) => problem.fieldId))
      .toEqual(['product-title', 'variant-first-title', 'variant-first-sku'])
  })
  test('wrong prices, weight, handle and barcode are all told at once, each at its field', () => {
    const form = toForm(product)
    const [variant] = form.variants
    const { draft, problems } = readForm({
      ...form, handle: 'A b',
      variants: [{
        ...variant!, gtin: '123', weight: '1.5', prices: { DE: '1,234.50', JP: '39.5' },
      }],
    }, markets)
    expect(draft).toBeNull()
    expect(problems.map((problem) => problem.fieldId)).toEqual([
      'product-handle', 'variant-var-gtin', 'variant-var-weight', 'variant-var-DE',
      'variant-var-JP',
    ])
    expect(problems.at(-1)?.values).toEqual({ currency: 'JPY', example: '24900' })
  })
  test('a language without a title is left out', () => {
    const words = [{ key: 'de', tag: 'de', title: ' ', description: 'x' }]
    expect(readForm({ ...toForm(product), words }, markets).draft?.words).toEqual({})
  })
})

test.each([['2000000000206', true], ['2000000000207', false], ['96385074', true],
  ['036000291452', true], ['12345', false], ['', false], ['２000000000206', false]])(
  'GTIN %s: %s', (text, isGood) => expect(isGtin(text)).toBe(isGood))
