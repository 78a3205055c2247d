import type { StorageView } from '#stage/recording/contract'
import { replayLimits, type RemovedWhy, type ReplayRow, type StorageReport } from '../contract.ts'
import type { ShowId } from '#kernel'

/** How long and how much is kept; null: without a limit. */
export interface KeepRule {
  readonly keepDays: number | null
  readonly quotaBytes: number | null
}

const DAY_MS = 86_400_000

export const expiresAtMs = (endedAtMs: number | null, rule: KeepRule): number | null =>
  endedAtMs === null || rule.keepDays === null ? null : endedAtMs + rule.keepDays * DAY_MS

/** Which recordings go now, the oldest first. */
export function chooseDue(
  rows: readonly ReplayRow[], storage: StorageView, rule: KeepRule, nowMs: number,
): { showId: ShowId; why: RemovedWhy }[] {
  const onDisk = new Map(storage.shows.map((show) => [show.showId, show]))
  const mayGo = rows.filter((row) => {
    const disk = onDisk.get(row.showId)
    return disk?.isEnded && !disk.isReceiving && row.endedAtMs !== null && !row.isRemoved
      && disk.sizeBytes > 0
  }).sort((a, b) => a.endedAtMs! - b.endedAtMs!)
  const due: { showId: ShowId; why: RemovedWhy }[] = []
  let usedBytes = storage.shows.reduce((sum, show) => sum + show.sizeBytes, 0)
  const go = (row: ReplayRow, why: RemovedWhy): void => {
    due.push({ showId: row.showId, why })
    usedBytes -= onDisk.get(row.showId)!.sizeBytes
  }
  const isExpired = (row: ReplayRow): boolean =>
    (expiresAtMs(row.endedAtMs, rule) ?? Infinity) <= nowMs
  for (const row of mayGo) if (isExpired(row)) go(row, 'expired')
  for (const row of mayGo) {
    if (rule.quotaBytes === null || usedBytes <= rule.quotaBytes) break
    if (!row.isPublic && !isExpired(row)) go(row, 'quota')
  }
  return due
}

const bitsPerMs = (shows: StorageView['shows']): number => {
  const durationMs = shows.reduce((sum, show) => sum + show.durationMs, 0)
  const sizeBytes = shows.reduce((sum, show) => sum + show.sizeBytes, 0)
  return durationMs === 0 ? 0 : (sizeBytes * 8) / durationMs
}

/** Bits per millisecond are kilobits per second. Several shows at once add up. */
function kbpsOf({ shows }: StorageView): number {
  const live = shows.filter((show) => show.isReceiving && show.durationMs > 0)
  const now = live.reduce((sum, show) => sum + bitsPerMs([show]), 0)
  return Math.round(now || bitsPerMs(shows)) || replayLimits.kbpsGuess
}

/** How much room there is, and how long it lasts. */
export function reportStorage(storage: StorageView, rule: KeepRule): StorageReport {
  const { totalBytes, shows } = storage
  const usedBytes = shows.reduce((sum, show) => sum + show.sizeBytes, 0)
  const { quotaBytes } = rule
  const ofDisk = { limit: 'disk' as const, freeBytes: storage.freeBytes, share: totalBytes > 0
    ? storage.freeBytes / totalBytes : 1 }
  const quotaFree = quotaBytes === null ? Infinity : Math.max(0, quotaBytes - usedBytes)
  const ofQuota = { limit: 'quota' as const, freeBytes: quotaFree, share: quotaBytes
    ? quotaFree / quotaBytes : 1 }
  const scarce = ofQuota.share < ofDisk.share ? ofQuota : ofDisk
  const freeBytes = Math.min(ofDisk.freeBytes, ofQuota.freeBytes)
  const kbps = kbpsOf(storage)
  const level = scarce.share < replayLimits.criticalShare ? 'critical'
    : scarce.share < replayLimits.lowShare ? 'low' : 'ok'
  const hoursLeft = Math.floor(((freeBytes * 8) / (kbps * 1000) / 3600) * 10) / 10
  return {
    level, limit: scarce.limit, freeBytes, totalBytes, usedBytes, quotaBytes, kbps, hoursLeft,
    keepDays: rule.keepDays,
  }
}
