import type { Chapter, Replay } from '#stage/replay/contract'

/** The last thing at or before a place. */
export function lastAt<T extends { readonly atMs: number }>(
  things: readonly T[], atMs: number,
): T | undefined {
  return things.findLast((thing) => thing.atMs <= atMs)
}

export const chapterAt = (replay: Pick<Replay, 'chapters'>, atMs: number): Chapter | undefined =>
  lastAt(replay.chapters, atMs)

/** Going back within the first seconds of a chapter means the one before, as on every player. */
const AGAIN_MS = 3000

/** Where `j` and `k` lead; the place itself where there is nothing further. */
export function stepChapter(
  replay: Pick<Replay, 'chapters'>, atMs: number, step: 'back' | 'on',
): number {
  const { chapters } = replay
  if (step === 'on') return chapters.find((chapter) => chapter.atMs > atMs)?.atMs ?? atMs
  return lastAt(chapters, atMs - AGAIN_MS)?.atMs ?? 0
}

/** `?t=95` of a shared link: a place in milliseconds; null when there is none or it is none. */
export function readStart(search: string, durationMs: number): number | null {
  const seconds = new URLSearchParams(search).get('t')
  if (seconds === null || !/^\d{1,6}$/.test(seconds)) return null
  const atMs = Number(seconds) * 1000
  return atMs < durationMs ? atMs : null
}

/** The address of this place: nothing of the address but the show is passed on. */
export function shareUrl(href: string, atMs: number): string {
  const url = new URL(href)
  url.search = ''
  url.hash = ''
  const seconds = Math.floor(atMs / 1000)
  if (seconds > 0) url.searchParams.set('t', String(seconds))
  return url.href
}
