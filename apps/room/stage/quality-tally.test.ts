import { expect, test } from 'vitest'
import { makeTally } from './quality-tally.ts'

function begin() {
  let nowMs = 1000
  const tally = makeTally(() => nowMs)
  return { ...tally, wait: (ms: number) => { nowMs += ms }, now: () => nowMs }
}

test('time is watched while it moves, stalled while it stands, else neither', () => {
  const { probe, take, wait } = begin()
  wait(500)
  probe.playing()
  wait(6000)
  probe.stalled()
  wait(1500)
  probe.playing()
  wait(1000)
  probe.resting()
  wait(60_000)
  expect(take()).toMatchObject({ watchedMs: 7000, stalledMs: 1500, stalls: 1 })
  wait(60_000)
  expect(take()).toBeNull()
})

test('a stall over two reports is one stall, counted on both sides of the border', () => {
  const { probe, take, wait } = begin()
  probe.playing()
  wait(9000)
  probe.stalled()
  wait(1000)
  expect(take()).toMatchObject({ watchedMs: 9000, stalledMs: 1000, stalls: 1 })
  probe.stalled()
  wait(2000)
  probe.playing()
  wait(3000)
  expect(take()).toMatchObject({ watchedMs: 3000, stalledMs: 2000, stalls: 0 })
})

test('a stall that is noticed late began with the last move, within its report', () => {
  const { probe, take, wait, now } = begin()
  probe.playing()
  wait(4000)
  const movedMs = now()
  wait(600)
  probe.stalled(movedMs)
  wait(400)
  expect(take()).toMatchObject({ watchedMs: 4000, stalledMs: 1000, stalls: 1 })
  probe.playing()
  probe.stalled(movedMs)
  wait(100)
  expect(take()).toMatchObject({ watchedMs: 0, stalledMs: 100, stalls: 1 })
})

test('before the first picture nothing has stalled: the start takes long', () => {
  const { probe, take, wait } = begin()
  wait(3000)
  probe.stalled(0)
  expect(take()).toBeNull()
  probe.started(3200.4)
  probe.playing()
  wait(10)
  expect(take()).toMatchObject({ startupMs: 3200, stalls: 0, stalledMs: 0 })
  probe.playing()
  wait(10)
  expect(take()).not.toHaveProperty('startupMs')
})

test('latency is the median of the interval, and odd samples do not count', () => {
  const { probe, take, wait } = begin()
  probe.playing()
  for (const ms of [Number.NaN, 900, 1500, 9000, Number.POSITIVE_INFINITY]) probe.latency(ms)
  wait(10)
  expect(take()).toMatchObject({ latencyMs: 1500 })
  for (let n = 0; n < 5000; n++) probe.latency(-50)
  wait(10)
  expect(take()).toMatchObject({ latencyMs: 0 })
  wait(10)
  expect(take()).not.toHaveProperty('latencyMs')
})

test('switches are changes, failures are counted by code', () => {
  const { probe, take, wait } = begin()
  probe.transport('whep')
  probe.playing()
  for (const size of [720, 720, 360, 'audio'] as const) probe.rendition(size)
  probe.transport('hls')
  for (const code of ['stalled', 'broken', 'stalled'] as const) probe.failed(code)
  wait(10)
  expect(take()).toMatchObject({
    transport: 'hls', rendition: 'audio', switches: 3,
    failures: [{ code: 'stalled', count: 2 }, { code: 'broken', count: 1 }],
  })
  probe.failed('unreachable')
  expect(take()).toMatchObject({ switches: 0, failures: [{ code: 'unreachable', count: 1 }] })
})
