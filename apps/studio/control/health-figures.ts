import type { HealthSample, QualitySummary, ShowQuality, Transport,
} from '#insight/quality/contract'

/** Names of ways, the same in every language. */
export const transportNames = { whep: 'WebRTC', hls: 'LL-HLS', whip: 'WHIP', rtmp: 'RTMP' } as const

const minuteMs = 60_000

type Counted = 'partsWritten' | 'partsLate' | 'pli' | 'nack'

function totalOf(samples: readonly HealthSample[], name: Counted): number | null {
  const known = samples.map((sample) => sample[name]).filter((one) => one !== null)
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0)
}

/** What came from the encoder in the last minute; null: nobody told. */
export function encoderFigures({ samples, health, atMs }: ShowQuality) {
  const minute = samples.filter((sample) => atMs - sample.atMs <= minuteMs)
  const last = samples.at(-1)
  return {
    transport: health?.transport ? transportNames[health.transport] : null,
    kbps: last?.kbps ?? null, loss: last?.lossFraction ?? null, cpu: health?.cpuShare ?? null,
    backup: health?.backup ?? 'none' as const,
    partsLate: totalOf(minute, 'partsLate'), partsWritten: totalOf(minute, 'partsWritten'),
    pli: totalOf(minute, 'pli'), nack: totalOf(minute, 'nack'),
  }
}

/** Places without delay: how many watch this show on one, how many there are, how many kept, and
 *  viewers who made room. Null where WebRTC has none. */
export function placeFigures({ health }: Pick<ShowQuality, 'health'>) {
  const { viewersWhep: used = 0, placesWhep: most, placesKept: kept = 0, viewersMoved: moved = 0,
  } = health ?? {}
  return most ? { used, most, kept, moved } : null
}

/** The curve: seconds since 1970 and kbit/s; a gap where nothing came. */
export const bitrateCurve = (samples: readonly HealthSample[]) => ({
  times: samples.map((sample) => Math.round(sample.atMs / 1000)),
  values: samples.map((sample) => (sample.isReceiving ? sample.kbps : null)),
})

export interface QualityRow {
  readonly key: string
  /** ISO 3166-1, `ZZ` for unknown; null in a row of a transport or of everyone. */
  readonly country: string | null
  readonly transport: Transport | null
  /** Watching now, or visits of the whole show. */
  readonly viewers: number
  readonly stutter: number
  /** Of the largest that is shown, at least a tenth of the time: for the bar. */
  readonly bar: number
  readonly latency: readonly [number | null, number | null]
  readonly start: readonly [number | null, number | null]
}

const fullBar = 0.1

/** Rows of one table, everyone first where there is more than one. */
export function qualityRows(
  summary: QualitySummary, of: 'transports' | 'countries', isNow: boolean,
): QualityRow[] {
  const rows = of === 'transports'
    ? summary.transports.map((row) => ({ ...row, country: null }))
    : summary.countries.map((row) => ({ ...row, transport: null }))
  const most = Math.max(fullBar, ...rows.map((row) => row.stutter))
  const all = { ...summary.all, country: null, transport: null }
  return [...(rows.length > 1 ? [all] : []), ...rows].map((row) => ({
    key: row.country ?? row.transport ?? '', country: row.country, transport: row.transport,
    viewers: isNow ? row.viewers : row.visits, stutter: row.stutter,
    bar: Math.min(1, row.stutter / most), latency: [row.latencyMsP50, row.latencyMsP95],
    start: [row.startupMsP50, row.startupMsP95],
  }))
}
