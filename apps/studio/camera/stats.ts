/** One second of sending, as people can understand it. */
export interface Figures {
  readonly kbps: number
  readonly fps: number
  readonly width: number
  readonly height: number
  readonly rttMs: number | null
  /** Of packets, 0 to 1. */
  readonly loss: number
  /** What the browser itself says keeps the picture from being better. */
  readonly limitedBy: 'none' | 'cpu' | 'bandwidth' | 'other'
}

/** Counters of one look, to be compared with the next. */
export interface Counted {
  readonly atMs: number
  readonly bytes: number
}

interface Stat {
  readonly type: string
  readonly timestamp: number
  readonly kind?: string
  readonly bytesSent?: number
  readonly framesPerSecond?: number
  readonly frameWidth?: number
  readonly frameHeight?: number
  readonly qualityLimitationReason?: string
  readonly fractionLost?: number
  readonly roundTripTime?: number
  readonly nominated?: boolean
  readonly currentRoundTripTime?: number
}

const known = ['none', 'cpu', 'bandwidth', 'other'] as const

/** Figures of the second between two looks; null at the first look. Pure. */
export function readFigures(
  stats: Iterable<Stat>, before: Counted | null,
): { figures: Figures | null, counted: Counted | null } {
  let sent: Stat | undefined
  let heard: Stat | undefined
  let pair: Stat | undefined
  for (const stat of stats) {
    if (stat.type === 'outbound-rtp' && stat.kind === 'video') sent = stat
    if (stat.type === 'remote-inbound-rtp' && stat.kind === 'video') heard = stat
    if (stat.type === 'candidate-pair' && stat.nominated) pair = stat
  }
  if (!sent) return { figures: null, counted: null }
  const counted = { atMs: sent.timestamp, bytes: sent.bytesSent ?? 0 }
  const seconds = before ? (counted.atMs - before.atMs) / 1000 : 0
  // A new session counts from zero again.
  if (!before || seconds <= 0 || counted.bytes < before.bytes) return { figures: null, counted }
  const rtt = heard?.roundTripTime ?? pair?.currentRoundTripTime
  return {
    counted,
    figures: {
      kbps: Math.round((counted.bytes - before.bytes) * 8 / 1000 / seconds),
      fps: Math.round(sent.framesPerSecond ?? 0),
      width: sent.frameWidth ?? 0, height: sent.frameHeight ?? 0,
      rttMs: rtt === undefined ? null : Math.round(rtt * 1000),
      loss: Math.min(1, Math.max(0, heard?.fractionLost ?? 0)),
      limitedBy: known.find((one) => one === sent.qualityLimitationReason) ?? 'none',
    },
  }
}
