import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUCKETS, bucketOf, countOf, emptyHistogram, mergeHistograms, quantile, withValue,
  type Histogram } from './histogram.ts'

const durations = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 60 })
const histogramOf = (list: readonly number[]): Histogram => list.reduce(withValue, emptyHistogram)

test('QLT1 histograms add up in any order and grouping, and lose nothing', () => {
  fc.assert(fc.property(durations, durations, durations, (a, b, c) => {
    const [x, y, z] = [histogramOf(a), histogramOf(b), histogramOf(c)]
    expect(mergeHistograms(x, y)).toEqual(mergeHistograms(y, x))
    expect(mergeHistograms(mergeHistograms(x, y), z))
      .toEqual(mergeHistograms(x, mergeHistograms(y, z)))
    expect(mergeHistograms(mergeHistograms(x, y), z)).toEqual(histogramOf([...a, ...b, ...c]))
    expect(countOf(mergeHistograms(x, y))).toBe(a.length + b.length)
    expect(mergeHistograms(x, emptyHistogram)).toEqual(x)
  }))
})

test('QLT1 a quantile of a sum is the true one to a bucket, and never falls with its share', () => {
  const share = fc.double({ min: 0.01, max: 1, noNaN: true })
  fc.assert(fc.property(durations, durations, share, share, (a, b, p, q) => {
    const all = [...a, ...b].sort((x, y) => x - y)
    const sum = mergeHistograms(histogramOf(a), histogramOf(b))
    fc.pre(all.length > 0)
    const truth = all[Math.max(1, Math.ceil(p * all.length)) - 1]!
    const found = quantile(sum, p)!
    expect(found).toBeLessThanOrEqual(Math.max(20, truth) * 2 ** 0.25 + 1)
    expect(found).toBeGreaterThanOrEqual(truth <= 20 ? 0 : truth / 2 ** 0.25 - 1)
    expect(quantile(sum, Math.max(p, q))!).toBeGreaterThanOrEqual(quantile(sum, Math.min(p, q))!)
  }))
})

test('QLT1 of nothing there is no quantile', () => {
  expect(quantile(emptyHistogram, 0.5)).toBeNull()
})

test('QLT1 every number has a bucket, also those that are none', () => {
  for (const odd of [-1, 0, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 0.1]) {
    expect(bucketOf(odd)).toBeGreaterThanOrEqual(0)
    expect(bucketOf(odd)).toBeLessThan(BUCKETS)
  }
})
