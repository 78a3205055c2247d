import type { Result, ShowId } from '#kernel'
import type { Show, ShowDraft, ShowRefusal, Shows } from './contract.ts'
import type { Report } from './model.ts'

/** What the module's routes ask for beyond the contract. */
export interface ShowsInside<Tx> extends Shows<Tx> {
  list(): Promise<Show[]>
  plan(draft: ShowDraft): Promise<Result<Show, { code: ShowRefusal }>>
  save(id: ShowId, draft: ShowDraft): Promise<Show | ShowRefusal>
  end(id: ShowId): Promise<Show | ShowRefusal>
  stopSale(id: ShowId, stopped: boolean): Promise<Show | ShowRefusal>
  setDirected(id: ShowId, directed: boolean): Promise<Show | ShowRefusal>
  rotateStreamKey(id: ShowId): Promise<string | ShowRefusal>
  authorize(streamKey: string): Promise<ShowId | ShowRefusal>
  hear(id: ShowId, report: Report): Promise<void>
  /** Run about once a second: silent publishers are lost, what the media process owes is asked
   *  for again. */
  sweep(): Promise<void>
}
