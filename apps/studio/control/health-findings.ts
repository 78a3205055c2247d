import type { HealthSample, QualityFigures, ShowQuality } from '#insight/quality/contract'

/** What a person has to do something about, as a code and the figures of its sentence. */
export type HealthKind =
  | 'upload_loss' | 'upload_loss_line' | 'upload_late' | 'server_busy' | 'small_off' | 'frames_low'
  | 'stutter_all' | 'stutter_country' | 'latency_hls' | 'latency_whep' | 'start_slow'
  | 'udp_blocked' | 'on_backup'

/** `share` is of one, `country` an ISO 3166-1 code; the rest are plain numbers. */
export interface HealthFinding {
  readonly kind: HealthKind
  readonly about: string
  readonly isBad: boolean
  readonly values: Readonly<Record<string, string | number>>
}

const lossWarn = 0.02
const lossBad = 0.05
/** One bad moment is not a bad line. */
const lossyLeast = 3
const lateWarn = 0.1
const lateBad = 0.3
const lateLeast = 5
const cpuBusy = 0.85
const framesShare = 0.7
const framesLeast = 15
const stutterWarn = 0.03
const stutterBad = 0.08
/** Fewer viewers, one network or little time prove nothing about a country. */
const viewersLeast = 3
const networksLeast = 2
const watchedMsLeast = 60_000
const countriesMost = 3
const startMsMost = 5_000
const latencyMsMost = { hls: 6_000, whep: 1_000 } as const
const blockedLeast = 3
const kbpsLeast = 800
const kbpsStep = 250
const recentMs = 20_000
const minuteMs = 60_000
const samplesLeast = 5

const mean = (list: readonly number[]): number | null =>
  list.length === 0 ? null : list.reduce((sum, one) => sum + one, 0) / list.length
const median = (list: readonly number[]): number | null =>
  [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)] ?? null
const isKnown = <T>(value: T | null): value is T => value !== null

const column = (samples: readonly HealthSample[], name: 'kbps' | 'fps' | 'lossFraction') =>
  samples.map((sample) => sample[name]).filter(isKnown)
const total = (samples: readonly HealthSample[], name: 'partsWritten' | 'partsLate') =>
  samples.map((sample) => sample[name]).filter(isKnown).reduce((sum, one) => sum + one, 0)

interface Line {
  readonly recent: readonly HealthSample[]
  readonly minute: readonly HealthSample[]
  readonly all: readonly HealthSample[]
  readonly kbps: number | null
}

function lineOf({ samples, atMs }: ShowQuality): Line {
  const within = (ms: number) =>
    samples.filter((one) => one.isReceiving && atMs - one.atMs <= ms)
  const recent = within(recentMs)
  const kbps = mean(column(recent, 'kbps'))
  return { recent, minute: within(minuteMs), all: samples, kbps }
}

/** A bitrate that an encoder can be set to, this share of what it sends; null when that is no help
 *  any more. */
export function lowerKbps(kbps: number | null, share: number): number | null {
  if (kbps === null) return null
  const lower = Math.max(kbpsLeast, Math.floor(kbps * share / kbpsStep) * kbpsStep)
  return lower < kbps * 0.95 ? lower : null
}

const found = (
  kind: HealthKind, values: HealthFinding['values'], rest: Partial<HealthFinding> = {},
): HealthFinding => ({ kind, about: '', isBad: false, values, ...rest })

const rounded = (share: number): number => Math.round(share * 1000) / 1000

/** The way from the encoder to us; one cause at a time, the one that explains the others first. */
function findUpload({ recent, minute, kbps }: Line, health: ShowQuality['health']) {
  const cpu = health?.cpuShare ?? 0
  if (cpu >= cpuBusy) return [found('server_busy', { share: rounded(cpu) }, { isBad: true })]
  const losses = column(recent, 'lossFraction')
  const isLasting = losses.length >= samplesLeast
    && losses.filter((one) => one >= lossWarn).length >= lossyLeast
  const loss = isLasting ? mean(losses)! : 0
  if (loss >= lossWarn) {
    const isBad = loss >= lossBad
    const lower = lowerKbps(kbps, isBad ? 0.6 : 0.75)
    const values = { share: rounded(loss) }
    return [lower === null ? found('upload_loss_line', values, { isBad })
      : found('upload_loss', { ...values, kbps: lower }, { isBad })]
  }
  const late = total(minute, 'partsLate')
  const share = late / Math.max(1, total(minute, 'partsWritten'))
  if (late < lateLeast || share < lateWarn) return []
  const lower = lowerKbps(kbps, 0.75) ?? kbpsLeast
  return [found('upload_late', { share: rounded(share), kbps: lower }, { isBad: share >= lateBad })]
}

function findFrames({ recent, all }: Line): HealthFinding[] {
  const now = column(recent, 'fps')
  const usual = median(column(all, 'fps'))
  const fps = mean(now)
  if (fps === null || usual === null || now.length < samplesLeast || usual < framesLeast) return []
  if (fps >= usual * framesShare) return []
  return [found('frames_low', { fps: Math.round(fps), usual: Math.round(usual) })]
}

const isProven = (row: QualityFigures): boolean => row.viewers >= viewersLeast
  && row.networks >= networksLeast && row.watchedMs + row.stalledMs >= watchedMsLeast

/** Where viewers stall. When it is everywhere, the cause is with us and not with a country. */
function findStutter({ minute }: ShowQuality, line: Line): HealthFinding[] {
  const proven = minute.countries.filter((row) => row.country !== 'ZZ' && isProven(row))
  const stuttering = proven.filter((row) => row.stutter >= stutterWarn)
  const lower = lowerKbps(line.kbps, 0.7) ?? kbpsLeast
  const isEverywhere = stuttering.length === proven.length && proven.length !== 1
  if (isEverywhere && isProven(minute.all) && minute.all.stutter >= stutterWarn) {
    return [found('stutter_all', { share: rounded(minute.all.stutter), kbps: lower },
      { isBad: minute.all.stutter >= stutterBad })]
  }
  return stuttering.sort((a, b) => b.stutter - a.stutter).slice(0, countriesMost)
    .map(({ country, stutter }) => found('stutter_country',
      { country, share: rounded(stutter), kbps: lower },
      { about: country, isBad: stutter >= stutterBad }))
}

function findDelays({ minute }: ShowQuality): HealthFinding[] {
  const list: HealthFinding[] = []
  for (const row of minute.transports) {
    const ms = row.latencyMsP50
    if (ms === null || row.viewers < viewersLeast || ms <= latencyMsMost[row.transport]) continue
    list.push(found(`latency_${row.transport}`, { seconds: Math.round(ms / 100) / 10 }))
  }
  const { startupMsP50, visits, networks } = minute.all
  if (startupMsP50 !== null && startupMsP50 > startMsMost && visits >= viewersLeast
    && networks >= networksLeast) {
    list.push(found('start_slow', { seconds: Math.round(startupMsP50 / 100) / 10 }))
  }
  const blocked = minute.failures.find(({ code }) => code === 'udp_blocked')?.count ?? 0
  if (blocked >= blockedLeast && networks >= networksLeast) {
    list.push(found('udp_blocked', { count: blocked }))
  }
  return list
}

/** What the figures say, the worst first. Pure. Nothing while no signal arrives: that is told
 *  apart, and explains the rest. */
export function findHealth(quality: ShowQuality | null): HealthFinding[] {
  if (!quality) return []
  const last = quality.samples.at(-1)
  if (last && !last.isReceiving) return []
  const line = lineOf(quality)
  const upload = findUpload(line, quality.health)
  const all = [
    ...upload, ...quality.health?.backup === 'shown' ? [found('on_backup', {})] : [],
    ...quality.health?.isSmallOff ? [found('small_off', {})] : [],
    ...findFrames(line),
    // Who stalls because nothing arrives here need not be told of one by one.
    ...upload.length > 0 ? [] : findStutter(quality, line),
    ...findDelays(quality),
  ]
  return [...all.filter((one) => one.isBad), ...all.filter((one) => !one.isBad)]
}
