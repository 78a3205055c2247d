import { lstat, mkdir, readdir, readlink, rm, stat, symlink, unlink, utimes,
  writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock, Log, ShowId, Timer } from '#kernel'
import { detach } from './detach.ts'

/** One show's folder in the hands of one process. */
export interface Lease {
  /** The folder, by a way that ends the moment another process takes it: whatever is opened
   *  below fails from then on, also for a process that slept meanwhile. */
  readonly path: string
  release(): Promise<void>
}

/** Who may write where, when several processes share one folder of recordings. */
export interface Leases {
  /** Undefined while another process that is alive has it. */
  take(id: ShowId): Promise<Lease | undefined>
  close(): Promise<void>
}

const HELD = '.held'
const FREE = 'free'
const LEASE = /^\.lease\.([1-9]\d{0,8})$/
const BEAT_MS = 500
/** A holder silent for this long is gone: it was killed, or it sleeps. */
const STALE_MS = 2_000
/** How long it is waited for one that has begun to be silent. */
const WAIT_MS = 2_500
const LOOK_MS = 150

const has = (error: unknown, code: string): boolean =>
  (error as NodeJS.ErrnoException).code === code

const ignore = (code: string) => (error: unknown): undefined => {
  if (!has(error, code)) throw error
  return undefined
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !has(error, 'ESRCH')
  }
}

/** The newest term and whose it is; term 0 when nobody ever held it. */
async function readTerm(folder: string): Promise<{ term: number; who: string }> {
  const terms = (await readdir(folder)).map((name) => Number(LEASE.exec(name)?.[1] ?? 0))
  const term = Math.max(0, ...terms)
  if (term === 0) return { term, who: FREE }
  const who = await readlink(join(folder, `.lease.${term}`)).catch(ignore('ENOENT'))
  // A newer one took its place between the two looks.
  return who === undefined ? readTerm(folder) : { term, who }
}

/** How a process is seen by the others: a folder of its own below `.held`, with a file that is
 *  touched every `BEAT_MS` and a way into each folder that it holds. */
function makeSelf(deps: { root: string; clock: Clock; log: Log }) {
  const { root, clock } = deps
  const host = hostname().replaceAll(/[^\w-]+/g, '-').slice(0, 40)
  const me = `${host}.${process.pid}.${Math.round(clock.nowMs()).toString(36)}`
  const mine = join(root, HELD, me)
  const alive = (who: string): string => join(root, HELD, who, 'alive')

  /** Milliseconds since it was last heard of; Infinity when it is known to be gone. */
  const silenceMs = async (who: string): Promise<number> => {
    const [, pid] = /^[\w-]+\.(\d+)\.\w+$/.exec(who) ?? []
    const isHere = who.startsWith(`${host}.`)
    // Our own number under another name was a process before us.
    if (pid === undefined || (isHere && (Number(pid) === process.pid || !isRunning(Number(pid))))) {
      return Infinity
    }
    // One that is just beginning has its folder before its file.
    const beat = await stat(alive(who)).catch(ignore('ENOENT'))
      ?? await stat(join(root, HELD, who)).catch(ignore('ENOENT'))
    return beat ? clock.nowMs() - beat.mtimeMs : Infinity
  }

  const beat = async (): Promise<void> => {
    const now = clock.nowMs() / 1000
    await utimes(alive(me), now, now)
  }

  const begin = async (): Promise<void> => {
    await mkdir(mine, { recursive: true })
    await writeFile(alive(me), '')
    await beat()
    for (const who of await readdir(join(root, HELD))) {
      if (who !== me && await silenceMs(who) === Infinity) {
        await rm(join(root, HELD, who), { recursive: true, force: true })
      }
    }
  }
  return { me, mine, silenceMs, beat, begin }
}

export function makeLeases(deps: {
  readonly root: string
  readonly clock: Clock
  readonly log: Log
  /** Another process took it: whatever is held for it here is over. */
  onLost(id: ShowId): void
}): Leases {
  const { root, clock, log } = deps
  const self = makeSelf(deps)
  const held = new Set<ShowId>()
  let beating: Timer | undefined
  let beginning: Promise<void> | undefined
  const folderOf = (id: ShowId): string => join(root, id)
  const wayOf = (who: string, id: ShowId): string => join(root, HELD, who, id)

  const look = async (): Promise<void> => {
    // Without its folder nothing is held any more, and a new start is made.
    const isSelf = await self.beat().then(() => true, ignore('ENOENT'))
    if (!isSelf) await self.begin()
    for (const id of held) {
      const isThere = await lstat(wayOf(self.me, id)).then(() => true, ignore('ENOENT'))
      if (isThere || !held.delete(id)) continue
      log.warn('folder taken by another process', { showId: id })
      deps.onLost(id)
    }
  }
  const complain = (error: unknown): void =>
    log.error('lease', { message: error instanceof Error ? error.message : String(error) })

  const begin = (): Promise<void> => beginning ??= self.begin().then(() => {
    beating = clock.every(BEAT_MS, () => void look().catch(complain))
  }).catch((error: unknown) => {
    beginning = undefined
    throw error
  })

  /** The holder's name once it is gone or was none; undefined while it lives. */
  const waitForHolder = async (who: string, untilMs: number): Promise<boolean> => {
    if (who === FREE) return true
    for (;;) {
      const silenceMs = await self.silenceMs(who)
      if (silenceMs > STALE_MS) return true
      if (silenceMs < 2 * BEAT_MS || clock.steadyMs() > untilMs) return false
      await clock.sleep(LOOK_MS)
    }
  }

  /** The next term is ours, or somebody else was faster. */
  const claim = async (id: ShowId, term: number): Promise<boolean> => {
    const path = join(folderOf(id), `.lease.${term}`)
    const isMade = await symlink(self.me, path).then(() => true, ignore('EEXIST'))
    if (!isMade) return false
    const newest = await readTerm(folderOf(id))
    if (newest.term === term) return true
    await unlink(path)
    return false
  }

  const forgetTerms = async (id: ShowId, below: number): Promise<void> => {
    for (const name of await readdir(folderOf(id))) {
      const term = Number(LEASE.exec(name)?.[1] ?? below)
      if (term < below) await rm(join(folderOf(id), name), { force: true })
    }
  }

  const release = async (id: ShowId, term: number): Promise<void> => {
    if (!held.delete(id)) return
    await unlink(wayOf(self.me, id)).catch(ignore('ENOENT'))
    // The count goes on, so that a slow taker of an old term finds itself behind.
    const next = join(folderOf(id), `.lease.${term + 1}`)
    const isMade = await symlink(FREE, next).then(() => true, (error: unknown) =>
      has(error, 'ENOENT') ? false : ignore('EEXIST')(error))
    if (isMade) await forgetTerms(id, term + 1)
  }

  return {
    async take(id) {
      await begin()
      const untilMs = clock.steadyMs() + WAIT_MS
      for (;;) {
        const { term, who } = await readTerm(folderOf(id))
        if (!await waitForHolder(who, untilMs)) return undefined
        if (!await claim(id, term + 1)) continue
        if (who !== FREE) {
          await unlink(wayOf(who, id)).catch(ignore('ENOENT'))
          // What it has open it may still write to; that must not be what we go on with.
          await detach(folderOf(id))
        }
        await rm(wayOf(self.me, id), { force: true })
        await symlink(join('..', '..', id), wayOf(self.me, id))
        await forgetTerms(id, term + 1)
        held.add(id)
        log.info('folder taken', { showId: id, term: term + 1, from: who })
        return { path: wayOf(self.me, id), release: () => release(id, term + 1) }
      }
    },
    async close() {
      beating?.cancel()
      await beginning?.catch(() => {})
      await rm(self.mine, { recursive: true, force: true })
    },
  }
}

