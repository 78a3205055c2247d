import type { Figures } from './stats.ts'
import type { Hearing } from './level.ts'
import type { Light } from './light.ts'

export type WarningKind =
  | 'camera_gone' | 'mic_gone' | 'muted' | 'silent' | 'quiet' | 'loud' | 'hidden' | 'frozen'
  | 'upload' | 'cpu' | 'loss' | 'slow' | 'fps' | 'dark' | 'glaring' | 'screen_gone'

export interface Warning {
  readonly kind: WarningKind
  /** Viewers miss something now. */
  readonly isBad: boolean
  readonly values: Readonly<Record<string, number>>
}

export interface Watched {
  readonly isSending: boolean
  readonly hasCamera: boolean
  readonly hasMic: boolean
  readonly isMuted: boolean
  readonly hearing: Hearing
  readonly light: Light
  readonly isHidden: boolean
  /** Drawn by this page: a page in the background draws slower. */
  readonly isComposed: boolean
  /** The screen was wanted and is not shared any more. */
  readonly lostScreen: boolean
  /** The last seconds, newest last. */
  readonly figures: readonly Figures[]
  readonly wantedKbps: number
}

/** Trouble must last: one bad second is not worth a word. */
const lastsSeconds = 4
/** A new session feels its way up for a while. */
const feelsSeconds = 10
const lossMost = 0.05
const rttMsMost = 400
const fpsLeast = 18
const kbpsShareLeast = 0.5

const warn = (kind: WarningKind, isBad = false, values: Warning['values'] = {}): Warning =>
  ({ kind, isBad, values })

function lineWarnings(figures: readonly Figures[], wantedKbps: number): Warning[] {
  const recent = figures.slice(-lastsSeconds)
  const [last] = recent.slice(-1)
  if (!last || recent.length < lastsSeconds) return []
  const found: Warning[] = []
  if (recent.every(({ fps }) => fps === 0)) return [warn('frozen', true)]
  const longer = figures.slice(-feelsSeconds)
  if (longer.length === feelsSeconds && longer.every((one) => one.limitedBy === 'bandwidth'
    && one.kbps < wantedKbps * kbpsShareLeast)) {
    found.push(warn('upload', true, { kbps: last.kbps, wanted: wantedKbps }))
  }
  if (recent.every(({ limitedBy }) => limitedBy === 'cpu')) found.push(warn('cpu'))
  if (recent.every(({ loss }) => loss > lossMost)) {
    found.push(warn('loss', true, { percent: Math.round(last.loss * 100) }))
  }
  if (recent.every(({ rttMs }) => (rttMs ?? 0) > rttMsMost)) {
    found.push(warn('slow', false, { ms: last.rttMs! }))
  }
  if (recent.every(({ fps, limitedBy }) => fps < fpsLeast && limitedBy === 'none')) {
    found.push(warn('fps', false, { fps: last.fps }))
  }
  return found
}

function soundWarnings({ hasMic, isMuted, hearing, isSending }: Watched): Warning[] {
  if (!hasMic) return [warn('mic_gone', true)]
  if (isMuted) return [warn('muted', isSending)]
  return hearing === 'good' ? [] : [warn(hearing, hearing === 'silent')]
}

/** What the person in the picture should know, the worst first. Pure. */
export function findWarnings(watched: Watched): Warning[] {
  const found: Warning[] = []
  if (!watched.hasCamera) found.push(warn('camera_gone', true))
  if (watched.lostScreen) found.push(warn('screen_gone', true))
  found.push(...soundWarnings(watched))
  if (watched.isHidden && watched.isComposed) found.push(warn('hidden'))
  if (watched.isSending) found.push(...lineWarnings(watched.figures, watched.wantedKbps))
  if (watched.hasCamera && watched.light !== 'good') found.push(warn(watched.light))
  const once = found.filter((one, at) => found.findIndex(({ kind }) => kind === one.kind) === at)
  return [...once.filter((one) => one.isBad), ...once.filter((one) => !one.isBad)]
}
