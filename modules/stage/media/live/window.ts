import type { Clock } from '#kernel'
import { TICKS_PER_SECOND } from '#formats/init-segment'
import type { WindowStart } from '#stage/recording/contract'
import { MEDIA_LIMITS } from '../contract.ts'
import {
  SOURCE_NAMES, writeLivePlaylist, type AssetNames, type LiveSegmentLine, type PartLine,
} from '../model/playlist.ts'

export interface Part extends PartLine {
  readonly bytes: Uint8Array
}

export interface LiveSegment extends LiveSegmentLine {
  readonly ticks: number
  readonly parts: readonly Part[]
  /** All parts in one piece, once it is closed. */
  readonly whole?: Buffer | undefined
}

interface OpenSegment extends LiveSegment {
  durationTicks: number
  isClosed: boolean
  parts: Part[]
  whole?: Buffer | undefined
}

/** One buffer holds the segment; its parts become views of it, so that nothing is kept twice. */
function seal(segment: OpenSegment): void {
  const whole = Buffer.concat(segment.parts.map((part) => part.bytes))
  let at = 0
  segment.parts = segment.parts.map((part) => {
    const bytes = whole.subarray(at, at + part.bytes.length)
    at += part.bytes.length
    return { ...part, bytes }
  })
  segment.whole = whole
  segment.isClosed = true
}

/** The last seconds of a show, in memory: what viewers at the live edge fetch. */
export interface LiveWindow {
  readonly nextMsn: number
  readonly partTargetTicks: number | undefined
  readonly segments: readonly LiveSegment[]
  readonly discontinuitySequence: number
  readonly isEnded: boolean
  setPartTarget(ticks: number): void
  setReceiving(isReceiving: boolean): void
  end(): void
  open(segment: {
    msn: number; initId: number; isDiscontinuity: boolean; wallMs: number; ticks: number
  }): void
  /** A segment of the show that this playlist never lists, before its first. */
  skip(segment: { msn: number; isDiscontinuity: boolean }): void
  part(part: Part): void
  close(): LiveSegment | undefined
  /** The playlist, undefined while there is no whole segment to start from. */
  text(): string | undefined
  find(msn: number): LiveSegment | undefined
  /** True when `test` holds now or comes to hold within `ms`. */
  wait(test: () => boolean, ms: number): Promise<boolean>
}

const WINDOW_TICKS = MEDIA_LIMITS.windowSeconds * TICKS_PER_SECOND
const SEGMENTS_MAX = 24

export function makeLiveWindow(
  deps: { clock: Clock; names?: AssetNames }, start: WindowStart,
): LiveWindow {
  const names = deps.names ?? SOURCE_NAMES
  const segments: OpenSegment[] = start.segments.map((segment) => (
    { ...segment, parts: [...segment.parts] }
  ))
  segments.forEach(seal)
  let nextMsn = start.nextMsn
  let { discontinuitySequence, partTargetTicks, isEnded } = start
  let isReceiving = false
  let isFlowing = false
  let playlist: string | undefined
  const waiting = new Set<{ test: () => boolean; settle: (met: boolean) => void }>()

  const changed = (): void => {
    playlist = undefined
    for (const waiter of waiting) {
      if (waiter.test()) waiter.settle(true)
    }
  }

  const forgetOldest = (): void => {
    let ticks = segments.reduce((sum, segment) => sum + segment.durationTicks, 0)
    while (segments.length > 1) {
      const oldest = segments[0]!
      const isNeeded = ticks - oldest.durationTicks < WINDOW_TICKS
      if (isNeeded && segments.length <= SEGMENTS_MAX) return
      ticks -= oldest.durationTicks
      if (oldest.isDiscontinuity) discontinuitySequence++
      segments.shift()
    }
  }

  return {
    get nextMsn() { return nextMsn },
    get partTargetTicks() { return partTargetTicks },
    get segments() { return segments },
    get discontinuitySequence() { return discontinuitySequence },
    get isEnded() { return isEnded },
    setPartTarget(ticks) { partTargetTicks = ticks },
    setReceiving(value) {
      isReceiving = value
      // The first part after a break is not hinted: it would come before its discontinuity.
      isFlowing = false
      changed()
    },
    end() {
      isEnded = true
      changed()
    },
    open(segment) {
      segments.push({ ...segment, durationTicks: 0, parts: [], isClosed: false })
      nextMsn = segment.msn + 1
      isFlowing = isReceiving
      forgetOldest()
    },
    skip(segment) {
      nextMsn = segment.msn + 1
      if (segment.isDiscontinuity) discontinuitySequence++
    },
    part(part) {
      const last = segments.at(-1)
      if (!last || last.isClosed) return
      last.parts.push(part)
      last.durationTicks += part.ticks
      changed()
    },
    close() {
      const last = segments.at(-1)
      if (!last || last.isClosed) return undefined
      seal(last)
      changed()
      return last
    },
    text() {
      if (partTargetTicks === undefined || !segments.some((one) => one.isClosed)) return undefined
      const listed = segments.at(-1)!.parts.length === 0 ? segments.slice(0, -1) : segments
      playlist ??= writeLivePlaylist({
        names, segments: listed, discontinuitySequence, partTargetTicks, isFlowing, isEnded,
      })
      return playlist
    },
    find: (msn) => segments.find((segment) => segment.msn === msn),
    wait(test, ms) {
      if (test()) return Promise.resolve(true)
      return new Promise((done) => {
        const settle = (met: boolean): void => {
          waiting.delete(waiter)
          timer.cancel()
          done(met)
        }
        const waiter = { test, settle }
        const timer = deps.clock.after(ms, () => settle(false))
        waiting.add(waiter)
      })
    },
  }
}

/** Whether a blocking reload's demand is met (RFC 8216bis 6.2.5.2). A part index behind the last
 *  part of a closed segment means the first part of the next one. */
export function hasReached(
  segments: readonly LiveSegmentLine[], msn: number, part: number | undefined,
): boolean {
  const last = segments.at(-1)
  if (!last) return false
  if (part === undefined) return last.msn > msn || (last.msn === msn && last.isClosed)
  if (last.msn > msn) {
    const wanted = segments.find((segment) => segment.msn === msn)
    const isBeyond = wanted !== undefined && part >= wanted.parts.length
    return !isBeyond || last.msn > msn + 1 || last.parts.length > 0
  }
  return last.msn === msn && last.parts.length > part
}
