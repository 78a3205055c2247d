import { Fault, isId, ok, refuse, type Clock, type Log, type Result, type ShowId } from '#kernel'
import type { KeyHolder } from '#stage/backstage/contract'
import {
  controlPaths, INTERNAL_HEADER, MEDIA_LIMITS, type Doorstep, type RenditionName,
  type StateReport,
} from '#stage/media/contract'

/** The server process as the media process sees it: two calls over HTTP. */
export interface Control {
  /** For encoders: the key of a guest is none, and that of a picture neither. */
  authorize(streamKey: string, remoteAddress: string): Promise<Result<ShowId>>
  /** For WebRTC: the show, and the guest or the address of a picture when the key is theirs. */
  identify(streamKey: string, remoteAddress: string): Promise<Result<KeyHolder>>
  /** The same, and the process that the show belongs to. */
  locate(streamKey: string, remoteAddress: string): Promise<Result<{
    showId: ShowId; owner: Doorstep; renditions?: readonly RenditionName[] | undefined
  }>>
  report(report: StateReport): void
  /** What the server last said about a show; undefined when it left the choice to us. */
  renditionsOf(showId: ShowId): readonly RenditionName[] | undefined
  /** The front heard it in our place. */
  keepRenditions(showId: ShowId, said: readonly RenditionName[] | undefined): void
}

const RETRY_MS_MAX = 30_000
const PENDING_MAX = 16
const SHOWS_MAX = 1_000
const RENDITIONS: readonly RenditionName[] = ['360p', 'audio']
const CODE = /^[a-z0-9_.]{1,80}$/

/** The schema of the contract by hand: its compiler would cost a killed process its return in two
 *  seconds. */
function isGuest(value: unknown): value is NonNullable<KeyHolder['guest']> {
  if (typeof value !== 'object' || value === null) return false
  const { id, isOnStage, isMuted, revision } = value as Record<string, unknown>
  return isId('gst', id) && typeof isOnStage === 'boolean' && typeof isMuted === 'boolean'
    && Number.isSafeInteger(revision)
}

export function makeControl(deps: {
  serverUrl: string; internalKey: string; clock: Clock; log: Log
}): Control {
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(new URL(path, deps.serverUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', [INTERNAL_HEADER]: deps.internalKey },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(MEDIA_LIMITS.authorizeMs),
    })

  const send = async (report: StateReport): Promise<boolean> => {
    try {
      const response = await post(controlPaths.state, report)
      await response.arrayBuffer()
      // What the server will not take now it will not take later either.
      return response.status < 500
    } catch {
      return false
    }
  }

  /** Reports of one show leave one after the other; the newest of a kind replaces an older one
   *  that still waits, so a server that was away hears the present, not the past. */
  const pending = new Map<string, StateReport[]>()

  const drain = async (showId: string, queue: StateReport[]): Promise<void> => {
    let pauseMs = 500
    while (queue.length > 0) {
      const report = queue[0]!
      if (await send(report)) {
        pauseMs = 500
        if (queue[0] === report) queue.shift()
        continue
      }
      deps.log.warn('report not delivered', { showId })
      await deps.clock.sleep(pauseMs)
      pauseMs = Math.min(RETRY_MS_MAX, pauseMs * 2)
    }
    pending.delete(showId)
  }

  const renditions = new Map<ShowId, readonly RenditionName[]>()
  const keep = (showId: ShowId, said: unknown): void => {
    renditions.delete(showId)
    if (!Array.isArray(said)) return
    renditions.set(showId, RENDITIONS.filter((name) => said.includes(name)))
    if (renditions.size > SHOWS_MAX) renditions.delete(renditions.keys().next().value!)
  }

  const ask = async (
    streamKey: string, remoteAddress: string,
  ): Promise<Result<KeyHolder & { owner: Doorstep | undefined }>> => {
    const response = await post(controlPaths.authorize, { streamKey, remoteAddress })
      .catch((cause: unknown) => {
        throw new Fault('stage.media.server_silent', { retryable: true, cause })
      })
    const body: unknown = await response.json().catch(() => null)
    const reply = body as {
      showId?: unknown; code?: unknown; owner?: Doorstep; renditions?: unknown; guest?: unknown
      pictureRound?: unknown
    } | null
    if (response.status === 200 && isId('sho', reply?.showId)) {
      const { showId, owner, guest, pictureRound } = reply
      if (pictureRound !== undefined) {
        if (Number.isSafeInteger(pictureRound)) {
          return ok({ showId, owner, pictureRound: pictureRound as number })
        }
        throw new Fault('stage.media.server_unclear', { retryable: true })
      }
      if (guest !== undefined) {
        if (isGuest(guest)) return ok({ showId, owner, guest })
        throw new Fault('stage.media.server_unclear', { retryable: true })
      }
      keep(showId, reply.renditions)
      return ok({ showId, owner })
    }
    if (response.status !== 403) {
      throw new Fault('stage.media.server_unclear', { retryable: true })
    }
    const code = typeof reply?.code === 'string' && CODE.test(reply.code)
      ? reply.code : 'stage.show.key_unknown'
    return refuse(code)
  }

  const askEncoder: typeof ask = async (streamKey, remoteAddress) => {
    const found = await ask(streamKey, remoteAddress)
    if (!found.ok) return found
    const { guest, pictureRound } = found.value
    return guest || pictureRound !== undefined ? refuse('stage.show.key_unknown') : found
  }

  return {
    identify: ask,
    renditionsOf: (showId) => renditions.get(showId),
    keepRenditions: keep,
    async authorize(streamKey, remoteAddress) {
      const found = await askEncoder(streamKey, remoteAddress)
      return found.ok ? ok(found.value.showId) : found
    },
    async locate(streamKey, remoteAddress) {
      const found = await askEncoder(streamKey, remoteAddress)
      if (!found.ok) return found
      const { showId, owner } = found.value
      if (!owner) throw new Fault('stage.media.no_process', { retryable: true })
      return ok({ showId, owner, renditions: renditions.get(showId) })
    },
    report(report) {
      const queue = pending.get(report.showId)
      if (!queue) {
        const fresh = [report]
        pending.set(report.showId, fresh)
        void drain(report.showId, fresh)
        return
      }
      const last = queue.at(-1)
      const isRepeat = last?.state === report.state && last.problem === report.problem
      if (isRepeat && queue.length > 1) queue[queue.length - 1] = report
      else queue.push(report)
      if (queue.length > PENDING_MAX) queue.splice(1, 1)
    },
  }
}
