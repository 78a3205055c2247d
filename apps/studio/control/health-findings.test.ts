import { describe, expect, test } from 'vitest'
import type { HealthSample, QualityFigures, QualitySummary, ShowQuality,
} from '#insight/quality/contract'
import { findHealth, lowerKbps } from './health-findings.ts'

const atMs = 1_700_000_000_000
const calmSample: Omit<HealthSample, 'atMs'> = {
  isReceiving: true, kbps: 3_300, fps: 30, keyframeSeconds: 1, lossFraction: 0, pli: 0, nack: 0,
  partsWritten: 10, partsLate: 0,
}
/** Five minutes; `more` says what is different in the last so many. */
const samplesOf = (more: Partial<HealthSample> = {}, last = 150): HealthSample[] =>
  Array.from({ length: 150 }, (_, n) => ({
    ...calmSample, atMs: atMs - (149 - n) * 2_000, ...(n >= 150 - last ? more : {}),
  }))

const row = (more: Partial<QualityFigures> = {}): QualityFigures => ({
  viewers: 20, networks: 18, visits: 25, watchedMs: 1_000_000, stalledMs: 1_000, stalls: 2,
  switches: 0, stutter: 0.001, startupMsP50: 900, startupMsP95: 2_000, latencyMsP50: 1_500,
  latencyMsP95: 2_500, ...more,
})
const minute: QualitySummary = {
  all: row({ viewers: 40 }),
  countries: [{ country: 'DE', ...row() }, { country: 'BR', ...row() }],
  transports: [
    { transport: 'hls', ...row() }, { transport: 'whep', ...row({ latencyMsP50: 180 }) },
  ],
  renditions: [], failures: [],
}
const calm: ShowQuality = {
  showId: 'sho', atMs, samples: samplesOf(), health: { transport: 'whip', cpuShare: 0.2 },
  minute, whole: minute,
}
const told = (more: Partial<ShowQuality>) =>
  findHealth({ ...calm, ...more }).map(({ kind, isBad, values }) => ({ kind, isBad, ...values }))
const viewers = (more: Partial<QualitySummary>) => told({ minute: { ...minute, ...more } })
const places = (...list: [string, Partial<QualityFigures>][]) =>
  list.map(([country, more]) => ({ country, ...row(more) }))

describe('the way to us', () => {
  test('nothing is said while all is well, before a signal, and without figures', () => {
    expect(told({})).toEqual([])
    expect(findHealth(null)).toEqual([])
    expect(told({ samples: [], health: null })).toEqual([])
  })
  test('small pictures that the machine cannot make are named while they are off', () => {
    expect(told({ health: { transport: 'rtmp', isSmallOff: true } }))
      .toEqual([{ kind: 'small_off', isBad: false }])
    expect(told({ health: { transport: 'rtmp', isSmallOff: false } })).toEqual([])
  })
  test('loss names a bitrate to set; much of it is bad and asks for less', () => {
    expect(told({ samples: samplesOf({ lossFraction: 0.04 }) }))
      .toEqual([{ kind: 'upload_loss', isBad: false, share: 0.04, kbps: 2_250 }])
    expect(told({ samples: samplesOf({ lossFraction: 0.09 }, 20) }))
      .toEqual([{ kind: 'upload_loss', isBad: true, share: 0.09, kbps: 1_750 }])
    expect(told({ samples: samplesOf({ lossFraction: 0.019 }) })).toEqual([])
  })
  test('where a lower bitrate is no help any more, only the line is left to change', () => {
    expect(told({ samples: samplesOf({ lossFraction: 0.04, kbps: 820 }) }))
      .toEqual([{ kind: 'upload_loss_line', isBad: false, share: 0.04 }])
    expect(told({ samples: samplesOf({ lossFraction: 0.04, kbps: null }) })[0]!.kind)
      .toBe('upload_loss_line')
  })
  test('one bad moment is not a loss, and what is past is not told', () => {
    expect(told({ samples: samplesOf({ lossFraction: 0.5 }, 2) })).toEqual([])
    expect(told({ samples: samplesOf({ lossFraction: 0.5 }, 3) })).toMatchObject([{ isBad: true }])
    expect(told({ samples: samplesOf({ lossFraction: 0.1 }, 4).slice(-4) })).toEqual([])
    const past = samplesOf().map((one, n) => ({ ...one, lossFraction: n < 130 ? 0.2 : 0 }))
    expect(told({ samples: past })).toEqual([])
  })
  test('late parts of the last minute are told, a few are not', () => {
    expect(told({ samples: samplesOf({ partsLate: 2 }) }))
      .toEqual([{ kind: 'upload_late', isBad: false, share: 0.2, kbps: 2_250 }])
    expect(told({ samples: samplesOf({ partsLate: 4 }) })[0]).toMatchObject({ isBad: true })
    expect(told({ samples: samplesOf({ partsLate: 4 }, 1) })).toEqual([])
  })
  test('a server without breath explains loss, lateness and stalls, and is told alone', () => {
    expect(told({
      health: { cpuShare: 0.93 }, samples: samplesOf({ partsLate: 5, lossFraction: 0.1 }),
      minute: {
        ...minute, all: row({ stutter: 0.2 }), countries: places(['DE', { stutter: 0.2 }]),
      },
    })).toEqual([{ kind: 'server_busy', isBad: true, share: 0.93 }])
  })
  test('frames are told against what is usual here', () => {
    expect(told({ samples: samplesOf({ fps: 17 }, 12) }))
      .toEqual([{ kind: 'frames_low', isBad: false, fps: 17, usual: 30 }])
    expect(told({ samples: samplesOf({ fps: 25 }, 12) })).toEqual([])
    // A show of slides at five a second is none that fell.
    expect(told({ samples: samplesOf({ fps: 5 }) })).toEqual([])
  })
  test('while nothing arrives, that alone is told, elsewhere', () => {
    const samples = [...samplesOf({ lossFraction: 0.3 }),
      { ...calmSample, atMs, isReceiving: false, kbps: null, fps: null, lossFraction: null }]
    expect(told({ samples, minute: { ...minute, all: row({ stutter: 0.5 }) } })).toEqual([])
  })
  test('a bitrate to set is a round one, never higher than now', () => {
    const cases = [[3_300, 0.75], [6_000, 0.6], [1_100, 0.75], [800, 0.5], [null, 0.5]] as const
    expect(cases.map(([kbps, share]) => lowerKbps(kbps, share)))
      .toEqual([2_250, 3_500, 800, null, null])
  })
})

describe('what viewers meet', () => {
  test('a country that stalls is named, the worst first, with a bitrate that fits', () => {
    expect(viewers({
      countries: places(['DE', {}], ['BR', { stutter: 0.06 }], ['IN', { stutter: 0.11 }]),
    })).toEqual([
      { kind: 'stutter_country', isBad: true, country: 'IN', share: 0.11, kbps: 2_250 },
      { kind: 'stutter_country', isBad: false, country: 'BR', share: 0.06, kbps: 2_250 },
    ])
  })
  test('few viewers, one network, little time or an unknown place prove nothing', () => {
    for (const [country, more] of [
      ['BR', { viewers: 2 }], ['BR', { networks: 1 }], ['BR', { watchedMs: 40_000, stalledMs: 0 }],
      ['ZZ', {}],
    ] as const) {
      expect(viewers({ countries: places(['DE', {}], [country, { stutter: 0.5, ...more }]) }))
        .toEqual([])
    }
  })
  test('everywhere at once is one sentence about us, not one for each country', () => {
    const countries = places(['DE', { stutter: 0.05 }], ['BR', { stutter: 0.07 }])
    expect(viewers({ countries, all: row({ stutter: 0.06 }) }))
      .toEqual([{ kind: 'stutter_all', isBad: false, share: 0.06, kbps: 2_250 }])
    // A show with one country: it is the country that is named.
    expect(viewers({ countries: places(['BR', { stutter: 0.06 }]), all: row({ stutter: 0.06 }) }))
      .toMatchObject([{ kind: 'stutter_country', country: 'BR' }])
    // Viewers that no address places are viewers as well.
    expect(viewers({ countries: places(['ZZ', { stutter: 0.06 }]), all: row({ stutter: 0.06 }) }))
      .toMatchObject([{ kind: 'stutter_all' }])
  })
  test('at most three countries; the same trouble keeps its name while figures move', () => {
    const countries = places(['DE', {}], ...['BR', 'IN', 'ID', 'PH', 'EG'].map(
      (code): [string, Partial<QualityFigures>] => [code, { stutter: 0.05 }]))
    expect(viewers({ countries })).toHaveLength(3)
    const aboutAt = (stutter: number) => findHealth({
      ...calm, minute: { ...minute, countries: places(['DE', {}], ['BR', { stutter }]) },
    }).map(({ kind, about }) => kind + about)
    expect(aboutAt(0.04)).toEqual(aboutAt(0.2))
  })
  test('latency is judged by transport, the start by what most wait', () => {
    expect(viewers({
      transports: [{ transport: 'hls', ...row({ latencyMsP50: 8_240 }) },
        { transport: 'whep', ...row({ latencyMsP50: 1_300 }) }],
      all: row({ startupMsP50: 6_020 }),
    })).toEqual([
      { kind: 'latency_hls', isBad: false, seconds: 8.2 },
      { kind: 'latency_whep', isBad: false, seconds: 1.3 },
      { kind: 'start_slow', isBad: false, seconds: 6 },
    ])
    const few = row({ latencyMsP50: 9_000, viewers: 2 })
    expect(viewers({ transports: [{ transport: 'hls', ...few }] })).toEqual([])
  })
  test('blocked UDP is told when more than a few meet it', () => {
    const failures = [{ code: 'udp_blocked', count: 4 }, { code: 'stalled', count: 9 }]
    expect(viewers({ failures })).toEqual([{ kind: 'udp_blocked', isBad: false, count: 4 }])
    expect(viewers({ failures, all: row({ networks: 1 }) })).toEqual([])
  })
})
