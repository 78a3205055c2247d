import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeRetryPolicy, shouldJump } from './retry.ts'

describe('retry of the picture', () => {
  it('waits longer after every failure, up to five seconds', () => {
    const policy = makeRetryPolicy()
    const waits = Array.from({ length: 8 }, (_, at) =>
      policy.onTrouble('unreachable', at * 1000, 0.5).afterMs)
    expect(waits).toEqual([400, 800, 1600, 3200, 5000, 5000, 5000, 5000])
  })

  it('spreads viewers by a fifth in both directions, never further', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (chance) => {
      const { afterMs } = makeRetryPolicy().onTrouble('stalled', 0, chance)
      expect(afterMs).toBeGreaterThanOrEqual(320)
      expect(afterMs).toBeLessThanOrEqual(480)
    }))
  })

  it('recovers a broken decoder once, then starts anew', () => {
    const policy = makeRetryPolicy()
    expect(policy.onTrouble('broken', 0, 0.5)).toEqual({ act: 'recover', afterMs: 0 })
    expect(policy.onTrouble('broken', 3000, 0.5).act).toBe('restart')
    expect(policy.onTrouble('broken', 20_000, 0.5).act).toBe('recover')
  })

  it('forgives earlier failures after the picture has run for a while', () => {
    const policy = makeRetryPolicy()
    for (let at = 0; at < 5; at++) policy.onTrouble('unreachable', at, 0.5)
    policy.onPlaying(1000)
    expect(policy.onTrouble('stalled', 4000, 0.5).afterMs).toBe(5000)
    policy.onPlaying(10_000)
    expect(policy.onTrouble('stalled', 19_000, 0.5).afterMs).toBe(400)
  })

  it('never gives up and never overflows', () => {
    const policy = makeRetryPolicy()
    for (let at = 0; at < 5000; at++) {
      expect(policy.onTrouble('unreachable', at, 0.9).afterMs).toBeLessThanOrEqual(6000)
    }
  })

  it('jumps to the live edge only when far behind', () => {
    expect(shouldJump(2.2)).toBe(false)
    expect(shouldJump(9)).toBe(true)
  })
})
