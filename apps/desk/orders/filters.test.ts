import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeFilters, queryOf, readFilters } from './filters.ts'

const show = `sho_0${'1'.repeat(25)}`
const order = `ord_0${'1'.repeat(25)}`

describe('filters in the address', () => {
  test('what fits is kept', () => {
    const given = { show, state: 'refund_pending', search: 'SC-10482', demo: 'without', order }
    expect(readFilters(given)).toEqual(given)
  })
  test('a search of digits only, which the router reads as a number, stays a search', () => {
    expect(readFilters({ search: 10482 })).toEqual({ search: '10482' })
  })
  test('hostile and broken values are left out, whatever they are', () => {
    expect(readFilters({
      show: '<script>', state: 'constructor', search: '  ', demo: 'x', order: '../../api', other: 1,
    })).toEqual({})
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.anything()), (given) => {
      const read = readFilters(given)
      expect(readFilters({ ...read })).toEqual(read)
      expect((read.search ?? '').length).toBeLessThanOrEqual(80)
    }))
  })
  test('an id within something else is no id', () => {
    expect(readFilters({ order: `../${order}`, show: `x${show}` })).toEqual({})
    expect(readFilters({ order: `${order}/..`, show: `${show}?` })).toEqual({})
  })
  test('a change to undefined takes a filter out', () => {
    expect(changeFilters({ state: 'paid', search: 'cup' }, { state: undefined }))
      .toEqual({ search: 'cup' })
  })
  test('the open order is no part of the question to the server', () => {
    expect(queryOf({ order, search: ' cup ' })).toEqual({ search: 'cup', demo: 'with', limit: 50 })
    expect(queryOf({ show, demo: 'without' }, order))
      .toEqual({ showId: show, demo: 'without', limit: 50, before: order })
  })
})
