import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CARRY_MS, makeMediaClock, wallFromRtp } from './media-clock.ts'

const T = 1_790_000_000_000

describe('the media clock', () => {
  it('has no playhead without a picture', () => {
    const clock = makeMediaClock()
    expect(clock.playheadMs(0)).toBeNull()
    clock.see({ wallMs: T, atPerfMs: 100 })
    expect(clock.playheadMs(100)).toBe(T)
    clock.lose()
    expect(clock.playheadMs(200)).toBeNull()
    expect(clock.stillSinceMs(200)).toBeNull()
  })

  it('goes on between frames, at the speed of the picture', () => {
    const clock = makeMediaClock()
    clock.see({ wallMs: T, atPerfMs: 100 })
    expect(clock.playheadMs(140)).toBe(T + 40)
    clock.see({ wallMs: T + 1000, atPerfMs: 1100, rate: 1.1 })
    expect(clock.playheadMs(1200)).toBeCloseTo(T + 1110, 3)
  })

  it('stands when no frame comes any more, and says since when', () => {
    const clock = makeMediaClock()
    clock.see({ wallMs: T, atPerfMs: 0 })
    expect(clock.stillSinceMs(CARRY_MS)).toBeNull()
    expect(clock.playheadMs(9000)).toBe(T + CARRY_MS)
    expect(clock.stillSinceMs(9000)).toBe(0)
  })

  it('stands at once when the player says so, and goes on with the next frame', () => {
    const clock = makeMediaClock()
    clock.see({ wallMs: T, atPerfMs: 0 })
    clock.hold(40)
    expect([clock.playheadMs(500), clock.stillSinceMs(500)]).toEqual([T + 40, 40])
    clock.hold(900)
    expect(clock.stillSinceMs(900)).toBe(40)
    clock.see({ wallMs: T + 60, atPerfMs: 1000 })
    expect([clock.playheadMs(1000), clock.stillSinceMs(1000)]).toEqual([T + 60, null])
  })

  it('follows a jump forward at once, and a person who goes back', () => {
    const clock = makeMediaClock()
    clock.see({ wallMs: T, atPerfMs: 0 })
    clock.see({ wallMs: T + 5000, atPerfMs: 40 })
    expect(clock.playheadMs(40)).toBe(T + 5000)
    clock.see({ wallMs: T - 60_000, atPerfMs: 80 })
    expect(clock.playheadMs(80)).toBe(T - 60_000)
  })

  it('takes no notice of a stamp that is no number', () => {
    const clock = makeMediaClock()
    clock.see({ wallMs: Number.NaN, atPerfMs: 0 })
    expect(clock.playheadMs(0)).toBeNull()
  })

  it('tells every frame to those who listen, until they leave', () => {
    const clock = makeMediaClock()
    let frames = 0
    const leave = clock.onSight(() => frames++)
    clock.see({ wallMs: T, atPerfMs: 0 })
    leave()
    clock.see({ wallMs: T + 40, atPerfMs: 40 })
    expect(frames).toBe(1)
  })

  it('never steps back for jitter, and stays close to the truth', () => {
    const jitter = fc.integer({ min: -50, max: 50 })
    fc.assert(fc.property(fc.array(jitter, { minLength: 20, maxLength: 200 }), (offs) => {
      const clock = makeMediaClock()
      let before = 0
      offs.forEach((off, at) => {
        const perf = at * 40
        clock.see({ wallMs: T + perf + off, atPerfMs: perf })
        for (const later of [0, 20]) {
          const now = clock.playheadMs(perf + later)!
          expect(now).toBeGreaterThanOrEqual(before)
          expect(Math.abs(now - (T + perf + later))).toBeLessThanOrEqual(101)
          before = now
        }
      })
    }))
  })
})

describe('the wall clock of an RTP timestamp', () => {
  it('is what the house has stamped, however late the frame and wherever the wrap', () => {
    const moment = fc.integer({ min: 1_600_000_000_000, max: 2_200_000_000_000 })
    const lag = fc.integer({ min: -3_600_000, max: 20_000_000 })
    fc.assert(fc.property(moment, lag, (wallMs, lagMs) => {
      const stamped = (wallMs * 90) % 2 ** 32
      expect(wallFromRtp(stamped, wallMs + lagMs)).toBe(wallMs)
    }))
  })

  it('keeps parts of a millisecond', () => {
    const ticks = T * 90 + 45
    expect(wallFromRtp(ticks % 2 ** 32, T + 200.7)).toBe(T + 0.5)
  })

  it('reads stamps that a browser gives as signed numbers', () => {
    const stamped = ((T * 90) % 2 ** 32) | 0
    expect(wallFromRtp(stamped, T)).toBe(T)
  })
})
