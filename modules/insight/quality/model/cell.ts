import { renditionNames, type FailureCode, type QualityFigures, type RenditionName,
} from '../contract.ts'
import { emptyHistogram, mergeHistograms, quantile, type Histogram } from './histogram.ts'

/** What was met by the viewers of one country on one transport. Two cells of the same kind add up,
 *  in any order. */
export interface Cell {
  readonly visits: number
  readonly watchedMs: number
  readonly stalledMs: number
  readonly stalls: number
  readonly switches: number
  readonly startup: Histogram
  readonly latency: Histogram
  /** Time watched, by rendition. */
  readonly renditions: Readonly<Partial<Record<RenditionName, number>>>
  readonly failures: Readonly<Partial<Record<FailureCode, number>>>
}

export const emptyCell: Cell = {
  visits: 0, watchedMs: 0, stalledMs: 0, stalls: 0, switches: 0, startup: emptyHistogram,
  latency: emptyHistogram, renditions: {}, failures: {},
}

type Counts<Name extends string> = Readonly<Partial<Record<Name, number>>>

function addCounts<Name extends string>(a: Counts<Name>, b: Counts<Name>): Counts<Name> {
  const sum: Partial<Record<Name, number>> = { ...a }
  for (const [name, count] of Object.entries(b) as [Name, number][]) {
    sum[name] = (sum[name] ?? 0) + count
  }
  return sum
}

export const mergeCells = (a: Cell, b: Cell): Cell => ({
  visits: a.visits + b.visits,
  watchedMs: a.watchedMs + b.watchedMs,
  stalledMs: a.stalledMs + b.stalledMs,
  stalls: a.stalls + b.stalls,
  switches: a.switches + b.switches,
  startup: mergeHistograms(a.startup, b.startup),
  latency: mergeHistograms(a.latency, b.latency),
  renditions: addCounts(a.renditions, b.renditions),
  failures: addCounts(a.failures, b.failures),
})

export function stutterOf({ watchedMs, stalledMs }: Pick<Cell, 'watchedMs' | 'stalledMs'>): number {
  const all = watchedMs + stalledMs
  return all === 0 ? 0 : stalledMs / all
}

/** `viewers` and `networks` are not in cells: who watches now is asked of the open visits. */
export const toFigures = (cell: Cell, viewers = 0, networks = 0): QualityFigures => ({
  viewers, networks, visits: cell.visits, watchedMs: cell.watchedMs, stalledMs: cell.stalledMs,
  stalls: cell.stalls, switches: cell.switches,
  stutter: Math.round(stutterOf(cell) * 1e4) / 1e4,
  startupMsP50: quantile(cell.startup, 0.5), startupMsP95: quantile(cell.startup, 0.95),
  latencyMsP50: quantile(cell.latency, 0.5), latencyMsP95: quantile(cell.latency, 0.95),
})

/** The name that a picture is counted under: the nearest of those we count. */
export function renditionName(rendition: 'audio' | number): RenditionName {
  if (rendition === 'audio') return 'audio'
  const [, ...sizes] = renditionNames
  return sizes.reduce((best, name) =>
    Math.abs(Number(name) - rendition) < Math.abs(Number(best) - rendition) ? name : best)
}
