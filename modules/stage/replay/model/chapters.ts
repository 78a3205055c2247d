import { replayLimits, type EditChapter, type PinPlace, type Replay } from '../contract.ts'

/** A pin with its place in the recording. */
export interface PlacedPin {
  readonly id: string
  readonly placeMs: number
  readonly productId: string | null
  readonly title: string | null
  readonly isHidden: boolean
}

/** Pins that stand long enough to be a chapter; one product twice in a row is one chapter. */
export function chaptersOf(pins: readonly PlacedPin[], endMs: number): EditChapter[] {
  const chapters: EditChapter[] = []
  pins.forEach((pin, n) => {
    const lasts = (pins[n + 1]?.placeMs ?? endMs) - pin.placeMs
    if (pin.productId === null || lasts < replayLimits.chapterMsMin) return
    if (chapters.at(-1)?.productId === pin.productId) return
    const { id, placeMs, productId, title, isHidden } = pin
    chapters.push({ id, atMs: placeMs, productId, title, isHidden })
  })
  return chapters
}

/** Things with a place, moved into a cut: what holds when it begins stands at its beginning. */
function into<T extends { readonly atMs: number }>(
  things: readonly T[], inMs: number, outMs: number,
): T[] {
  const before = things.findLast(({ atMs }) => atMs <= inMs)
  const within = things.filter(({ atMs }) => atMs > inMs && atMs < outMs)
  return [...before ? [{ ...before, atMs: inMs }] : [], ...within]
    .map((thing) => ({ ...thing, atMs: thing.atMs - inMs }))
}

/** What viewers get: chapters and pins of the cut, in replay time. */
export function showReplay(
  pins: readonly PlacedPin[], cut: { inMs: number; outMs: number; leadMs: number },
): Replay {
  const { inMs, outMs, leadMs } = cut
  const places: (PinPlace & { pin: PlacedPin })[] =
    into(pins.map((pin) => ({ atMs: pin.placeMs, productId: pin.productId, pin })), inMs, outMs)
  const durationMs = outMs - inMs
  const placed = places.map(({ atMs, pin }) => ({ ...pin, placeMs: atMs }))
  return {
    durationMs, leadMs,
    pins: places.map(({ atMs, productId }) => ({ atMs, productId })),
    chapters: chaptersOf(placed, durationMs).filter((chapter) => !chapter.isHidden)
      .map(({ isHidden: _hidden, ...chapter }) => chapter),
  }
}

/** One line, without control or direction-changing characters; null: nothing is left. */
export function cleanChapterTitle(title: string | null): string | null {
  const line = (title ?? '').normalize('NFC').toWellFormed()
    .replace(/[\p{Cc}\u200b\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/gu, ' ')
    .replace(/\s+/g, ' ').trim()
  const short = [...line].slice(0, replayLimits.chapterTitleLength).join('').trim()
  return short === '' ? null : short
}
