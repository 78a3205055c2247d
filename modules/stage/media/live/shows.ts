import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isId, type Clock, type Log, type ShowId } from '#kernel'
import type { StateReport } from '../contract.ts'
import { emptyShow, restoreShow } from '../recording/restore.ts'
import type { Forms } from '../renditions/index.ts'
import { makeShow, type Show } from './show.ts'

/** The shows in memory; the others wait in their folders. */
export interface Shows {
  /** A show that has media, now or on disk. */
  find(id: ShowId): Promise<Show | undefined>
  /** The same, made when it does not exist yet: a publisher was let in. */
  open(id: ShowId): Promise<Show>
  readonly receiving: number
  /** Those that have a publisher, for /metrics. */
  list(): readonly Show[]
  /** Ends every publisher and writes what is held. */
  close(): Promise<void>
}

const IDLE_MS = 300_000
const SWEEP_MS = 60_000

interface Kept { loading: Promise<Show | undefined>; show?: Show; usedMs: number }

export function makeShows(deps: {
  folder: string
  clock: Clock
  log: Log
  report: (report: StateReport) => void
  forms: Forms
  cpuShare?: (() => number) | undefined
}): Shows {
  const { clock } = deps
  const kept = new Map<ShowId, Kept>()

  const load = async (id: ShowId, isWanted: boolean): Promise<Show | undefined> => {
    const folder = join(deps.folder, id)
    const restored = await restoreShow(folder)
    if (!restored && !isWanted) return undefined
    await mkdir(folder, { recursive: true })
    return makeShow({ ...deps, id, folder, restored: restored ?? emptyShow })
  }

  const start = (id: ShowId, isWanted: boolean): Kept => {
    const entry: Kept = { loading: load(id, isWanted), usedMs: clock.steadyMs() }
    kept.set(id, entry)
    const forget = () => void (kept.get(id) === entry && kept.delete(id))
    entry.loading.then((show) => {
      if (show) entry.show = show
      else forget()
    }, forget)
    return entry
  }

  const find = async (id: ShowId): Promise<Show | undefined> => {
    if (!isId('sho', id)) return undefined
    const entry = kept.get(id) ?? start(id, false)
    entry.usedMs = clock.steadyMs()
    return entry.loading
  }

  const sweeper = clock.every(SWEEP_MS, () => {
    for (const [id, { show, usedMs }] of kept) {
      const isIdle = show && !show.isReceiving && clock.steadyMs() - usedMs > IDLE_MS
      if (isIdle) void show.release().then(() => show.isReceiving || kept.delete(id))
    }
  })

  return {
    find,
    async open(id) {
      // A viewer may be looking for the show at this moment; that search must end first, or two
      // recorders would write into one folder.
      const found = await find(id)
      const show = found ?? await (kept.get(id) ?? start(id, true)).loading
      return show ?? this.open(id)
    },
    get receiving() { return this.list().length },
    list: () => [...kept.values()].map(({ show }) => show)
      .filter((show): show is Show => show?.isReceiving === true),
    async close() {
      sweeper.cancel()
      for (const { show } of kept.values()) show?.drop()
      await Promise.all([...kept.values()].map(({ show }) => show?.release()))
    },
  }
}
