/** Keeps counted sound beside the clock it came with. Times in milliseconds. */
export type Pace =
  | { readonly is: 'take'; readonly silences: number; readonly isRepeated: boolean }
  | { readonly is: 'drop' }
  /** Too far off to be filled: counting starts anew. */
  | { readonly is: 'jump' }

export const PACE = {
  /** Off by more than this is put right in small steps. */
  driftMs: 30,
  /** More than this is a hole. */
  holeMs: 40,
  silenceMs: 20,
  jumpMs: 2_000,
  /** After 24 days of milliseconds some FLV readers see a minus: start anew long before. */
  longestMs: 10 * 86_400_000,
} as const

const TAKEN: Pace = { is: 'take', silences: 0, isRepeated: false }

/** What to do with sound of time `atMs` when `expectedMs` comes next and `lastMs` was the last. */
export function judgePace(expectedMs: number, lastMs: number, atMs: number): Pace {
  const offMs = atMs - expectedMs
  if (Math.abs(offMs) > PACE.jumpMs) return { is: 'jump' }
  if (atMs <= lastMs || offMs < -PACE.driftMs) return { is: 'drop' }
  if (offMs <= PACE.driftMs) return TAKEN
  if (offMs <= PACE.holeMs) return { is: 'take', silences: 0, isRepeated: true }
  return { is: 'take', silences: Math.round(offMs / PACE.silenceMs), isRepeated: false }
}
