import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countryRows } from './country-rows.ts'
import { moved, nextProduct } from './line-up.ts'

test('the next product is the one after the pinned one', () => {
  const products = [{ id: 'a' }, { id: 'b' }]
  expect(nextProduct(products, null)?.id).toBe('a')
  expect(nextProduct(products, 'a')?.id).toBe('b')
  expect(nextProduct(products, 'b')).toBeNull()
  expect(nextProduct([], 'x')).toBeNull()
})

test('moving keeps every entry once and puts it where it was wanted', () => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 20 }), fc.nat(19), fc.integer(),
    (list, from, to) => {
      const after = moved(list, from, to)
      expect([...after].sort()).toEqual([...list].sort())
      const item = list[from]
      if (item === undefined) return
      expect(after.indexOf(item)).toBe(Math.min(list.length - 1, Math.max(0, to)))
    }))
})

test('countries: most first, equal ones by code, the rest in one row', () => {
  const rows = countryRows({ DE: 4, US: 8, FR: 4, JP: 3, BR: 2, CN: 2, AE: 1, SA: 1, GB: 0 })
  expect(rows.map(({ code, count }) => `${code}${count}`))
    .toEqual(['US8', 'DE4', 'FR4', 'JP3', 'BR2', 'CN2', '2'])
  expect(rows[1]?.share).toBe(0.5)
  expect(countryRows({})).toEqual([])
})
