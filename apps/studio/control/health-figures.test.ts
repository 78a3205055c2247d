import { expect, test } from 'vitest'
import type { HealthSample, QualityFigures, QualitySummary, ShowQuality,
} from '#insight/quality/contract'
import { bitrateCurve, encoderFigures, placeFigures, qualityRows } from './health-figures.ts'

const atMs = 1_700_000_000_000
const sample = (agoMs: number, more: Partial<HealthSample> = {}): HealthSample => ({
  atMs: atMs - agoMs, isReceiving: true, kbps: 3_000, fps: 30, keyframeSeconds: 1,
  lossFraction: null, pli: null, nack: null, partsWritten: 10, partsLate: 1, ...more,
})
const figures = (more: Partial<QualityFigures> = {}): QualityFigures => ({
  viewers: 3, networks: 2, visits: 9, watchedMs: 1, stalledMs: 0, stalls: 0, switches: 0,
  stutter: 0, startupMsP50: 800, startupMsP95: null, latencyMsP50: 1_500, latencyMsP95: 2_000,
  ...more,
})
const empty: QualitySummary = {
  all: figures({ viewers: 0 }), countries: [], transports: [], renditions: [], failures: [],
}

test('a minute of counts is added up; what nobody told stays unknown', () => {
  const quality: ShowQuality = {
    showId: 'sho', atMs, minute: empty, whole: empty, health: { transport: 'rtmp', cpuShare: 0.1 },
    samples: [sample(90_000), sample(50_000), sample(2_000, { kbps: 2_900 })],
  }
  expect(encoderFigures(quality)).toEqual({
    transport: 'RTMP', kbps: 2_900, loss: null, cpu: 0.1, partsLate: 2, partsWritten: 20,
    pli: null, nack: null, backup: 'none',
  })
  expect(encoderFigures({ ...quality, health: { backup: 'ready' } }).backup).toBe('ready')
  expect(encoderFigures({ ...quality, samples: [], health: null })).toMatchObject({
    transport: null, kbps: null, partsLate: null,
  })
})

test('places are told where there are any', () => {
  expect(placeFigures({ health: null })).toBeNull()
  expect(placeFigures({ health: { placesWhep: 0, placesKept: 0, viewersMoved: 0 } })).toBeNull()
  expect(placeFigures({
    health: { viewersWhep: 7, placesWhep: 200, placesKept: 20, viewersMoved: 1 },
  })).toEqual({ used: 7, most: 200, kept: 20, moved: 1 })
})

test('the curve has a gap where nothing came', () => {
  const { times, values } = bitrateCurve([sample(4_000), sample(2_000, { isReceiving: false })])
  expect(values).toEqual([3_000, null])
  expect(times[1]! - times[0]!).toBe(2)
})

test('everyone comes first where there is more than one row; bars are of a tenth at least', () => {
  const summary: QualitySummary = {
    ...empty, all: figures({ viewers: 6, visits: 18, stutter: 0.025 }),
    countries: [{ country: 'BR', ...figures({ stutter: 0.05 }) }, { country: 'DE', ...figures() }],
    transports: [{ transport: 'hls', ...figures({ stutter: 0.5 }) }],
  }
  const rowsOf = (of: 'countries' | 'transports', isNow: boolean) =>
    qualityRows(summary, of, isNow).map(({ key, viewers, bar }) => [key, viewers, bar])
  expect(rowsOf('countries', true))
    .toEqual([['', 6, 0.25], ['BR', 3, 0.5], ['DE', 3, 0]])
  expect(rowsOf('transports', false)).toEqual([['hls', 9, 1]])
  expect(qualityRows(empty, 'countries', true)).toEqual([])
})
