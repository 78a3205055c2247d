import type { Result } from '#kernel'
import type { ChatRefusal, Message } from './contract.ts'
import type { NewMessage } from './store.ts'

export type Said = Result<Message, { code: ChatRefusal; details?: Record<string, string | number> }>

interface Waiting {
  readonly line: NewMessage
  done(said: Said): void
  failed(error: unknown): void
}

export interface Batch {
  /** Null when too much is waiting already. */
  add(line: NewMessage): Promise<Said> | null
  /** Runs something between two batches, so that nothing is being written meanwhile. */
  between<T>(run: () => Promise<T>): Promise<T>
}

const waitingMax = 5000
const batchMax = 1000

/** Whatever arrives while one batch is being written goes into the next: the busier, the larger. */
export function makeBatch(deps: {
  write(lines: readonly NewMessage[]): Promise<ReadonlySet<string>>
  written(lines: readonly NewMessage[]): void
}): Batch {
  let waiting: Waiting[] = []
  let turn: Promise<unknown> = Promise.resolve()
  let isPlanned = false

  async function flush(): Promise<void> {
    isPlanned = false
    const batch = waiting.slice(0, batchMax)
    waiting = waiting.slice(batchMax)
    if (waiting.length > 0) plan()
    if (batch.length === 0) return
    try {
      const kept = await deps.write(batch.map((entry) => entry.line))
      deps.written(batch.map((entry) => entry.line).filter((line) => kept.has(line.id)))
      for (const { line, done } of batch) {
        const { showId: _showId, ...message } = line
        done(kept.has(line.id) ? { ok: true, value: message }
          : { ok: false, refusal: { code: 'stage.chat.muted' } })
      }
    } catch (error) {
      for (const entry of batch) entry.failed(error)
    }
  }

  function plan(): void {
    if (isPlanned) return
    isPlanned = true
    turn = turn.then(flush, flush)
  }

  return {
    add(line) {
      if (waiting.length >= waitingMax) return null
      return new Promise((done, failed) => {
        waiting.push({ line, done, failed })
        plan()
      })
    },
    between<T>(run: () => Promise<T>): Promise<T> {
      const result = turn.then(run, run)
      turn = result.catch(() => undefined)
      return result
    },
  }
}
