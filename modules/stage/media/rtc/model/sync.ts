import type { makeWallClock } from '../../model/wall-clock.ts'

type WallClock = ReturnType<typeof makeWallClock>
type Kind = 'video' | 'audio'

/** When sound and picture of one publisher happened, on the show's wall clock. Each has a clock of
 *  its own; its sender reports (RFC 3550 6.4.1) say how they lie to each other. */
export interface Sync {
  /** The first packet of a frame has arrived. Times are the track's own, in milliseconds. */
  see(kind: Kind, sourceMs: number, nowMs: number): void
  /** A sender report: this source time was this time on the publisher's clock. */
  report(kind: Kind, sourceMs: number, ntpMs: number): void
  wallOf(kind: Kind, sourceMs: number): number
}

/** A report that puts sound this far from where its arrival says is not believed. */
const BELIEVED_MS = 2_000

/** Arrival alone places the picture; sound is placed beside it by the reports once both have come,
 *  by its own arrival until then. Without a picture sound is placed by arrival. */
export function makeSync(video: WallClock, audio: WallClock, hasVideo: boolean): Sync {
  const reports: { [K in Kind]?: { sourceMs: number; ntpMs: number } } = {}
  const clocks = { video, audio }
  const byArrival = (kind: Kind, sourceMs: number): number =>
    clocks[kind].wallOf(sourceMs) ?? sourceMs
  return {
    see: (kind, sourceMs, nowMs) => void clocks[kind].see(sourceMs, nowMs),
    report(kind, sourceMs, ntpMs) {
      reports[kind] = { sourceMs, ntpMs }
    },
    wallOf(kind, sourceMs) {
      const arrived = byArrival(kind, sourceMs)
      if (kind === 'video' || !hasVideo || !reports.video || !reports.audio) return arrived
      const ntpMs = reports.audio.ntpMs + sourceMs - reports.audio.sourceMs
      const picture = reports.video.sourceMs + ntpMs - reports.video.ntpMs
      const wallMs = clocks.video.wallOf(picture) ?? arrived
      return Math.abs(wallMs - arrived) < BELIEVED_MS ? wallMs : arrived
    },
  }
}
