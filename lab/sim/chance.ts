import type { Random } from '#kernel'

const STEPS = 2 ** 30

/** In (0, 1]. */
export const unit = (random: Random): number => random.int(1, STEPS) / STEPS

export const between = (random: Random, low: number, high: number): number =>
  low + (high - low) * unit(random)

/** Box and Muller. */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(unit(random))) * Math.cos(2 * Math.PI * unit(random))

/** Around `median`, never below zero, with a tail to the right: how long people take. */
export const logNormal = (random: Random, median: number, sigma: number): number =>
  median * Math.exp(sigma * normal(random))

/** Goodness of fit of counts to shares, with two degrees of freedom for three groups, where the
 *  tail is exactly exp(-x/2). `correction`: winners of a round are drawn without putting back,
 *  which makes counts steadier than independent draws would be. */
export function chiSquare3(
  counts: readonly number[], shares: readonly number[], correction = 1,
): { readonly statistic: number, readonly p: number } {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const statistic = correction * counts.reduce((sum, count, at) => {
    const expected = total * shares[at]!
    return sum + (count - expected) ** 2 / expected
  }, 0)
  return { statistic, p: Math.exp(-statistic / 2) }
}

/** Chance of at least `hits` in `tries` at `rate` each: one-sided binomial test. */
export function binomialTail(hits: number, tries: number, rate: number): number {
  let logPmf = tries * Math.log1p(-rate)
  let below = 0
  for (let k = 0; k < hits; k++) {
    below += Math.exp(logPmf)
    logPmf += Math.log(((tries - k) * rate) / ((k + 1) * (1 - rate)))
  }
  return Math.max(0, 1 - below)
}
