import { Fault } from '#kernel'
import { INTERNAL_HEADER, mediaPaths } from '#stage/media/contract'
import type { DownloadView, RecordingView, StorageView } from '#stage/recording/contract'
import type { Recordings } from '#stage/replay/contract'
import type { ServerEnv } from './env.ts'
import type { MediaFleet } from './media-fleet/index.ts'

/** A recording of many hours is looked through for the size of its one file. */
const deadlineMs = 20_000

/** What the media process keeps, asked over loopback with the internal key. */
export function makeRecordings(
  env: Pick<ServerEnv, 'SILKCAST_INTERNAL_KEY'>, media: Pick<MediaFleet, 'urlForPath'>,
): Recordings {
  async function ask(method: string, path: string, body?: unknown) {
    const failed = (cause: unknown) => new Fault('media.unreachable', { retryable: true, cause })
    const answer = await fetch(media.urlForPath(path) + path, {
      method, signal: AbortSignal.timeout(deadlineMs),
      headers: { [INTERNAL_HEADER]: env.SILKCAST_INTERNAL_KEY },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => { throw failed(cause) })
    const said: unknown = await answer.json().catch(() => null)
    const isClear = answer.ok || answer.status === 404 || answer.status === 409
    if (!isClear) throw failed(new Error(`status ${answer.status}`))
    return { status: answer.status, said }
  }
  async function view<T = RecordingView>(
    method: string, path: string, body?: unknown,
  ): Promise<T | null> {
    const { status, said } = await ask(method, path, body)
    if (status === 409) throw new Fault('media.not_ended', { retryable: true })
    return status === 404 ? null : said as T
  }
  return {
    read: (showId) => view('GET', mediaPaths.recording(showId)),
    setCut: (showId, cut) => view('PUT', mediaPaths.cut(showId), cut),
    readDownload: (showId) => view<DownloadView>('GET', mediaPaths.download(showId)),
    make: (showId) => view<DownloadView>('POST', mediaPaths.download(showId)),
    remove: async (showId) => (await ask('POST', mediaPaths.remove(showId))).status !== 409,
    storage: async () => (await ask('GET', mediaPaths.storage)).said as StorageView,
  }
}

const GB = 1_000_000_000

/** How long and how much is kept, as the operator said at the start. */
export function keepRule(
  env: Pick<ServerEnv, 'SILKCAST_KEEP_REPLAYS_DAYS' | 'SILKCAST_MEDIA_QUOTA_GB'>,
): { keepDays: number | null; quotaBytes: number | null } {
  const { SILKCAST_KEEP_REPLAYS_DAYS: days, SILKCAST_MEDIA_QUOTA_GB: gb } = env
  return { keepDays: days ? Number(days) : null, quotaBytes: gb ? Number(gb) * GB : null }
}
