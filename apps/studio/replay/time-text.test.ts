import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyStep, moveEnd, placeText, readPlace } from './time-text.ts'

describe('places as text', () => {
  it.each([
    ['75', 75_000], ['1:15', 75_000], ['1:02:03.5', 3_723_500], ['0:00', 0], [' 2:05,25 ', 125_250],
    ['', null], ['1:60', null], ['1:60:00', null], ['-1', null], ['1e3', null], ['a', null],
    ['1:2:3:4', null], ['999999', null], ['1.2345', null],
  ])('reads %j as %s', (text, ms) => expect(readPlace(text)).toBe(ms))

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.nat(90_000_000), (ms) => {
      expect(readPlace(placeText(ms))).toBe(ms)
    }))
    expect([placeText(0), placeText(75_500), placeText(3_600_000)])
      .toEqual(['0:00', '1:15.500', '1:00:00'])
  })
})

describe('ends of a cut', () => {
  it('stay within the recording and a second apart, wherever they are dragged', () => {
    const move = fc.record({
      end: fc.constantFrom<'in' | 'out'>('in', 'out'), toMs: fc.integer({ min: -1e9, max: 1e9 }),
    })
    fc.assert(fc.property(fc.integer({ min: 1000, max: 1e8 }), fc.array(move), (length, moves) => {
      let cut = { inMs: 0, outMs: length }
      for (const { end, toMs } of moves) cut = moveEnd(cut, end, toMs, length)
      expect(cut.inMs).toBeGreaterThanOrEqual(0)
      expect(cut.outMs).toBeLessThanOrEqual(length)
      expect(cut.outMs - cut.inMs).toBeGreaterThanOrEqual(1000)
    }))
  })

  it('move by keys: a second, ten with Shift, thirty by page', () => {
    expect(['ArrowRight', 'PageDown', 'End', 'a'].map((key) => keyStep(key, false)))
      .toEqual([1000, -30_000, 'last', null])
    expect(keyStep('ArrowLeft', true)).toBe(-10_000)
  })
})
