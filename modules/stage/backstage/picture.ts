import type { QueryExecutorProvider } from 'kysely'
import { ok, refuse, type ShowId } from '#kernel'
import type { Answer, BackstageRefusal, GuestsPicture, KeyHolder } from './contract.ts'
import { hashOf, onStageOf, type Decision, type GuestRow, type StageRow } from './model.ts'
import * as store from './store.ts'

/** The guests on stage as a page of their own, for an encoder that draws pages: its address is all
 *  that it needs, and opens nothing else. */
export interface Pictures {
  /** The key in the address; made at the first asking, and anew when it is wanted. */
  address(showId: ShowId, isNew: boolean): Answer<{ key: string }>
  picture(key: string): Answer<GuestsPicture>
  /** Whose key it is; null when it is none of these, or its show is over. */
  holderOf(key: string): Promise<KeyHolder | null>
}

export function makePictures<Tx extends QueryExecutorProvider>(deps: {
  kysely: QueryExecutorProvider
  makeSecret(): string
  isOpen(showId: ShowId): Promise<boolean>
  change(
    showId: ShowId, decide: (locked: unknown, tx: Tx) => Promise<Decision>,
  ): Promise<BackstageRefusal | null>
  read(showId: ShowId): Promise<{ stage: StageRow | undefined; guests: readonly GuestRow[] }>
}): Pictures {
  const { kysely } = deps
  return {
    async address(showId, isNew) {
      let key = ''
      const refused = await deps.change(showId, async (_locked, tx) => {
        const kept = isNew ? undefined : await store.selectPicture(tx, showId)
        key = kept?.key ?? deps.makeSecret()
        if (kept) return {}
        await store.putPicture(tx, showId, key, hashOf(key))
        // The media process hears of it: lines that were opened by the older address end.
        return { stage: {} }
      })
      return refused ? refuse(refused) : ok({ key })
    },
    async picture(key) {
      const found = await store.selectPictureByKey(kysely, hashOf(key))
      if (!found) return refuse('stage.backstage.picture_unknown')
      const { showId } = found
      const isOver = !await deps.isOpen(showId)
      const { stage, guests } = await deps.read(showId)
      return ok({
        showId, isOver, layout: stage?.layout ?? 'side', spotlight: stage?.spotlight ?? 'host',
        people: isOver ? [] : onStageOf(guests).map(({ id, name }) => ({ id, name })),
      })
    },
    async holderOf(key) {
      const found = await store.selectPictureByKey(kysely, hashOf(key))
      if (!found || !await deps.isOpen(found.showId)) return null
      return { showId: found.showId, pictureRound: found.round }
    },
  }
}
