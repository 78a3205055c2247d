/** What the microphone gives, as somebody would say it. */
export type Hearing = 'silent' | 'quiet' | 'good' | 'loud'

const floorDb = -60
const silentDb = -65
const quietDb = -40
/** Above this the peaks are cut off and it crackles. */
const clipPeak = 0.985
/** Speech has pauses: the loudest moment of this long is judged. */
export const hearingMs = 3000

export interface Loudness {
  /** Root mean square, in dB below full scale. */
  readonly db: number
  /** Highest sample, 0 to 1. */
  readonly peak: number
}

export function measure(samples: Float32Array): Loudness {
  let sum = 0
  let peak = 0
  for (const sample of samples) {
    sum += sample * sample
    peak = Math.max(peak, Math.abs(sample))
  }
  const rms = samples.length === 0 ? 0 : Math.sqrt(sum / samples.length)
  return { db: rms === 0 ? -100 : Math.max(-100, 20 * Math.log10(rms)), peak }
}

/** Length of the meter's bar, 0 to 1. */
export const barOf = ({ db }: Loudness): number => Math.min(1, Math.max(0, 1 - db / floorDb))

/** The verdict over the last seconds. */
export function judge(recent: readonly Loudness[]): Hearing {
  if (recent.length === 0) return 'silent'
  const clipped = recent.filter(({ peak }) => peak >= clipPeak).length
  // One clap is no trouble; every tenth look is.
  if (clipped > Math.max(1, recent.length / 10)) return 'loud'
  const loudest = Math.max(...recent.map(({ db }) => db))
  if (loudest < silentDb) return 'silent'
  return loudest < quietDb ? 'quiet' : 'good'
}
