import { Compile } from 'typebox/compile'
import { isId, type Clock, type Log, type ShowId } from '#kernel'
import { stagePaths } from '#stage/backstage/contract'
import { INTERNAL_HEADER, mediaPaths, ProcessView, type Doorstep } from '#stage/media/contract'
import { makeRoster } from './roster.ts'

/** The media processes as the server sees them: who is there, and who has which show. */
export interface MediaFleet {
  /** Where the process answers that has this show now. */
  urlFor(showId: ShowId): string
  /** The same for a path such as `/media/<showId>/live.m3u8`. */
  urlForPath(path: string): string
  /** For a publisher that comes now: the process that is to have the show, which everybody else
   *  has let go of. Undefined where there is only one process, or none that takes it. */
  place(showId: ShowId): Promise<Doorstep | undefined>
  /** Asks all of them once and then for ever. */
  start(): Promise<void>
  stop(): void
}

const LOOK_MS = 500
const ANSWER_MS = 700
const RELEASE_MS = 3_000
const isView = Compile(ProcessView)

const howItFailed = (error: unknown): 'refused' | 'silent' => {
  const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'refused' : 'silent'
}

export function makeMediaFleet(deps: {
  /** In the order in which they were started: the first stays the first. */
  readonly urls: readonly string[]
  readonly internalKey: string
  readonly clock: Clock
  readonly log: Log
}): MediaFleet {
  const { clock, log } = deps
  const urls = new Map(deps.urls.map((url, at) => [`media-${at + 1}`, url]))
  const names = [...urls.keys()]
  const only = deps.urls.length === 1 ? deps.urls[0] : undefined
  const roster = makeRoster(names)
  const headers = { [INTERNAL_HEADER]: deps.internalKey }
  let isStopped = false

  const urlFor = (showId: ShowId): string => only ?? urls.get(roster.ownerOf(showId))!

  /** Guests are where the show is. Who stayed behind when it moved comes again, and finds it. */
  async function gather(name: string, staged: readonly ShowId[]): Promise<void> {
    const astray = staged.filter((showId) => roster.ownerOf(showId) !== name)
    await Promise.all(astray.map((showId) => order(stagePaths.leave(showId), name)))
  }

  async function look(name: string): Promise<void> {
    try {
      const signal = AbortSignal.timeout(ANSWER_MS)
      const answer = await fetch(urls.get(name)! + mediaPaths.inside, { headers, signal })
      const view: unknown = await answer.json()
      if (!isView.Check(view)) throw new Error(`odd answer, status ${answer.status}`)
      if (!roster.isLive(name)) log.info('media.here', { name })
      roster.heard(name, view, clock.nowMs())
      await gather(name, (view.staged ?? []) as ShowId[])
    } catch (error) {
      if (!roster.failed(name, howItFailed(error))) return
      log.warn('media.gone', { name, cause: (error as Error).message })
    }
  }

  async function watch(name: string): Promise<void> {
    while (!isStopped) {
      await clock.sleep(LOOK_MS)
      await look(name)
    }
  }

  async function order(path: string, name: string): Promise<boolean> {
    try {
      const answer = await fetch(urls.get(name)! + path, {
        method: 'POST', headers, signal: AbortSignal.timeout(RELEASE_MS),
      })
      return answer.ok
    } catch {
      return false
    }
  }

  return {
    urlFor,
    urlForPath(path) {
      const showId = /^\/(?:[a-z-]+|internal\/shows)\/(sho_[a-z0-9]{1,40})(?:\/|$)/.exec(path)?.[1]
      return isId('sho', showId) ? urlFor(showId) : deps.urls[0]!
    },
    async place(showId) {
      if (only !== undefined) return undefined
      const { to, from } = roster.plan(showId)
      const isFree = from === undefined || await order(mediaPaths.release(showId), from)
      const name = isFree ? to : from
      const port = roster.viewOf(name)?.rtmpPort ?? 0
      if (port === 0) return undefined
      roster.assign(showId, name, clock.nowMs())
      return { host: new URL(urls.get(name)!).hostname, port }
    },
    async start() {
      if (only !== undefined) return
      await Promise.all(names.map(look))
      for (const name of names) void watch(name)
    },
    stop() { isStopped = true },
  }
}
