import { qualityLimits, type FailureCode, type QualityReport, type Transport } from '../contract.ts'
import { emptyCell, renditionName, type Cell } from './cell.ts'
import { emptyHistogram, withValue } from './histogram.ts'

/** One visit of one person in one show, as far as it has been told. */
export interface Visit {
  readonly name: string
  readonly network: string
  readonly country: string
  readonly transport: Transport
  readonly openedAtMs: number
  readonly toldAtMs: number
  /** Time watched or stalled that was counted so far. */
  readonly usedMs: number
  readonly hasStartup: boolean
}

export interface Judged { readonly visit: Visit; readonly cell: Cell }

/** How many fit into what may be claimed; both parts shrink alike. */
function fit(watchedMs: number, stalledMs: number, mostMs: number) {
  const all = watchedMs + stalledMs
  const share = all > mostMs ? mostMs / all : 1
  return { watchedMs: Math.floor(watchedMs * share), stalledMs: Math.floor(stalledMs * share) }
}

function countFailures(list: QualityReport['failures']): Cell['failures'] {
  const counts: Partial<Record<FailureCode, number>> = {}
  let left: number = qualityLimits.failuresPerReportMax
  for (const { code, count } of list ?? []) {
    const taken = Math.min(left, count)
    if (taken > 0) counts[code] = (counts[code] ?? 0) + taken
    left -= taken
  }
  return counts
}

/** What of a report counts, given what this visit has told before. Nobody can have watched longer
 *  than the clock ran: more than that shrinks. null: too soon after the last one. */
export function judge(
  report: QualityReport, before: Visit | undefined,
  at: { readonly nowMs: number; readonly network: string; readonly country: string },
): Judged | null {
  const { nowMs } = at
  if (before && nowMs - before.toldAtMs < qualityLimits.reportGapMs) return null
  const opened = before?.openedAtMs ?? nowMs
  const earned = nowMs - opened + qualityLimits.firstReportMs - (before?.usedMs ?? 0)
  const mostMs = Math.max(0, Math.min(qualityLimits.reportMsMax, earned))
  const { watchedMs, stalledMs } = fit(report.watchedMs, report.stalledMs, mostMs)
  const { startupMs, latencyMs, rendition } = report
  const tellsStartup = startupMs !== undefined && before?.hasStartup !== true
  const isNew = !before || before.transport !== report.transport
  return {
    visit: {
      name: report.visit, network: at.network, country: at.country, transport: report.transport,
      openedAtMs: opened, toldAtMs: nowMs,
      // Time that was not used in the last minute is gone: it cannot be saved up.
      usedMs: Math.max((before?.usedMs ?? 0) + watchedMs + stalledMs,
        nowMs - opened - qualityLimits.reportMsMax),
      hasStartup: before?.hasStartup === true || tellsStartup,
    },
    cell: {
      ...emptyCell, visits: isNew ? 1 : 0, watchedMs, stalledMs,
      stalls: Math.min(report.stalls, stalledMs > 0 ? 1 + Math.floor(stalledMs / 50) : 0),
      switches: Math.min(report.switches, qualityLimits.switchesPerReportMax),
      startup: tellsStartup
        ? withValue(emptyHistogram, Math.min(startupMs, qualityLimits.startupMsMax))
        : emptyHistogram,
      latency: latencyMs === undefined ? emptyHistogram
        : withValue(emptyHistogram, Math.min(latencyMs, qualityLimits.latencyMsMax)),
      renditions: rendition === undefined || watchedMs === 0 ? {}
        : { [renditionName(rendition)]: watchedMs },
      failures: countFailures(report.failures),
    },
  }
}
