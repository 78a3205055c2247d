import type { Clock, Log, Random, Result, ShowId } from '#kernel'
import {
  MEDIA_LIMITS, type MediaMetrics, type PictureTurners, type RenditionName, type StateReport,
} from './contract.ts'
import { makeRtcHttp } from './rtc/http.ts'
import { makeRtcSessions, type RtcOptions } from './rtc/sessions.ts'
import { makeMediaHttp } from './http/server.ts'
import { makeCpuShare } from './live/health.ts'
import { makeShows } from './live/shows.ts'
import { makeRtmpServer } from './rtmp/server.ts'

export interface MediaDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Where recordings are kept, one folder per show. */
  readonly folder: string
  /** Shared with the server process; opens `/internal/`. */
  readonly internalKey: string
  readonly control: {
    /** Whose key this is. Throws a Fault when nobody can say now. */
    authorize(streamKey: string, remoteAddress: string): Promise<Result<ShowId>>
    /** Must return at once; delivery is the receiver's care. */
    report(report: StateReport): void
    /** What a show is offered as beside its source; asked when a publisher comes. */
    renditionsOf?(showId: ShowId): readonly RenditionName[]
  }
  /** Without `pictures` there is no small rendition. */
  readonly rtc: RtcOptions & { readonly pictures?: PictureTurners | undefined }
  /** What the process has used so far; without it that part of the figures is missing or 0. */
  usage?(): { readonly cpuMicros: number; readonly memoryBytes: number }
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
  const { usage } = deps
  const cpuShare = usage && makeCpuShare(clock, () => usage().cpuMicros)
  const shows = makeShows({
    ...deps, report: deps.control.report, cpuShare,
    forms: { ...deps.rtc, wanted: (id) => deps.control.renditionsOf?.(id) ?? [] },
  })
  const upSeconds = () => Math.round((clock.steadyMs() - startedMs) / 1_000)
  const sessions = makeRtcSessions({
    ...deps.rtc, clock, random: deps.random, log, shows,
    authorize: (streamKey, remoteAddress) => deps.control.authorize(streamKey, remoteAddress),
  })
  const rtmp = makeRtmpServer({
    clock, log,
    authorize: (streamKey, remoteAddress) => deps.control.authorize(streamKey, remoteAddress),
    openShow: (id) => shows.open(id),
  })
  const http = makeMediaHttp({
    shows, log, internalKey: deps.internalKey, rtc: makeRtcHttp({ sessions, log }),
    health: () => ({
      ok: true, receiving: shows.receiving, publishers: rtmp.connections,
      rtcViewers: sessions.viewers,
      upSeconds: upSeconds(),
    }),
    metrics: (): MediaMetrics => ({
      upSeconds: upSeconds(), cpuSeconds: (usage?.().cpuMicros ?? 0) / 1_000_000,
      memoryBytes: usage?.().memoryBytes ?? 0, receiving: shows.receiving,
      publishers: rtmp.connections,
      shows: shows.list().slice(0, MEDIA_LIMITS.metricsShowsMax)
        .map(({ id, health }) => ({ showId: id, health: health.read() })),
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
      sessions.close()
      await shows.close()
      deps.rtc.pictures?.close()
      await http.close()
    },
  }
}
