/** Durations counted in buckets of fixed bounds: any two can be added, whoever counted them. The
 *  bounds grow by a quarter of an octave from 20 ms, so a quantile is off by 19 % at most. */
export type Histogram = readonly number[]

const FIRST_MS = 20
const PER_OCTAVE = 4
export const BUCKETS = 48

export const emptyHistogram: Histogram = Array.from({ length: BUCKETS }, () => 0)

const boundOf = (bucket: number): number => FIRST_MS * 2 ** (bucket / PER_OCTAVE)

/** The bucket of a duration: above the bound of the one before, up to its own. */
export function bucketOf(ms: number): number {
  if (!(ms > FIRST_MS)) return 0
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms / FIRST_MS) * PER_OCTAVE - 1e-9))
}

export function withValue(histogram: Histogram, ms: number): Histogram {
  const bucket = bucketOf(ms)
  return histogram.map((count, at) => (at === bucket ? count + 1 : count))
}

export const mergeHistograms = (a: Histogram, b: Histogram): Histogram =>
  emptyHistogram.map((_zero, at) => (a[at] ?? 0) + (b[at] ?? 0))

export const countOf = (histogram: Histogram): number =>
  histogram.reduce((sum, count) => sum + count, 0)

/** The duration below which a share of all lies; null when there are none. */
export function quantile(histogram: Histogram, share: number): number | null {
  const count = countOf(histogram)
  if (count === 0) return null
  const rank = Math.max(1, Math.ceil(share * count))
  let before = 0
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const here = histogram[bucket] ?? 0
    if (before + here >= rank) {
      const low = bucket === 0 ? 0 : boundOf(bucket - 1)
      return Math.round(low + (boundOf(bucket) - low) * (rank - before) / here)
    }
    before += here
  }
  return Math.round(boundOf(BUCKETS - 1))
}
