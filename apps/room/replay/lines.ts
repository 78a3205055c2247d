import type { ReplayLine } from '#views/contract'

/** What is known of the chat around the playhead. Pages follow each other without a hole. */
export interface Lines {
  readonly lines: readonly ReplayLine[]
  /** Everything from here to the last line is known. */
  readonly fromMs: number
  /** Asks for the page behind; null: there is none. */
  readonly next: string | null
}

const KEPT = 400
const SHOWN = 50
/** Loaded ahead of the playhead, and loaded again from this long before it after a jump. */
const AHEAD_MS = 30_000
const BEFORE_MS = 60_000

export const noLines: Lines = { lines: [], fromMs: 0, next: null }

export type Wanted =
  | { readonly is: 'from', readonly fromMs: number }
  | { readonly is: 'next', readonly fromMs: number, readonly next: string }

/** What has to be fetched so that the chat at this place is right; null: nothing. */
export function wantedLines(known: Lines | null, atMs: number): Wanted | null {
  const from = { is: 'from', fromMs: Math.max(0, atMs - BEFORE_MS) } as const
  if (!known) return from
  const { lines, fromMs, next } = known
  if (atMs < fromMs) return from
  const endMs = next === null ? Infinity : lines.at(-1)?.replayMs ?? fromMs
  if (atMs + AHEAD_MS <= endMs) return null
  // Far ahead: pages in between would be fetched for nobody.
  if (atMs > endMs + BEFORE_MS) return from
  return next === null ? null : { is: 'next', fromMs, next }
}

/** A page joined to what is known; the oldest lines leave. */
export function withPage(
  known: Lines | null, wanted: Wanted,
  page: { readonly lines: readonly ReplayLine[], readonly next: string | null },
): Lines {
  if (wanted.is === 'from' || !known) return { ...page, fromMs: wanted.fromMs }
  const all = [...known.lines, ...page.lines]
  const lines = all.slice(-KEPT)
  // Lines of one moment may have left in part.
  const fromMs = lines.length < all.length ? lines[0]!.replayMs + 1 : known.fromMs
  return { lines, fromMs, next: page.next }
}

/** What had been said by this place. */
export const linesAt = (known: Lines, atMs: number): readonly ReplayLine[] =>
  known.lines.filter((line) => line.replayMs <= atMs).slice(-SHOWN)
