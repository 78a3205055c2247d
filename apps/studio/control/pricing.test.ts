import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAmountMinor } from '#kernel'
import type { Market, Product } from '#trade/catalog/contract'
import { amountText, discounted, listPrice, readPrices, startPrices } from './pricing.ts'

const markets: Market[] = [
  { country: 'DE', currency: 'EUR', locale: 'de' },
  { country: 'JP', currency: 'JPY', locale: 'ja' },
  { country: 'KW', currency: 'KWD', locale: 'ar' },
]
const product = {
  variants: [
    {
      prices: {
        DE: { amountMinor: 2490, currency: 'EUR' }, JP: { amountMinor: 3980, currency: 'JPY' },
      },
    },
    { prices: { DE: { amountMinor: 2990, currency: 'EUR' } } },
  ],
} as unknown as Product

describe('amounts as text', () => {
  test('what stands in the input is read back as the same amount, in any currency', () => {
    fc.assert(fc.property(
      fc.integer({ min: 0, max: 999_999_999_999 }),
      fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'),
      (amountMinor, currency) => {
        expect(parseAmountMinor(amountText({ amountMinor, currency }), currency)).toBe(amountMinor)
      }))
  })
  test('currencies have their own decimals', () => {
    expect(amountText({ amountMinor: 5, currency: 'EUR' })).toBe('0.05')
    expect(amountText({ amountMinor: 3980, currency: 'JPY' })).toBe('3980')
    expect(amountText({ amountMinor: 1250, currency: 'KWD' })).toBe('1.250')
  })
})

describe('discounts', () => {
  test('are rounded down to a whole minor unit', () => {
    expect(discounted({ amountMinor: 2495, currency: 'EUR' }, 10).amountMinor).toBe(2245)
    expect(discounted({ amountMinor: 3980, currency: 'JPY' }, 30).amountMinor).toBe(2786)
  })
  test('are whole, at least one, never more than the price, and never dearer for more off', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 9_000_000_000_000 }), (amountMinor) => {
      const off = (percent: number) =>
        discounted({ amountMinor, currency: 'EUR' }, percent).amountMinor
      const [ten, twenty, thirty] = [off(10), off(20), off(30)]
      expect([ten, twenty, thirty].every(Number.isSafeInteger)).toBe(true)
      expect(thirty).toBeGreaterThanOrEqual(1)
      expect(amountMinor).toBeGreaterThanOrEqual(ten)
      expect(ten).toBeGreaterThanOrEqual(twenty)
      expect(twenty).toBeGreaterThanOrEqual(thirty)
    }))
  })
})

describe('prices of an offer', () => {
  test('start with the dearest variant, and are empty where the product is not sold', () => {
    expect(listPrice(product, 'DE')).toEqual({ amountMinor: 2990, currency: 'EUR' })
    expect(listPrice(product, 'KW')).toBeNull()
    expect(startPrices(product, markets, 10)).toEqual({ DE: '26.91', JP: '3582' })
  })
  test('an empty field means: not sold there', () => {
    expect(readPrices({ DE: '24,90', JP: ' ' }, markets))
      .toEqual({ prices: { DE: { amountMinor: 2490, currency: 'EUR' } }, wrong: [] })
  })
  test('what is no amount of the currency is named by its country', () => {
    const texts = { DE: '24.905', JP: '39.5', KW: '1e3' }
    expect(readPrices(texts, markets)).toEqual({ prices: {}, wrong: ['DE', 'JP', 'KW'] })
  })
  test.each(['-5', '0', '1.2.3', '1,234.50', '<b>', '9'.repeat(13), '٣', 'NaN', '0x10'])(
    'refuses %s', (text) => {
      expect(readPrices({ DE: text }, markets).wrong).toEqual(['DE'])
    })
})
