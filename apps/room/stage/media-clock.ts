/** One look at the picture: the frame that is drawn at `atPerfMs` (of `performance.now()`) happened
 *  at `wallMs`, on the server's clock. */
export interface Sight {
  readonly wallMs: number
  readonly atPerfMs: number
  /** How fast the picture plays; 1 when not said. */
  readonly rate?: number
}

/** Where this viewer's picture is, on the server's clock: the same for every transport. A player
 *  says what it sees, cues ask. */
export interface MediaClock {
  /** A frame is drawn. By WHEP: `wallMs = wallFromRtp(rtpTimestamp, serverNow)`. */
  see(sight: Sight): void
  /** The picture stands still (buffering, paused): the playhead stays where it is. */
  hold(atPerfMs: number): void
  /** There is no picture any more: no playhead until the next frame. */
  lose(): void
  /** Media time of the frame that is on the screen, ms; null: there is no picture. */
  playheadMs(atPerfMs: number): number | null
  /** Since when the playhead has not moved, `performance.now()`; null while it moves. */
  stillSinceMs(atPerfMs: number): number | null
  /** Called after every frame that was seen. */
  onSight(listener: () => void): () => void
}

/** Without a new frame for so long the picture stands: the playhead is not carried on. */
export const CARRY_MS = 120
/** Frames that come so much before or after where they should be are jitter of stamps. */
const JITTER_MS = 60
/** A step back up to here is the clock being put right, not a person who seeks. */
const BACK_MS = 150
/** Share of a jitter that is believed at once; the rest with the next frames. */
const BELIEF = 0.2

interface Anchor {
  readonly wallMs: number
  readonly atPerfMs: number
  readonly rate: number
}

const carried = (anchor: Anchor, atPerfMs: number): number =>
  anchor.wallMs + Math.max(0, atPerfMs - anchor.atPerfMs) * anchor.rate

/** A frame that is nearly where it was expected moves the clock a little, any other all the way. */
function nextAnchor(before: Anchor, { wallMs, atPerfMs, rate = 1 }: Sight): Anchor {
  const expected = carried(before, atPerfMs)
  const off = wallMs - expected
  const isJitter = before.rate > 0 && Math.abs(off) <= JITTER_MS
  return { wallMs: isJitter ? expected + off * BELIEF : wallMs, atPerfMs, rate }
}

export function makeMediaClock(): MediaClock {
  const listeners = new Set<() => void>()
  let anchor: Anchor | null = null
  /** The furthest that was told of this run: small steps back are not. */
  let told = Number.NEGATIVE_INFINITY

  return {
    see(sight) {
      const { wallMs } = sight
      if (!Number.isFinite(wallMs)) return
      anchor = anchor ? nextAnchor(anchor, sight)
        : { wallMs, atPerfMs: sight.atPerfMs, rate: sight.rate ?? 1 }
      if (anchor.wallMs < told - BACK_MS) told = Number.NEGATIVE_INFINITY
      for (const listener of listeners) listener()
    },
    hold(atPerfMs) {
      if (!anchor || anchor.rate === 0) return
      const wallMs = carried(anchor, Math.min(atPerfMs, anchor.atPerfMs + CARRY_MS))
      anchor = { wallMs, atPerfMs, rate: 0 }
    },
    lose() {
      anchor = null
      told = Number.NEGATIVE_INFINITY
    },
    playheadMs(atPerfMs) {
      if (!anchor) return null
      told = Math.max(told, carried(anchor, Math.min(atPerfMs, anchor.atPerfMs + CARRY_MS)))
      return told
    },
    stillSinceMs(atPerfMs) {
      if (!anchor) return null
      if (anchor.rate === 0) return anchor.atPerfMs
      return atPerfMs > anchor.atPerfMs + CARRY_MS ? anchor.atPerfMs : null
    },
    onSight(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

const RTP_PER_MS = 90
const RTP_WRAP = 2 ** 32

/** WHEP: the house stamps video with (wall ms x 90) mod 2^32, so a frame's RTP timestamp says when
 *  it happened; `nearMs`, the server's time now, says in which round. Good within 6.6 hours. */
export function wallFromRtp(rtpTimestamp: number, nearMs: number): number {
  const nearTicks = Math.round(nearMs * RTP_PER_MS)
  // Signed 32 bits: the shorter way round, before or after.
  const off = (rtpTimestamp - (nearTicks % RTP_WRAP)) | 0
  return (nearTicks + off) / RTP_PER_MS
}
