/** A place as people write it: `75`, `1:15`, `1:02:03.5`; null when it is none. Milliseconds. */
export function readPlace(text: string): number | null {
  const match = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,5})(?:[.,](\d{1,3}))?$/.exec(text.trim())
  if (!match) return null
  const [, hours, minutes, seconds, rest = ''] = match
  const isClock = minutes !== undefined
  if (isClock && Number(seconds) > 59) return null
  if (hours !== undefined && Number(minutes) > 59) return null
  const whole = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds)
  return whole * 1000 + Number(rest.padEnd(3, '0'))
}

const two = (value: number): string => String(value).padStart(2, '0')

/** The exact form of a place: `1:02:03.500`, without what is nought in front. */
export function placeText(ms: number): string {
  const [all, rest] = [Math.floor(ms / 1000), Math.round(ms % 1000)]
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60]
  const short = `${hours > 0 ? two(minutes) : minutes}:${two(all % 60)}`
  const clock = hours > 0 ? `${hours}:${short}` : short
  return rest === 0 ? clock : `${clock}.${String(rest).padStart(3, '0')}`
}

/** How a key moves a place on the timeline; null: not a key of it. */
export function keyStep(key: string, isFar: boolean): number | 'first' | 'last' | null {
  switch (key) {
    case 'ArrowLeft': case 'ArrowDown': return isFar ? -10_000 : -1000
    case 'ArrowRight': case 'ArrowUp': return isFar ? 10_000 : 1000
    case 'PageDown': return -30_000
    case 'PageUp': return 30_000
    case 'Home': return 'first'
    case 'End': return 'last'
    default: return null
  }
}

const CUT_MS_MIN = 1000

export interface CutDraft { readonly inMs: number, readonly outMs: number }

/** One end moved, kept within the recording and a second away from the other end. */
export function moveEnd(
  cut: CutDraft, end: 'in' | 'out', toMs: number, durationMs: number,
): CutDraft {
  const at = Math.round(toMs)
  return end === 'in'
    ? { ...cut, inMs: Math.max(0, Math.min(at, cut.outMs - CUT_MS_MIN)) }
    : { ...cut, outMs: Math.min(durationMs, Math.max(at, cut.inMs + CUT_MS_MIN)) }
}
