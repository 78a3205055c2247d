import type { Http } from '#adapters/http-fastify'
import { isId, type ShowId } from '#kernel'
import { INTERNAL_HEADER, mediaPaths } from '#stage/media/contract'
import type { ServerEnv } from './env.ts'
import type { MediaFleet } from './media-fleet/index.ts'

const NAME = /^(replay\.m3u8|init-\d{1,9}\.mp4|s\d{1,9}\.m4s)$/

/** Recordings for staff: the one file to download, and the whole of it, cut or not, for Studio. */
export function addMediaStreams(
  http: Http, env: ServerEnv, media: Pick<MediaFleet, 'urlForPath'>,
): void {
  const there = {
    target: media.urlForPath, timeoutMs: 30_000,
    internal: { [INTERNAL_HEADER]: env.SILKCAST_INTERNAL_KEY },
  }
  const showOf = ({ showId }: Readonly<Record<string, string>>): ShowId | null =>
    isId('sho', showId) ? showId : null
  http.stream({
    ...there, url: '/media/:showId/replay.mp4', act: 'show.read', perMinute: 120,
    path(params) {
      const showId = showOf(params)
      return showId && mediaPaths.movie(showId)
    },
    down: ({ showId }) =>
      ({ 'content-disposition': `attachment; filename="${showId}.mp4"` }),
  })
  http.stream({
    ...there, url: '/api/shows/:showId/recording/:name', act: 'show.read', perMinute: 1200,
    path(params) {
      const showId = showOf(params)
      const name = params['name'] ?? ''
      return showId && NAME.test(name) ? mediaPaths.whole(showId, name) : null
    },
  })
}
