import type { Log, ShowId } from '#kernel'
import type { RemovedWhy, ReplayRefusal, Replays } from '#stage/replay/contract'
import type { Shows } from '#stage/show/contract'

export interface ReplayFlowDeps {
  readonly replays: Pick<Replays,
    'setPublic' | 'beginRemoval' | 'finishRemoval' | 'readRemoving' | 'chooseDue'>
  readonly shows: Pick<Shows<never>, 'setReplay'>
  readonly log: Log
}

export interface ReplayFlow {
  setPublic(showId: ShowId, isPublic: boolean): Promise<ReplayRefusal | null>
  remove(showId: ShowId, why: RemovedWhy): Promise<ReplayRefusal | null>
  /** Finishes what was interrupted, removes what is due; how many went. */
  tidy(): Promise<number>
}

/** A replay and what the show says of it change together. Whatever is interrupted in between leaves
 *  viewers with less, never with more. */
export function makeReplayFlow(deps: ReplayFlowDeps): ReplayFlow {
  const { replays, shows, log } = deps

  async function finish(showId: ShowId): Promise<void> {
    await shows.setReplay(showId, 'removed')
    await replays.finishRemoval(showId)
  }
  async function remove(showId: ShowId, why: RemovedWhy): Promise<ReplayRefusal | null> {
    const refusal = await replays.beginRemoval(showId, why)
    if (refusal) return refusal
    await finish(showId).catch((error: unknown) =>
      log.warn('replay.not_removed_yet', { showId, error: String(error) }))
    return null
  }
  return {
    async setPublic(showId, isPublic) {
      if (!isPublic) await shows.setReplay(showId, 'withdrawn')
      const refusal = await replays.setPublic(showId, isPublic)
      if (!refusal && isPublic) await shows.setReplay(showId, 'public')
      return refusal
    },
    remove,
    async tidy() {
      for (const showId of await replays.readRemoving()) {
        await finish(showId).catch((error: unknown) =>
          log.warn('replay.not_removed_yet', { showId, error: String(error) }))
      }
      const due = await replays.chooseDue()
      for (const { showId, why } of due) {
        await remove(showId, why)
        log.info('replay.removed', { showId, why })
      }
      return due.length
    },
  }
}
