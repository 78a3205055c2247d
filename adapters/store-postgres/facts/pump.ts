import type { Clock, FactListener, Log } from '#kernel'
import type { Database } from '../database.ts'
import { CHUNK_FACTS, CHUNK_SPAN, readChunk, readCursor, readSpan, saveCursor } from './cursor.ts'
import type { Cursor } from './cursor.ts'

const RETRY_FIRST_MS = 100
const RETRY_LAST_MS = 5000

/** Brings one listener forward; knows nothing of the others. */
export interface Pump {
  readonly name: string
  readonly isBusy: boolean
  /** Everything below was handled or is not wanted; undefined before `load`. */
  readonly from: bigint | undefined
  load(): Promise<void>
  forget(): void
  /** Nothing new is below this horizon. */
  skipTo(horizon: bigint): void
  /** Delivers everything below the horizon; returns at once when busy. */
  run(horizon: bigint): void
  stop(): Promise<void>
}

export function makePump(deps: {
  database: Database; clock: Clock; log: Log; listener: FactListener; onIdle(): void
}): Pump {
  const { database: { kysely: db }, clock, listener } = deps
  const log = deps.log.child({ listener: listener.name })
  let cursor: Cursor | undefined
  let saved = 0n
  let isStopped = false
  let wake = () => {}
  let working: Promise<void> | undefined

  async function pause(ms: number): Promise<void> {
    await new Promise<void>((done) => {
      const timer = clock.after(ms, done)
      wake = () => { timer.cancel(); done() }
      if (isStopped) wake()
    })
  }

  /** Again and again, later each time: a listener that fails holds up only itself. */
  async function insist(what: string, run: () => Promise<void>): Promise<boolean> {
    for (let tries = 1; !isStopped; tries++) {
      try {
        await run()
        return true
      } catch (error) {
        log.error('store.listener_failed', { what, tries, why: (error as Error).message })
        await pause(Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** Math.min(tries - 1, 10)))
      }
    }
    return false
  }

  async function handleChunk(open: Cursor & { until: bigint }, last: number): Promise<void> {
    const upTo = Math.min(last, open.seq + CHUNK_SPAN)
    const chunk = await readChunk(db, open, upTo, listener.wants)
    if (chunk.length > 0) await listener.handle(chunk.map(({ fact }) => fact))
    const isFull = chunk.length === CHUNK_FACTS
    const seq = isFull ? chunk.at(-1)!.seq : upTo
    const next: Cursor = seq < last
      ? { ...open, seq }
      : { from: open.until, until: undefined, seq: 0 }
    if (chunk.length > 0 || seq < last) {
      await saveCursor(db, listener.name, next)
      saved = next.from
    }
    cursor = next
  }

  async function finishWindow(window: Cursor & { until: bigint }): Promise<boolean> {
    let span: Awaited<ReturnType<typeof readSpan>>
    const isRead = await insist('read', async () => {
      span = await readSpan(db, window.from, window.until)
    })
    if (!isRead) return false
    if (!span) {
      cursor = { from: window.until, until: undefined, seq: 0 }
      return true
    }
    const { first, last } = span
    cursor = { ...window, seq: Math.max(window.seq, first - 1) }
    while (cursor?.until !== undefined) {
      const open = { ...cursor, until: cursor.until }
      if (!await insist('handle', () => handleChunk(open, last))) return false
    }
    return true
  }

  async function work(horizon: bigint): Promise<void> {
    while (cursor && !isStopped) {
      const { from, seq, until } = cursor
      if (until === undefined && from >= horizon) return
      if (!await finishWindow({ from, seq, until: until ?? horizon })) return
    }
  }
  return {
    name: listener.name,
    get isBusy() { return working !== undefined },
    get from() { return cursor?.from },
    async load() {
      cursor = await readCursor(db, listener.name)
      saved = cursor.from
    },
    forget() { cursor = undefined },
    skipTo(horizon) {
      if (cursor && cursor.until === undefined && cursor.from < horizon) cursor.from = horizon
    },
    run(horizon) {
      working ??= work(horizon).finally(() => {
        working = undefined
        deps.onIdle()
      })
    },
    async stop() {
      isStopped = true
      wake()
      await working
      // What was skipped unsaved; without it the next start only looks at more.
      if (cursor && cursor.until === undefined && cursor.from > saved) {
        await saveCursor(db, listener.name, cursor).catch(() => {})
      }
    },
  }
}
