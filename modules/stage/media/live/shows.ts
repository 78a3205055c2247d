import { Fault, isId, type Clock, type Log, type ShowId } from '#kernel'
import { emptyShow, type HeldRecording, type RecordingFolder } from '#stage/recording/contract'
import { MEDIA_LIMITS, type StateReport } from '../contract.ts'
import type { Forms } from '../renditions/index.ts'
import type { OwnFigures } from './health.ts'
import { makeShow, type Show } from './show.ts'

/** The shows in memory; the others wait in their folders. */
export interface Shows {
  /** A show that has media, now or on disk. Throws a Fault while another process has it. */
  find(id: ShowId): Promise<Show | undefined>
  /** The same, made when it does not exist yet: a publisher was let in. */
  open(id: ShowId): Promise<Show>
  /** A show that is in memory; the disk is not asked. */
  peek(id: ShowId): Show | undefined
  /** Lets go of an ended show: what its folder says is read again. */
  forget(id: ShowId): Promise<void>
  readonly receiving: number
  /** Those that have a publisher, for /metrics. */
  list(): readonly Show[]
  /** The shows that are in our hands, and those of them that somebody sends to. */
  held(): { held: ShowId[]; receiving: ShowId[] }
  /** Lets another process have it: false while somebody sends to it here. */
  release(id: ShowId): Promise<boolean>
  /** Ends every publisher and writes what is held. */
  close(): Promise<void>
}

const IDLE_MS = 300_000
const SWEEP_MS = 60_000

interface Kept {
  loading: Promise<Show | undefined>
  show?: Show
  recording?: HeldRecording
  /** Another process has it now: what is still said here is of the past. */
  isLost?: boolean
  usedMs: number
}

export function makeShows(deps: {
  recordings: RecordingFolder
  clock: Clock
  log: Log
  report: (report: StateReport) => void
  forms: Forms
  own?: OwnFigures | undefined
}): Shows {
  const { clock, recordings } = deps
  const kept = new Map<ShowId, Kept>()
  const leaving = new Map<ShowId, Promise<void>>()

  const lose = (id: ShowId): void => {
    const entry = kept.get(id)
    if (!entry) return
    entry.isLost = true
    kept.delete(id)
    entry.show?.drop()
    void entry.show?.release()
  }

  const load = async (id: ShowId, isWanted: boolean, entry: Kept): Promise<Show | undefined> => {
    await leaving.get(id)
    if (!isWanted && !await recordings.has(id)) return undefined
    const recording = await recordings.take(id, () => lose(id))
    if (!recording) throw new Fault('stage.media.held_elsewhere', { retryable: true })
    entry.recording = recording
    const restored = await recording.restore(MEDIA_LIMITS.windowSeconds)
    if (!restored && !isWanted) {
      await recording.release()
      return undefined
    }
    return makeShow({
      ...deps, id, recording, restored: restored ?? emptyShow,
      report: (said) => { if (!entry.isLost) deps.report(said) },
    })
  }

  /** Out of memory and out of our hands; whoever asks meanwhile waits for the end of it. */
  const leave = (id: ShowId, entry: Kept): Promise<void> => {
    kept.delete(id)
    const done = Promise.resolve(entry.show?.release())
      .then(() => entry.recording?.release())
      .catch((error: unknown) => deps.log.error('release', { message: String(error) }))
      .finally(() => leaving.delete(id))
    leaving.set(id, done)
    return done
  }

  const start = (id: ShowId, isWanted: boolean): Kept => {
    const entry: Kept = { loading: Promise.resolve(undefined), usedMs: clock.steadyMs() }
    entry.loading = load(id, isWanted, entry)
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
    for (const [id, entry] of kept) {
      const { show, usedMs } = entry
      const isIdle = show && !show.isReceiving && clock.steadyMs() - usedMs > IDLE_MS
      if (isIdle) void leave(id, entry)
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
    held() {
      const all = [...kept].filter(([, { show }]) => show !== undefined)
      const receiving = all.filter(([, { show }]) => show?.isReceiving)
      return { held: all.map(([id]) => id), receiving: receiving.map(([id]) => id) }
    },
    async release(id) {
      const entry = kept.get(id)
      if (!entry) {
        await leaving.get(id)
        return true
      }
      const show = await entry.loading.catch(() => undefined)
      if (show?.isReceiving || kept.get(id) !== entry) return false
      await leave(id, entry)
      return true
    },
    peek: (id) => kept.get(id)?.show,
    async forget(id) {
      const entry = kept.get(id)
      if (entry) await leave(id, entry)
    },
    async close() {
      sweeper.cancel()
      for (const { show } of kept.values()) show?.drop()
      await Promise.all([...kept].map(([id, entry]) => leave(id, entry)))
      await recordings.close()
    },
  }
}
