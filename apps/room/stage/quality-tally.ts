import type { FailureCode, QualityReport, Transport } from '#insight/quality/contract'

/** What a player tells while it plays, whatever its transport. Times are in milliseconds. */
export interface QualityProbe {
  /** The first picture moves, so long after the wish to play. */
  started(ms: number): void
  /** The picture moves. */
  playing(): void
  /** It stands still though it should move; since when, if that was noticed later. */
  stalled(sinceMs?: number): void
  /** Nobody watches: paused, or the page is hidden. */
  resting(): void
  /** How far behind the moment in the picture is; as often as it is known. */
  latency(ms: number): void
  /** Shorter side of the picture in pixels, or sound alone. */
  rendition(rendition: 'audio' | number): void
  transport(transport: Transport): void
  failed(code: FailureCode): void
}

/** What the server takes but for the names of show and visit. */
export type Tally = Omit<QualityReport, 'showId' | 'visit'>

const samplesMax = 128

function median(list: readonly number[]): number | undefined {
  return [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)]
}
const whole = (ms: number): number => Math.round(Math.min(600_000, Math.max(0, ms)))
const count = (number: number): number => Math.min(1000, number)

/** Adds up what is told. Pure but for the clock it is given. */
export function makeTally(now: () => number) {
  let state: 'resting' | 'playing' | 'stalled' = 'resting'
  let sinceMs = now()
  let sum = { playing: 0, stalled: 0, resting: 0 }
  let stalls = 0
  let switches = 0
  let startupMs: number | undefined
  let latencies: number[] = []
  let failures = new Map<FailureCode, number>()
  let rendition: 'audio' | number | undefined
  let transport: Transport = 'hls'
  let hasTransport = false
  let hasPlayed = false

  function enter(next: typeof state, atMs = now()): void {
    const switchMs = Math.max(sinceMs, atMs)
    sum[state] += switchMs - sinceMs
    sinceMs = switchMs
    state = next
  }

  const probe: QualityProbe = {
    started(ms) { startupMs = ms },
    playing() {
      hasPlayed = true
      enter('playing')
    },
    stalled(atMs) {
      // Before the first picture it is the start that takes long.
      if (!hasPlayed || state === 'stalled') return
      stalls++
      enter('stalled', atMs)
    },
    resting() { enter('resting') },
    latency(ms) {
      if (Number.isFinite(ms) && latencies.length < samplesMax) latencies.push(ms)
    },
    rendition(next) {
      if (rendition !== undefined && next !== rendition) switches++
      rendition = next
    },
    transport(next) {
      if (hasTransport && next !== transport) switches++
      transport = next
      hasTransport = true
    },
    failed(code) { failures.set(code, (failures.get(code) ?? 0) + 1) },
  }

  return {
    probe,
    /** What came since the last time; null when that is nothing. */
    take(): Tally | null {
      enter(state)
      const latencyMs = median(latencies)
      const isNothing = sum.playing + sum.stalled < 1 && failures.size === 0
        && startupMs === undefined
      if (isNothing) return null
      const tally: Tally = {
        transport, watchedMs: whole(sum.playing), stalledMs: whole(sum.stalled),
        stalls: count(stalls), switches: count(switches),
        ...(rendition !== undefined && { rendition }),
        ...(startupMs !== undefined && { startupMs: whole(startupMs) }),
        ...(latencyMs !== undefined && { latencyMs: whole(latencyMs) }),
        ...(failures.size > 0 && {
          failures: [...failures].map(([code, times]) => ({ code, count: count(times) })),
        }),
      }
      sum = { playing: 0, stalled: 0, resting: 0 }
      stalls = 0
      switches = 0
      startupMs = undefined
      latencies = []
      failures = new Map()
      return tally
    },
  }
}
