import { createHash, timingSafeEqual } from 'node:crypto'
import type { RenditionName } from '#stage/media/contract'
import {
  actedAtMs, type Show, type ShowRefusal, type ShowRenditions, type ShowState, type Signal,
} from './contract.ts'

/** Silence after which a publisher counts as gone: three reports of the media process. */
export const silenceMs = 6000
/** How far back a report may lie and still be taken for a late one, not for a clock set back. */
const lateMs = 10_000

export interface ShowRow {
  readonly id: string
  readonly slug: string
  readonly title: string
  readonly merchant: string
  readonly state: ShowState
  readonly signal: Signal
  readonly signal_at_ms: number
  readonly reported_at_ms: number
  readonly video: unknown
  readonly problem: string | null
  readonly starts_at_ms: number
  readonly started_at_ms: number | null
  readonly ended_at_ms: number | null
  readonly sale_stopped: boolean
  readonly pinned_product_id: string | null
  readonly pinned_media_ms: number | null
  readonly line_up: readonly string[]
  readonly is_demo: boolean
  readonly is_directed: boolean
  readonly has_recording: boolean
  readonly replay_withdrawn: boolean
  readonly media_owes: 'drop' | 'stop' | null
  readonly renditions: ShowRenditions | null
}

/** What one command changes; null: nothing. */
export type Patch = Partial<Omit<ShowRow, 'id'>>
export type Decision = { patch: Patch; fact: 'ShowStarted' | 'ShowEnded' | null } | ShowRefusal

export interface Report {
  readonly state: 'receiving' | 'lost' | 'ended'
  readonly video?: Readonly<Record<string, unknown>>
  readonly problem?: string
  readonly atMs: number
}

/** The signal as it counts now: silence is a loss, whether or not anybody has written it down. */
export function signalAt(row: Pick<ShowRow, 'signal' | 'signal_at_ms'>, nowMs: number): Signal {
  const isSilent = row.signal === 'receiving' && nowMs - Number(row.signal_at_ms) > silenceMs
  return isSilent ? 'lost' : row.signal
}

const numberOrNull = (value: number | null) => (value === null ? null : Number(value))

export function toShow(row: ShowRow, nowMs: number): Show {
  const signal = signalAt(row, nowMs)
  const hasRecording = row.state === 'ended' && row.has_recording
  return {
    id: row.id, slug: row.slug, title: row.title, merchant: row.merchant, state: row.state, signal,
    video: signal === 'receiving' ? row.video as Show['video'] : null, problem: row.problem,
    startsAtMs: Number(row.starts_at_ms), startedAtMs: numberOrNull(row.started_at_ms),
    endedAtMs: numberOrNull(row.ended_at_ms), saleStopped: row.sale_stopped,
    pinnedProductId: row.pinned_product_id, pinnedMediaMs: numberOrNull(row.pinned_media_ms),
    lineUp: [...row.line_up], isDemo: row.is_demo,
    hasReplay: hasRecording && !row.replay_withdrawn, hasRecording, isDirected: row.is_directed,
    renditions: row.renditions,
  }
}

/** As the media process calls them. */
export const renditionNames: Readonly<Record<ShowRenditions, readonly RenditionName[]>> = {
  none: [], audio: ['audio'], all: ['360p', 'audio'],
}

export function goLive(row: ShowRow, nowMs: number): Decision {
  if (row.state === 'ended') return 'stage.show.ended'
  if (row.state === 'live') return { patch: {}, fact: null }
  if (signalAt(row, nowMs) !== 'receiving') return 'stage.show.no_signal'
  return { patch: { state: 'live', started_at_ms: nowMs }, fact: 'ShowStarted' }
}

export function end(row: ShowRow, nowMs: number): Decision {
  if (row.state === 'ended') return { patch: {}, fact: null }
  if (row.state === 'scheduled') return 'stage.show.not_live'
  return {
    patch: { state: 'ended', ended_at_ms: nowMs, signal: 'none', media_owes: 'stop' },
    fact: 'ShowEnded',
  }
}

export function pin(
  row: ShowRow, productId: string | null, nowMs: number, seenMs?: number,
): Patch | ShowRefusal {
  if (row.state === 'ended') return 'stage.show.ended'
  if (productId !== null && !row.line_up.includes(productId)) {
    return 'stage.show.product_not_in_line_up'
  }
  if (row.pinned_product_id === productId) return {}
  return { pinned_product_id: productId, pinned_media_ms: actedAtMs(seenMs, nowMs) }
}

/** What viewers have of the recording. A show that is not over has no replay to speak of. */
export function setReplay(
  row: ShowRow, to: 'public' | 'withdrawn' | 'removed',
): Patch | ShowRefusal {
  if (row.state !== 'ended') return 'stage.show.not_ended'
  if (to === 'removed') return row.has_recording ? { has_recording: false } : {}
  const isWithdrawn = to === 'withdrawn'
  return row.replay_withdrawn === isWithdrawn ? {} : { replay_withdrawn: isWithdrawn }
}

/** A report of the media process. `null`: it comes too late and changes nothing. */
export function hear(row: ShowRow, report: Report, nowMs: number): Decision | null {
  const behind = Number(row.reported_at_ms) - report.atMs
  if (behind > 0 && behind < lateMs) return null
  const heard = { signal_at_ms: nowMs, reported_at_ms: Math.trunc(report.atMs) }
  const problem = report.problem ?? null
  if (row.state === 'ended') {
    // Its publisher should be gone: tell the media process once more.
    const owes = report.state === 'receiving' ? { media_owes: 'stop' as const } : {}
    return { patch: { ...heard, problem, ...owes }, fact: null }
  }
  if (report.state !== 'receiving') {
    const signal = row.signal === 'none' ? 'none' : 'lost'
    return { patch: { ...heard, problem, signal }, fact: null }
  }
  const patch: Patch = {
    ...heard, problem, signal: 'receiving', has_recording: true,
    ...(report.video ? { video: readVideo(report.video) } : {}),
  }
  if (row.state === 'scheduled' && row.is_demo && row.is_directed) {
    return { patch: { ...patch, state: 'live', started_at_ms: nowMs }, fact: 'ShowStarted' }
  }
  return { patch, fact: null }
}

/** Rounded, so that a screen is not redrawn for every packet; null when it is not a picture. */
export function readVideo(video: Readonly<Record<string, unknown>>): Show['video'] {
  const read = (name: string, max: number) => {
    const value = video[name]
    return typeof value === 'number' && value >= 0 && value <= max ? value : undefined
  }
  const width = read('width', 16_384)
  const height = read('height', 16_384)
  if (!width || !height) return null
  return {
    width: Math.round(width), height: Math.round(height), fps: Math.round(read('fps', 1000) ?? 0),
    kbps: Math.round((read('kbps', 1_000_000) ?? 0) / 100) * 100,
    keyframeSeconds: Math.round((read('keyframeSeconds', 3600) ?? 0) * 10) / 10,
    hasBFrames: video['hasBFrames'] === true,
  }
}

/** Whether two rows look the same to people; the stamps of reports do not count. */
export function looksSame(a: Show, b: Show): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex')

/** The index finds the row; the comparison that decides takes the same time for every wrong key. */
export function isKey(given: string, keptHash: string): boolean {
  const a = Buffer.from(hashKey(given), 'hex')
  const b = Buffer.from(keptHash, 'hex')
  return a.length === b.length && timingSafeEqual(a, b)
}

/** One line, without control or direction-changing characters. */
export const cleanTitle = (title: string): string => title.normalize('NFC')
  .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, ' ').replace(/\s+/g, ' ').trim()

/** `Café & Co: Winter!` -> `cafe-co-winter`; a title without Latin letters gives `show`. */
export function slugOf(title: string, maxLength: number): string {
  const plain = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain.replace(/[^a-z0-9]+/g, '-').slice(0, maxLength).replace(/^-+|-+$/g, '')
  return slug || 'show'
}

/** The address to try on the n-th attempt: `silk`, `silk-2`, `silk-3`... */
export function slugAttempt(slug: string, attempt: number, maxLength: number): string {
  if (attempt === 1) return slug
  const tail = `-${attempt}`
  return slug.slice(0, maxLength - tail.length).replace(/-+$/, '') + tail
}
