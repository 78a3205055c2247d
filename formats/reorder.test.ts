import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeLossMeter, makeReorder } from './reorder.ts'

const OPTIONS = { waitMs: 100, nackAfterMs: 15, nackEveryMs: 30, nackTriesMax: 3, spanMax: 200 }
const make = (options: Partial<typeof OPTIONS> = {}) =>
  makeReorder<number>({ ...OPTIONS, ...options })

interface Arrival { sequence: number; atMs: number }

/** Pushes what arrives at its time, takes every 5 ms and after every push; what came out. */
function play(arrivals: Arrival[], options: Partial<typeof OPTIONS> = {}, untilMs = 20_000) {
  const reorder = make(options)
  const out: (number | 'gap')[] = []
  const asked: number[] = []
  const inTime = arrivals.toSorted((a, b) => a.atMs - b.atMs)
  let taken = 0
  for (let nowMs = 0; nowMs <= untilMs && (taken < inTime.length || nowMs % 1_000 !== 0);
    nowMs += 5) {
    while (inTime[taken] && inTime[taken]!.atMs <= nowMs) {
      const { sequence, atMs } = inTime[taken++]!
      reorder.push(sequence, sequence, atMs)
      out.push(...reorder.take(atMs))
    }
    asked.push(...reorder.due(nowMs))
    out.push(...reorder.take(nowMs))
  }
  return { reorder, out, asked }
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n)
const items = (out: (number | 'gap')[]) => out.filter((one) => one !== 'gap')
const gaps = (out: (number | 'gap')[]) => out.filter((one) => one === 'gap').length

describe('packets in order', () => {
  test('whatever order they come in within the wait, all come out sorted', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 95 }), { minLength: 1, maxLength: 150 })
    fc.assert(fc.property(delays, fc.integer({ min: -300, max: 70_000 }), (list, first) => {
      // The first one is not late: there is nothing yet that it could be late for.
      const arrivals = list.map((delay, n) =>
        ({ sequence: first + n, atMs: n * 4 + (n === 0 ? 0 : delay) }))
      const { reorder, out } = play(arrivals)
      expect(out).toEqual(range(first, list.length))
      expect([reorder.lost, reorder.received]).toEqual([0, list.length])
    }))
  })

  test('also the first ones, as long as nothing has come out', () => {
    fc.assert(fc.property(fc.shuffledSubarray(range(5, 40), { minLength: 40 }), (shuffled) => {
      const reorder = make()
      for (const sequence of shuffled) reorder.push(sequence, sequence, 0)
      expect(reorder.take(0)).toEqual(range(5, 40))
    }))
  })

  test('with losses the order holds, and every hole is one gap', () => {
    const packets = fc.array(
      fc.record({ isLost: fc.boolean(), delay: fc.nat(90), twice: fc.nat(9) }), { maxLength: 150 })
    fc.assert(fc.property(packets, (list) => {
      const sent = list.map((packet, n) => ({ ...packet, sequence: n + 1, atMs: (n + 1) * 4 }))
      const kept = [{ sequence: 0, atMs: 0, delay: 0, twice: 1 },
        ...sent.filter(({ isLost }) => !isLost)]
      const arrivals = kept.flatMap(({ sequence, atMs, delay, twice }) => [
        { sequence, atMs: atMs + delay },
        ...(twice === 0 ? [{ sequence, atMs: atMs + delay + 7 }] : []),
      ])
      const { reorder, out } = play(arrivals)
      expect(items(out)).toEqual(kept.map(({ sequence }) => sequence))
      const last = kept.at(-1)!.sequence
      const holes = kept.filter(({ sequence }, n) => n > 0 && kept[n - 1]!.sequence < sequence - 1)
      expect(gaps(out)).toBe(holes.length)
      out.forEach((one, n) => {
        const [before, after] = [out[n - 1], out[n + 1]]
        if (one === 'gap') expect(Number(after) - Number(before)).toBeGreaterThan(1)
        else if (typeof before === 'number') expect(one).toBe(before + 1)
      })
      expect(reorder.lost).toBe(last + 1 - kept.length)
      expect(reorder.received).toBe(kept.length)
    }))
  })

  test('a hole is waited for as long as it is said, and not longer', () => {
    const reorder = make()
    reorder.push(1, 1, 0)
    reorder.push(3, 3, 10)
    expect(reorder.take(10)).toEqual([1])
    expect(reorder.take(109)).toEqual([])
    expect(reorder.take(110)).toEqual(['gap', 3])
    reorder.push(2, 2, 111)
    expect(reorder.take(111)).toEqual([])
    expect([reorder.lost, reorder.received, reorder.highest]).toEqual([1, 2, 3])
  })

  test('a hole is asked for after a while, again, and then no more', () => {
    const reorder = make()
    reorder.push(1, 1, 0)
    reorder.push(4, 4, 0)
    expect(reorder.due(14)).toEqual([])
    expect(reorder.due(15)).toEqual([2, 3])
    expect(reorder.due(44)).toEqual([])
    reorder.push(3, 3, 44)
    expect(reorder.due(45)).toEqual([2])
    expect(reorder.due(75)).toEqual([2])
    expect(reorder.due(1_000)).toEqual([])
  })

  test('what comes in time, or was given up, is not asked for', () => {
    const { asked, out } = play([0, 1, 3, 2, 4].map((sequence, n) => ({ sequence, atMs: n * 5 })))
    expect([asked, out]).toEqual([[], [0, 1, 2, 3, 4]])
    const reorder = make({ nackAfterMs: 200 })
    reorder.push(1, 1, 0)
    reorder.push(3, 3, 0)
    reorder.take(100)
    expect(reorder.due(500)).toEqual([])
  })

  test('a step forward beyond the span starts again behind one gap', () => {
    const reorder = make()
    reorder.push(1, 1, 0)
    expect(reorder.take(0)).toEqual([1])
    reorder.push(3, 3, 1)
    reorder.push(300, 300, 2)
    reorder.push(301, 301, 2)
    expect(reorder.take(2)).toEqual(['gap', 300, 301])
    expect(reorder.due(1_000)).toEqual([])
    expect(reorder.lost).toBe(0)
  })

  test('a step back beyond the span is believed when the next packet stays there', () => {
    const reorder = make()
    for (const sequence of [5_000, 5_001]) reorder.push(sequence, sequence, 0)
    reorder.push(10, 10, 1)
    reorder.push(5_002, 5_002, 1)
    reorder.push(11, 11, 1)
    expect(reorder.take(1)).toEqual([5_000, 5_001, 5_002])
    reorder.push(12, 12, 2)
    reorder.push(13, 13, 2)
    expect(reorder.take(2)).toEqual(['gap', 12, 13])
  })

  test('what is held is bounded: the oldest hole is given up before its time', () => {
    const reorder = make({ spanMax: 20, waitMs: 1e9 })
    const out: (number | 'gap')[] = []
    for (const sequence of range(0, 500).filter((n) => n !== 1)) {
      reorder.push(sequence, sequence, 0)
      out.push(...reorder.take(0))
    }
    expect(out).toEqual([0, 'gap', ...range(2, 498)])
    const untaken = make({ spanMax: 20 })
    for (const sequence of range(0, 5_000)) untaken.push(sequence, sequence, 0)
    expect(untaken.take(0).length).toBeLessThanOrEqual(42)
  })

  test('takes any sequences: order holds and a take is bounded', () => {
    const steps = fc.array(fc.tuple(
      fc.oneof(fc.integer({ min: -3, max: 5 }), fc.integer({ min: -90, max: 90 })), fc.nat(60),
      fc.boolean()), { maxLength: 200 })
    fc.assert(fc.property(steps, (list) => {
      const reorder = make({ spanMax: 30 })
      let [sequence, nowMs] = [0, 0]
      let before: number | 'gap' = 'gap'
      for (const [step, passes, isTaken] of list) {
        sequence += step
        nowMs += passes
        reorder.push(sequence, sequence, nowMs)
        expect(reorder.due(nowMs).length).toBeLessThanOrEqual(62)
        const out = isTaken ? reorder.take(nowMs) : []
        expect(out.length).toBeLessThanOrEqual(124)
        for (const one of out) {
          if (one === 'gap') expect(before).not.toBe('gap')
          else if (before !== 'gap') expect(one).toBe(before + 1)
          before = one
        }
      }
    }), { numRuns: 1_000 })
  })

  test('after a reset the next packet is the first', () => {
    const reorder = make()
    reorder.push(1, 1, 0)
    reorder.push(3, 3, 0)
    reorder.reset()
    expect([reorder.highest, reorder.take(500), reorder.due(500)]).toEqual([undefined, [], []])
    reorder.push(2, 2, 500)
    expect(reorder.take(500)).toEqual([2])
  })
})

describe('what a receiver tells its sender', () => {
  test('losses since the last report and in all, late and double packets counted once more', () => {
    const meter = makeLossMeter(90_000)
    for (const n of [10, 11, 13, 14]) meter.packet(n, n * 3_000, n * 33)
    expect(meter.report()).toMatchObject({ fractionLost: 0.2, lost: 1, highest: 14 })
    for (const n of [15, 16, 17, 19]) meter.packet(n, n * 3_000, n * 33)
    expect(meter.report()).toMatchObject({ fractionLost: 0.2, lost: 2, highest: 19 })
    for (const n of [12, 18, 20]) meter.packet(n, n * 3_000, 20 * 33)
    expect(meter.report()).toMatchObject({ fractionLost: 0, lost: 0, highest: 20 })
    expect(meter.report()).toMatchObject({ fractionLost: 0, lost: 0 })
    meter.packet(20, 60_000, 660)
    expect(meter.report()).toMatchObject({ fractionLost: 0, lost: -1 })
  })

  test('any losses add up', () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 300 }), fc.nat(65_535),
      (list, first) => {
        const meter = makeLossMeter(48_000)
        meter.packet(first, 0, 0)
        list.forEach((isKept, n) => isKept && meter.packet(first + 1 + n, 0, 0))
        const last = list.lastIndexOf(true)
        const lost = list.slice(0, last + 1).filter((isKept) => !isKept).length
        const report = meter.report()
        expect(report.lost).toBe(lost)
        expect(report.fractionLost).toBeCloseTo(lost / (last + 2), 9)
        expect(report.highest).toBe(first + 1 + last)
      }))
  })

  test('jitter is the mean difference of spacing, smoothed by 16 (RFC 3550, A.8)', () => {
    const meter = makeLossMeter(90_000)
    let expected = 0
    const late = [0, 10, 0, 25, 5, 0, 40]
    late.forEach((lateMs, n) => {
      meter.packet(n, (2 ** 32 - 6_000 + n * 3_000) >>> 0, 1_000 + (n * 100) / 3 + lateMs)
      const difference = n === 0 ? 0 : Math.abs(lateMs - late[n - 1]!) * 90
      if (n > 0) expected += (difference - expected) / 16
    })
    expect(meter.report().jitter).toBeCloseTo(expected, -1)
    const before = meter.report().jitter
    meter.packet(3, 0, 90_000)
    expect(meter.report().jitter).toBe(before)
  })

  test('a steady sender has no jitter, whatever its clock', () => {
    for (const rate of [48_000, 90_000]) {
      const meter = makeLossMeter(rate)
      for (let n = 0; n < 500; n++) meter.packet(n, n * rate * 0.02, 1.7e12 + n * 20)
      expect(meter.report().jitter).toBe(0)
    }
  })

  test('a jump of the source is no loss', () => {
    const meter = makeLossMeter(90_000)
    for (const n of [1, 2, 10_000, 10_001, 10_003]) meter.packet(n, 0, 0)
    expect(meter.report()).toMatchObject({ fractionLost: 0.25, lost: 1, highest: 10_003 })
    for (const n of [5, 6, 7]) meter.packet(n, 0, 0)
    expect(meter.report()).toMatchObject({ fractionLost: 0, lost: 0, highest: 7 })
  })

  test('nothing yet is no loss', () => {
    expect(makeLossMeter(48_000).report())
      .toEqual({ fractionLost: 0, lost: 0, highest: 0, jitter: 0 })
  })
})
