import type { Clock, Log, Result, ShowId } from '#kernel'
import type { PictureTurners, RenditionName, StateReport } from './contract.ts'
import { makeMediaHttp } from './http/server.ts'
import { makeShows } from './live/shows.ts'
import { makeRtmpServer } from './rtmp/server.ts'

export interface MediaDeps {
  readonly clock: Clock
  readonly log: Log
  /** Where recordings are kept, one folder per show. */
  readonly folder: string
  /** Shared with the server process; opens `/internal/`. */
  readonly internalKey: string
  /** Whose key this is. Throws a Fault when nobody can say now. */
  authorize(streamKey: string, remoteAddress: string): Promise<Result<ShowId>>
  /** Must return at once; delivery is the receiver's care. */
  report(report: StateReport): void
  /** Who makes pictures small; without it there is no small rendition. */
  readonly pictures?: PictureTurners | undefined
  /** What a show is offered as beside its source; asked when a publisher comes. */
  readonly wantedRenditions?: ((id: ShowId) => readonly RenditionName[]) | undefined
}

export interface MediaServer {
  listen(where: {
    httpPort: number; httpHost: string; rtmpPort: number; rtmpHost: string
  }): Promise<{ httpPort: number; rtmpPort: number }>
  /** Ends publishers, writes what is held, closes both ports. */
  close(): Promise<void>
}

export function makeMediaServer(deps: MediaDeps): MediaServer {
  const { clock, log } = deps
  const startedMs = clock.steadyMs()
  const shows = makeShows(deps)
  const rtmp = makeRtmpServer({
    clock, log,
    authorize: (streamKey, remoteAddress) => deps.authorize(streamKey, remoteAddress),
    openShow: (id) => shows.open(id),
  })
  const http = makeMediaHttp({
    shows, log, internalKey: deps.internalKey,
    health: () => ({
      ok: true, receiving: shows.receiving, publishers: rtmp.connections,
      upSeconds: Math.round((clock.steadyMs() - startedMs) / 1_000),
    }),
  })
  return {
    async listen(where) {
      const rtmpPort = await rtmp.listen(where.rtmpPort, where.rtmpHost)
      const httpPort = await http.listen(where.httpPort, where.httpHost)
      return { httpPort, rtmpPort }
    },
    async close() {
      await rtmp.close()
      await shows.close()
      deps.pictures?.close()
      await http.close()
    },
  }
}
