import type { Transactor } from '#kernel'

/** A transaction over memory: it only says that one is running. */
export interface MemoryTx { readonly isMemory: true }

export interface MemoryTransactor extends Transactor<MemoryTx> {
  /** A part of the world that is put back when a transaction fails; `save` answers how. */
  keep(save: () => () => void): void
}

/** One transaction after the other, all or nothing. */
export function makeMemoryTransactor(): MemoryTransactor {
  const parts: (() => () => void)[] = []
  let tail: Promise<unknown> = Promise.resolve()
  return {
    keep: (save) => void parts.push(save),
    transaction(run) {
      const turn = tail.then(async () => {
        const restores = parts.map((save) => save())
        try {
          return await run({ isMemory: true })
        } catch (error) {
          for (const restore of restores) restore()
          throw error
        }
      })
      tail = turn.catch(() => undefined)
      return turn
    },
  }
}
