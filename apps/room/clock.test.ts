import { describe, expect, it } from 'vitest'
import { makeServerClock } from './clock.ts'

describe('the server clock of a page', () => {
  it('goes on from the server, whatever the device says', () => {
    let steady = 0
    const clock = makeServerClock(1_000_000, () => steady)
    steady = 2500
    expect(clock.nowMs()).toBe(1_002_500)
  })

  it('believes the message that travelled least', () => {
    let steady = 0
    const clock = makeServerClock(1_000_000, () => steady)
    steady = 1000
    clock.hear(1_001_400)
    expect(clock.nowMs()).toBe(1_001_400)
    steady = 2000
    clock.hear(1_001_700)
    expect(clock.nowMs()).toBe(1_002_400)
  })

  it('does not jump for a few milliseconds', () => {
    let steady = 0
    const clock = makeServerClock(0, () => steady)
    steady = 100
    clock.hear(108)
    expect(clock.nowMs()).toBe(100)
  })

  it('adds the way here: half of the quickest round trip', () => {
    let steady = 0
    const clock = makeServerClock(1_000_000, () => steady)
    steady = 1000
    clock.hear(1_001_000)
    clock.hearTrip(240)
    clock.hearTrip(900)
    expect(clock.nowMs()).toBe(1_001_120)
    steady = 2000
    clock.hear(1_001_990)
    expect(clock.nowMs()).toBe(1_002_120)
  })

  it('forgets a clock that was put back', () => {
    let steady = 0
    const clock = makeServerClock(900_000, () => steady)
    for (let at = 1; at <= 60; at++) {
      steady = at * 1000
      clock.hear(steady)
    }
    expect(clock.nowMs()).toBe(60_000)
  })
})
