import type { Clock, FactListener, Log, Timer } from '#kernel'
import { assert } from '#kernel'
import type { Database } from '../database.ts'
import { lookAtOutbox } from './cursor.ts'
import { readOutboxFigures } from './figures.ts'
import type { OutboxFigures } from './figures.ts'
import { makeLease } from './lease.ts'
import { makePump } from './pump.ts'
import type { Pump } from './pump.ts'

export interface RelayDeps {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly listeners: readonly FactListener[]
  readonly pollMs?: number
}

/** Brings committed facts to their listeners: at least once, in order per aggregate, none skipped.
 *  */
export interface Relay {
  start(): void
  /** After a commit of this process: delivers now instead of at the next poll. */
  poke(): void
  /** For /metrics: of the listeners that this process serves. */
  readFigures(): Promise<OutboxFigures>
  /** Ends after the handlers that run; call it before `database.close()`. */
  stop(): Promise<void>
}

const POLL_MS = 250
// Many pokes at once share one look.
const GAP_MS = 4
const WAIT_FIRST_MS = 8
const LEASE_TRY_MS = 1000

/** Pumps whose listener this process serves; asks for the others now and then. */
function makeServing(deps: RelayDeps, pumps: readonly Pump[]) {
  const lease = makeLease(deps.database)
  let triedAtMs = -Infinity
  return {
    async choose(): Promise<Pump[]> {
      const isDue = deps.clock.steadyMs() - triedAtMs >= LEASE_TRY_MS
      if (isDue) triedAtMs = deps.clock.steadyMs()
      for (const pump of pumps) {
        if (pump.isBusy) continue
        if (!lease.isHeld(pump.name)) {
          pump.forget()
          if (!isDue || !await lease.take(pump.name)) continue
        }
        if (pump.from === undefined) await pump.load()
      }
      return pumps.filter((pump) => lease.isHeld(pump.name) && pump.from !== undefined)
    },
    release: () => lease.release(),
  }
}

async function lookOnce(deps: RelayDeps, serving: readonly Pump[]): Promise<boolean> {
  const idle = serving.filter((pump) => !pump.isBusy)
  if (idle.length === 0) return false
  const from = idle.map((pump) => pump.from!).reduce((low, one) => one < low ? one : low)
  const view = await lookAtOutbox(deps.database.kysely, from)
  for (const pump of idle) {
    if (view.hasNew) pump.run(view.horizon)
    else pump.skipTo(view.horizon)
  }
  return view.hasWaiting
}

export function makeRelay(deps: RelayDeps): Relay {
  const { clock, log } = deps
  const pollMs = deps.pollMs ?? POLL_MS
  const names = new Set(deps.listeners.map((listener) => listener.name))
  assert(names.size === deps.listeners.length, 'two listeners have the same name')
  const pumps =
    deps.listeners.map((listener) => makePump({ ...deps, listener, onIdle: () => ask() }))
  const serving = makeServing(deps, pumps)
  let isRunning = false
  let timer: Timer | undefined
  let dueMs = Infinity
  let looking: Promise<void> | undefined
  let waitMs = WAIT_FIRST_MS
  let isAskedAgain = false
  let isLost = false

  function schedule(ms: number): void {
    const atMs = clock.steadyMs() + ms
    if (!isRunning || atMs >= dueMs) return
    timer?.cancel()
    dueMs = atMs
    timer = clock.after(ms, () => {
      dueMs = Infinity
      looking ??= look().finally(() => { looking = undefined })
    })
  }
  function ask(): void {
    isAskedAgain = true
    schedule(GAP_MS)
  }
  async function look(): Promise<void> {
    isAskedAgain = false
    let hasWaiting = false
    try {
      hasWaiting = await lookOnce(deps, await serving.choose())
      if (isLost) log.info('store.relay_back')
      isLost = false
    } catch (error) {
      if (!isLost) log.warn('store.relay_lost', { why: (error as Error).message })
      isLost = true
    }
    // Facts that wait for an older transaction are soon free; asked for less and less often.
    waitMs = hasWaiting ? Math.min(pollMs, waitMs * 2) : WAIT_FIRST_MS
    schedule(isAskedAgain && !isLost ? GAP_MS : hasWaiting ? waitMs : pollMs)
  }
  return {
    start() {
      isRunning = true
      schedule(0)
    },
    poke: () => ask(),
    readFigures: () => readOutboxFigures(deps.database.kysely,
      pumps.flatMap(({ name, from }) => (from === undefined ? [] : [{ name, from }]))),
    async stop() {
      isRunning = false
      timer?.cancel()
      await looking
      await Promise.all(pumps.map((pump) => pump.stop()))
      serving.release()
    },
  }
}
