import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockOffsetMs, clockText, msToNextTick, secondsLeft, timeParts } from './countdown-math.ts'

describe('countdown', () => {
  it('counts the last second until it is over, and never below zero', () => {
    expect(secondsLeft(10_000, 0)).toBe(10)
    expect(secondsLeft(10_000, 9_001)).toBe(1)
    expect(secondsLeft(10_000, 10_000)).toBe(0)
    expect(secondsLeft(10_000, 99_999)).toBe(0)
  })

  it('shows a new second exactly when the next tick is due', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 10 ** 9 }),
      fc.integer({ min: 0, max: 10 ** 6 }),
      (left, now) => {
        const until = now + left
        const wait = msToNextTick(until, now)
        expect(wait).toBeGreaterThan(0)
        expect(wait).toBeLessThanOrEqual(1000)
        expect(secondsLeft(until, now + wait)).toBe(secondsLeft(until, now) - 1)
      }))
  })

  it('stops ticking when the time is over', () => {
    expect(msToNextTick(5, 5)).toBe(0)
    expect(msToNextTick(5, 500)).toBe(0)
  })

  it('reads like a clock', () => {
    expect(clockText(41)).toBe('00:41')
    expect(clockText(725)).toBe('12:05')
    expect(clockText(3723)).toBe('1:02:03')
    expect(timeParts(90_061)).toEqual({ days: 1, hours: 1, minutes: 1, seconds: 1 })
  })

  it('puts a device with a wrong clock right', () => {
    expect(1_000 + clockOffsetMs(5_000, 1_000)).toBe(5_000)
  })
})
