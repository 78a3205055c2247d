import { expect, test } from 'vitest'
import { Compile } from 'typebox/compile'
import { makeManualClock } from '#kernel'
import { MediaHealth } from '../contract.ts'
import { makeCpuShare, makeShowHealth } from './health.ts'

const isFit = Compile(MediaHealth)

function begin() {
  const clock = makeManualClock()
  return { clock, health: makeShowHealth({ clock }) }
}

test('MED23 what nobody told is missing, and what is told fits the contract', () => {
  const { health } = begin()
  expect(health.read()).toEqual({ kbps: 0, partsWritten: 0, partsLate: 0 })
  health.begin('whip')
  health.loss(3, 100)
  health.pli()
  health.nack(7)
  health.polled('a')
  health.countWhep(() => 4)
  expect(health.read()).toEqual({
    transport: 'whip', kbps: 0, partsWritten: 0, partsLate: 0, lossFraction: 0.03, pliCount: 1,
    nackCount: 7, viewersHls: 1, viewersWhep: 4,
  })
  expect(isFit.Check(health.read())).toBe(true)
})

test('MED23 the rate is by the wall clock and falls when nothing comes', async () => {
  const { clock, health } = begin()
  health.begin('rtmp')
  for (let n = 0; n < 100; n++) {
    health.took(12_500)
    await clock.advance(100)
  }
  expect(health.read().kbps).toBeGreaterThan(930)
  expect(health.read().kbps).toBeLessThan(1_070)
  await clock.advance(2_000)
  expect(health.read().kbps).toBeLessThan(560)
  await clock.advance(6_000)
  expect(health.read().kbps).toBe(0)
  // A new publisher is measured from its own start.
  health.begin('rtmp')
  for (let n = 0; n < 10; n++) {
    health.took(12_500)
    await clock.advance(100)
  }
  expect(health.read().kbps).toBeGreaterThan(800)
})

test('MED23 a part is late when it comes later than 1.5 times its length', async () => {
  const { clock, health } = begin()
  health.begin('rtmp')
  for (const gapMs of [200, 200, 300, 301, 900, 10, 200]) {
    await clock.advance(gapMs)
    health.part(200)
  }
  expect(health.read()).toMatchObject({ partsWritten: 7, partsLate: 2 })
  // Between two publishers nothing is late.
  await clock.advance(60_000)
  health.begin('rtmp')
  health.part(200)
  expect(health.read()).toMatchObject({ partsWritten: 8, partsLate: 2 })
})

test('MED23 who asked for the playlist within five seconds is a viewer; memory is bounded',
  async () => {
    const { clock, health } = begin()
    for (const key of ['a', 'b', 'a']) health.polled(key)
    await clock.advance(4_000)
    health.polled('a')
    expect(health.read().viewersHls).toBe(2)
    await clock.advance(2_000)
    expect(health.read().viewersHls).toBe(1)
    await clock.advance(5_000)
    expect(health.read().viewersHls).toBe(0)
    for (let n = 0; n < 30_000; n++) health.polled(`k${n}`)
    expect(health.read().viewersHls).toBe(20_000)
  })

test('MED23 loss that nobody has told for ten seconds is not known, and is never out of bounds',
  async () => {
    const { clock, health } = begin()
    health.loss(1, 0)
    expect(health.read().lossFraction).toBeUndefined()
    health.loss(20, 10)
    expect(health.read().lossFraction).toBe(1)
    await clock.advance(10_001)
    expect(health.read().lossFraction).toBeUndefined()
  })

test('MED23 the share of a core is of the time since it was asked', async () => {
  const clock = makeManualClock()
  let micros = 0
  const share = makeCpuShare(clock, () => micros)
  await clock.advance(2_000)
  micros = 500_000
  expect(share()).toBe(0.25)
  micros = 2_000_000
  expect(share()).toBe(0.25)
  await clock.advance(1_000)
  expect(share()).toBe(1.5)
})
