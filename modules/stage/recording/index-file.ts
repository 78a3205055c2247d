import type { RecordedSegment } from './contract.ts'

/** One line of a show's index. The file is only ever appended to. */
export type IndexLine =
  | ({ readonly is: 'open'; readonly partTargetTicks: number | null }
    & Omit<RecordedSegment, 'durationTicks'>)
  | { readonly is: 'close'; readonly msn: number; readonly durationTicks: number }
  | { readonly is: 'end' }

export interface IndexView {
  readonly segments: readonly RecordedSegment[]
  /** Opened and never closed: the process died while writing it. */
  readonly open: Omit<RecordedSegment, 'durationTicks'> | undefined
  readonly partTargetTicks: number | undefined
  readonly isEnded: boolean
}

const isWhole = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

function parseLine(line: string): IndexLine | undefined {
  try {
    const raw: Record<string, unknown> = JSON.parse(line)
    const { is, msn, initId, ticks, wallMs, isDiscontinuity, durationTicks, partTargetTicks } = raw
    if (is === 'end') return { is }
    if (is === 'close' && isWhole(msn) && isWhole(durationTicks)) return { is, msn, durationTicks }
    if (is !== 'open' || !isWhole(msn) || !isWhole(initId) || !isWhole(ticks)) return undefined
    if (!isWhole(wallMs) || typeof isDiscontinuity !== 'boolean') return undefined
    const target = isWhole(partTargetTicks) ? partTargetTicks : null
    return { is, msn, initId, ticks, wallMs, isDiscontinuity, partTargetTicks: target }
  } catch {
    return undefined
  }
}

export const writeLine = (line: IndexLine): string => JSON.stringify(line) + '\n'

/** Reads an index back. A torn or foreign line is left out; numbers never step back. */
export function readIndex(text: string): IndexView {
  const segments: RecordedSegment[] = []
  let open: IndexView['open']
  let partTargetTicks: number | undefined
  let isEnded = false
  for (const row of text.split('\n')) {
    const line = row === '' ? undefined : parseLine(row)
    if (!line) continue
    if (line.is === 'end') {
      isEnded = true
    } else if (line.is === 'close') {
      if (open?.msn !== line.msn) continue
      segments.push({ ...open, durationTicks: line.durationTicks })
      open = undefined
    } else if (line.msn > (segments.at(-1)?.msn ?? -1)) {
      const { is: _is, partTargetTicks: target, ...segment } = line
      open = segment
      partTargetTicks ??= target ?? undefined
    }
  }
  return { segments, open, partTargetTicks, isEnded }
}
