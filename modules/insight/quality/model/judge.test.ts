import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { failureCodes, qualityLimits, QualityReport } from '../contract.ts'
import { emptyCell, mergeCells, renditionName, stutterOf, type Cell } from './cell.ts'
import { countOf } from './histogram.ts'
import { judge, type Visit } from './judge.ts'
import { addCells, cellKey, summarize, type Cells } from './summary.ts'

const startMs = 1_700_000_000_000
const report = (more: Partial<QualityReport> = {}): QualityReport => ({
  showId: 'sho', visit: 'v'.repeat(16), transport: 'hls', watchedMs: 10_000, stalledMs: 0,
  stalls: 0, switches: 0, ...more,
})
const at = (afterMs: number) => ({ nowMs: startMs + afterMs, network: 'n', country: 'DE' })

const ms = fc.integer({ min: 0, max: 600_000 })
const reports = fc.record({
  gapMs: fc.integer({ min: 0, max: 120_000 }), watchedMs: ms, stalledMs: ms,
  stalls: fc.integer({ min: 0, max: 1_000 }), switches: fc.integer({ min: 0, max: 1_000 }),
  startupMs: fc.option(ms, { nil: undefined }), latencyMs: fc.option(ms, { nil: undefined }),
  rendition: fc.option(fc.integer({ min: 1, max: 8_640 }), { nil: undefined }),
  failures: fc.array(fc.record({
    code: fc.constantFrom(...failureCodes), count: fc.integer({ min: 1, max: 1_000 }),
  }), { maxLength: 7 }),
})

test('QLT6 whatever a client claims, its time never runs ahead of the clock', () => {
  fc.assert(fc.property(fc.array(reports, { maxLength: 30 }), (list) => {
    let visit: Visit | undefined
    let sum: Cell = emptyCell
    let nowMs = startMs
    for (const { gapMs, ...more } of list) {
      nowMs += gapMs
      const judged = judge({ ...report(), ...more } as QualityReport, visit,
        { nowMs, network: 'n', country: 'DE' })
      if (!judged) continue
      visit = judged.visit
      sum = mergeCells(sum, judged.cell)
      const failed = Object.values(judged.cell.failures).reduce((all, one) => all + one, 0)
      expect(failed).toBeLessThanOrEqual(qualityLimits.failuresPerReportMax)
      expect(judged.cell.switches).toBeLessThanOrEqual(qualityLimits.switchesPerReportMax)
    }
    expect(sum.watchedMs + sum.stalledMs)
      .toBeLessThanOrEqual((visit ? nowMs - visit.openedAtMs : 0) + qualityLimits.firstReportMs)
    expect(countOf(sum.startup)).toBeLessThanOrEqual(1)
    expect(sum.visits).toBe(visit ? 1 : 0)
  }))
})

test('QLT6 an honest viewer is counted to the millisecond', () => {
  let visit: Visit | undefined
  let sum: Cell = emptyCell
  for (let n = 1; n <= 60; n++) {
    const told = report({ watchedMs: 9_500, stalledMs: 500, stalls: 1 })
    const judged = judge(told, visit, at(n * 10_000))!
    visit = judged.visit
    sum = mergeCells(sum, judged.cell)
  }
  expect([sum.watchedMs, sum.stalledMs, sum.stalls, stutterOf(sum)])
    .toEqual([570_000, 30_000, 60, 0.05])
})

test('QLT6 too much shrinks, both parts alike, and a hurry counts for nothing', () => {
  const much = report({ watchedMs: 45_000, stalledMs: 15_000, stalls: 999 })
  const first = judge(much, undefined, at(0))!
  expect([first.cell.watchedMs, first.cell.stalledMs]).toEqual([11_250, 3_750])
  expect(first.cell.stalls).toBe(76)
  expect(judge(report(), first.visit, at(999))).toBeNull()
  const second = judge(report({ watchedMs: 60_000 }), first.visit, at(2_000))!
  expect(second.cell.watchedMs).toBe(2_000)
  // Silence cannot be saved up for later.
  const late = judge(report({ watchedMs: 600_000 }), first.visit, at(500_000))!
  expect(late.cell.watchedMs).toBe(qualityLimits.reportMsMax)
})

test('QLT6 stalls without any stalled time are none, a start counts once and is clamped', () => {
  const first = judge(report({ stalls: 5, startupMs: 600_000 }), undefined, at(0))!
  expect(first.cell.stalls).toBe(0)
  expect(countOf(first.cell.startup)).toBe(1)
  const second = judge(report({ startupMs: 1 }), first.visit, at(10_000))!
  expect(countOf(second.cell.startup)).toBe(0)
})

test('QLT8 a changed transport is a visit of its own', () => {
  const first = judge(report({ transport: 'whep' }), undefined, at(0))!
  const second = judge(report({ transport: 'hls' }), first.visit, at(10_000))!
  const third = judge(report({ transport: 'hls' }), second.visit, at(20_000))!
  expect([first, second, third].map(({ cell }) => cell.visits)).toEqual([1, 1, 0])
})

test('QLT8 pictures are counted under the nearest size', () => {
  expect(([1, 240, 300, 301, 540, 719, 8_640] as const).map(renditionName))
    .toEqual(['240', '240', '240', '360', '480', '720', '2160'])
  expect(renditionName('audio')).toBe('audio')
})

const cellsOf = (...list: [string, 'hls' | 'whep', Partial<Cell>][]): Cells =>
  new Map(list.map(([country, transport, more]) =>
    [cellKey(country, transport), { ...emptyCell, ...more }]))

test('QLT8 a summary adds up by country and by transport, who watches now first', () => {
  const cells = cellsOf(
    ['BR', 'hls', { watchedMs: 940, stalledMs: 60, visits: 1, renditions: { 720: 940 } }],
    ['BR', 'whep', { watchedMs: 1_000, visits: 1, renditions: { 360: 1_000 } }],
    ['DE', 'hls', { watchedMs: 9_000, visits: 2, failures: { stalled: 2, broken: 1 } }],
  )
  const watching = [
    { country: 'BR', transport: 'hls', network: 'a' },
    { country: 'BR', transport: 'hls', network: 'a' },
    { country: 'US', transport: 'whep', network: 'b' },
  ] as const
  const { all, countries, transports, renditions, failures } = summarize(cells, watching)
  expect([all.viewers, all.networks, all.visits, all.watchedMs]).toEqual([3, 2, 4, 10_940])
  expect(countries.map((one) => [one.country, one.viewers, one.networks, one.stutter]))
    .toEqual([['BR', 2, 1, 0.03], ['US', 1, 1, 0], ['DE', 0, 0, 0]])
  expect(transports.map(({ transport, viewers, watchedMs }) => [transport, viewers, watchedMs]))
    .toEqual([['whep', 1, 1_000], ['hls', 2, 9_940]])
  expect(renditions).toEqual([
    { rendition: '360', share: 1_000 / 1_940 }, { rendition: '720', share: 940 / 1_940 },
  ])
  expect(failures).toEqual([{ code: 'stalled', count: 2 }, { code: 'broken', count: 1 }])
  expect(summarize(new Map(), []).all).toMatchObject({ viewers: 0, stutter: 0, latencyMsP50: null })
})

test('QLT1 cells add up in any order', () => {
  const cell = fc.record({
    visits: fc.nat(9), watchedMs: fc.nat(9_999), stalledMs: fc.nat(9_999), stalls: fc.nat(9),
    switches: fc.nat(9), renditions: fc.dictionary(fc.constantFrom('audio', '720'), fc.nat(99)),
    failures: fc.dictionary(fc.constantFrom(...failureCodes), fc.nat(9)),
  }).map((more): Cells => cellsOf(['DE', 'hls', more]))
  fc.assert(fc.property(cell, cell, cell, (a, b, c) => {
    expect(addCells(a, b, c)).toEqual(addCells(c, b, a))
    expect(addCells(addCells(a, b), c)).toEqual(addCells(a, addCells(b, c)))
  }))
})

test('QLT10 the longest report that fits the schema is small', () => {
  const most: QualityReport = report({
    visit: 'x'.repeat(32), rendition: 8_640, startupMs: 600_000, latencyMs: 600_000,
    failures: failureCodes.map((code) => ({ code, count: 1_000 })),
  })
  const showId = `sho_${'0'.repeat(26)}`
  expect(Compile(QualityReport).Check({ ...most, showId })).toBe(true)
  expect(JSON.stringify({ ...most, showId }).length).toBeLessThan(1_024)
})
