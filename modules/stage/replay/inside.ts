import type { FactListener, ShowId } from '#kernel'
import type { EditReplay, ReplayRefusal, Replays, StorageReport } from './contract.ts'

/** What the module's routes and the composition root ask for beyond the contract. */
export interface ReplaysInside extends Replays {
  readonly listener: FactListener
  setCut(
    showId: ShowId, cut: { inMs: number; outMs: number | null },
  ): Promise<EditReplay | ReplayRefusal | { code: ReplayRefusal; durationMs: number }>
  setChapter(
    showId: ShowId, id: string, change: { title: string | null; isHidden: boolean },
  ): Promise<EditReplay | ReplayRefusal>
  make(showId: ShowId): Promise<EditReplay | ReplayRefusal>
  readStorage(): Promise<StorageReport>
  /** Run every few seconds: first cuts, and what the media process could not be told. */
  sweep(): Promise<void>
}
