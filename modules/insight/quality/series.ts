import type { ShowId } from '#kernel'
import type { MediaHealth, StateReport } from '#stage/media/contract'
import { qualityLimits, type HealthSample } from './contract.ts'

interface Line {
  samples: HealthSample[]
  health: MediaHealth | null
}

type CountName = 'pliCount' | 'nackCount' | 'partsWritten' | 'partsLate'

/** The media process counts from its start; a count that fell means that it began anew. */
function grown(now: MediaHealth | undefined, before: MediaHealth | null, name: CountName) {
  const count = now?.[name]
  if (count === undefined) return null
  const last = before?.[name]
  return last === undefined || last > count ? null : count - last
}

export function toSample(report: StateReport, before: MediaHealth | null): HealthSample {
  const { health, video, state, atMs } = report
  const isReceiving = state === 'receiving'
  const known = <T>(value: T | undefined): T | null => (isReceiving ? value ?? null : null)
  return {
    atMs, isReceiving, kbps: known(health?.kbps ?? video?.kbps), fps: known(video?.fps),
    keyframeSeconds: known(video?.keyframeSeconds), lossFraction: known(health?.lossFraction),
    pli: grown(health, before, 'pliCount'), nack: grown(health, before, 'nackCount'),
    partsWritten: grown(health, before, 'partsWritten'),
    partsLate: grown(health, before, 'partsLate'),
  }
}

/** The encoder's last minutes per show, in memory: what a curve needs, whoever opens it when. */
export function makeSeries() {
  const shows = new Map<ShowId, Line>()
  return {
    hear(report: StateReport): void {
      const showId = report.showId as ShowId
      const line = shows.get(showId) ?? { samples: [], health: null }
      // A show that is told of goes to the end: the one that was silent longest is let go first.
      shows.delete(showId)
      if (shows.size >= qualityLimits.showsMax) shows.delete(shows.keys().next().value!)
      shows.set(showId, line)
      const last = line.samples.at(-1)
      if (last && report.atMs < last.atMs) return
      line.samples = [...line.samples, toSample(report, line.health)]
        .slice(-qualityLimits.samplesMax)
      line.health = report.state === 'receiving' ? report.health ?? null : null
    },
    read: (showId: ShowId): Line => shows.get(showId) ?? { samples: [], health: null },
  }
}
