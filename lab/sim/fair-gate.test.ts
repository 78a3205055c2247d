import { describe, expect, it } from 'vitest'
import { Compile } from 'typebox/compile'
import { systemClock } from '#kernel'
import { ClientMessageSchema } from '#stage/gateway/contract'
import { offerLimits } from '#trade/offers/contract'
import { binomialTail, chiSquare3 } from './chance.ts'
import { simulateOpenings, type Liar, type Plan } from './fair-gate.ts'

const seed = Number(process.env['SILKCAST_SEED'] ?? 20_261_126)
const groups = [
  { lagMs: 200, viewers: 40 }, { lagMs: 2000, viewers: 30 }, { lagMs: 6000, viewers: 20 },
]
const viewers = groups.reduce((sum, group) => sum + group.viewers, 0)
const shares = groups.map((group) => group.viewers / viewers)
const liars: readonly Liar[] = [
  { name: 'a clock half a second ahead', aheadMs: 500 },
  { name: 'a clock that is ahead by a reaction', aheadMs: 330 },
  { name: 'a clock three seconds ahead', aheadMs: 3000 },
  { name: 'a clock two seconds behind', aheadMs: -2000 },
  { name: 'any playhead that it likes', seesAtOnce: true },
  { name: 'a flood around the opening', floodMs: 2000 },
]
const fair: Plan = {
  seed, rounds: 2000, units: 20, groups, liars: [],
  leadMs: offerLimits.lagCapMs + offerLimits.readMs, momentMs: offerLimits.momentMs,
}
/** Winners of a round are drawn from its viewers without putting back. */
const correction = (viewers - 1) / (viewers - fair.units)
const patient = 120_000
const short = 200

async function run(plan: Plan) {
  const startedMs = systemClock.steadyMs()
  const outcome = await simulateOpenings(plan)
  const fit = chiSquare3(outcome.groups, shares, correction)
  const seconds = Math.round((systemClock.steadyMs() - startedMs) / 100) / 10
  process.stdout.write(`${JSON.stringify({
    seed: plan.seed, rounds: plan.rounds, leadMs: plan.leadMs, momentMs: plan.momentMs,
    ...outcome, chiSquare: Number(fit.statistic.toFixed(2)), p: Number(fit.p.toPrecision(3)),
    seconds,
  })}\n`)
  return { ...outcome, fit }
}

/** How likely a liar's wins are, were it as lucky as an honest viewer. */
const lucky = (wins: number, plan: Plan, honestWins: number) =>
  binomialTail(wins, plan.rounds, honestWins / plan.rounds / viewers)

describe(`a scarce offer, seed ${seed}`, () => {
  it('is won in proportion to the number of viewers, whatever their lag', async () => {
    const { fit, sold } = await run(fair)
    expect(sold).toBe(fair.rounds * fair.units)
    expect(fit.p).toBeGreaterThan(0.01)
  }, patient)

  it.each([
    ['without the gate', 0], ['when the gate opens before the slowest have heard', 3000],
  ])('is won by those who are least behind %s', async (_name, leadMs) => {
    const { fit, groups: won } = await run({ ...fair, rounds: short, leadMs, hasPictureOnly: true })
    expect(fit.p).toBeLessThan(1e-6)
    expect(won[2]! / groups[2]!.viewers).toBeLessThan(won[0]! / groups[0]!.viewers / 2)
  }, patient)

  it('is fair to lag without the moment, too: that is for clocks and networks', async () => {
    const { fit } = await run({ ...fair, rounds: short, momentMs: 0 })
    expect(fit.p).toBeGreaterThan(0.01)
  }, patient)

  it('is the same again from the same seed', async () => {
    const few = { ...fair, rounds: 20, liars }
    expect(await simulateOpenings(few)).toEqual(await simulateOpenings(few))
  }, patient)
})

describe('a client that lies', () => {
  it('gains nothing, and what comes early is refused', async () => {
    const plan = { ...fair, liars }
    const outcome = await run(plan)
    const honest = outcome.groups.reduce((sum, count) => sum + count, 0)
    for (const [at, liar] of liars.entries()) {
      expect([liar.name, lucky(outcome.liars[at]!, plan, honest) > 0.01]).toEqual([liar.name, true])
    }
    // Half of the flood, and whoever presses seconds too soon.
    expect(outcome.refusedEarly).toBeGreaterThan(plan.rounds * 20)
    expect(outcome.sold).toBe(plan.rounds * plan.units)
  }, patient)

  it('would gain without the moment: milliseconds are what lies are for', async () => {
    const plan = { ...fair, rounds: short, liars, momentMs: 0 }
    const outcome = await run(plan)
    const honest = outcome.groups.reduce((sum, count) => sum + count, 0)
    const gains = liars.filter((_, at) => lucky(outcome.liars[at]!, plan, honest) < 1e-6)
    expect(gains.map(({ name }) => name)).toContain('a flood around the opening')
    expect(gains.map(({ name }) => name)).toContain('a clock that is ahead by a reaction')
  }, patient)

  it('has no place in the protocol to state a time of its own', () => {
    const shape = Compile(ClientMessageSchema)
    const order = {
      key: 'key-of-the-simulation-1', showId: `sho_${'0'.repeat(26)}`, offerId: null,
      variantId: `var_${'0'.repeat(26)}`, quantity: 1, market: 'DE', unitAmountMinor: 1,
      deliveryId: `adr_${'0'.repeat(26)}`,
    }
    expect(shape.Check({ t: 'order', ref: '1', order })).toBe(true)
    for (const lie of [{ playheadMs: 1 }, { seenMs: 1 }, { lagMs: 6000 }, { atMs: 1 }]) {
      expect(shape.Check({ t: 'order', ref: '1', order: { ...order, ...lie } })).toBe(false)
      expect(shape.Check({ t: 'order', ref: '1', order, ...lie })).toBe(false)
    }
  })
})
