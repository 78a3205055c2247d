import type { Clock, Log, Random, Result, ShowId } from '#kernel'
import type { KeyHolder } from '#stage/backstage/contract'
import type { RecordingFolder } from '#stage/recording/contract'
import {
  MEDIA_LIMITS, type MediaMetrics, type PictureTurners, type RenditionName, type StateReport,
} from './contract.ts'
import { makeRtcHttp } from './rtc/http.ts'
import { makeRtcSessions, type RtcOptions, type RtcSessions } from './rtc/sessions.ts'
import type { AskerReader } from './http/poller.ts'
import { makeMediaHttp } from './http/server.ts'
import { makeCpuShare } from './live/health.ts'
import { makeShows } from './live/shows.ts'
import { makeFrontSession, type FrontDeps } from './rtmp/front.ts'
import { readHanded } from './rtmp/handed.ts'
import { makePulse } from './rtmp/pulse.ts'
import { makeRtmpServer, type RtmpServer } from './rtmp/server.ts'
import { makeRtmpSession, type RtmpSession, type SessionDeps } from './rtmp/session.ts'

export type { FrontDeps } from './rtmp/front.ts'
export type { RtmpServer } from './rtmp/server.ts'

export interface MediaDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly recordings: RecordingFolder
  /** Shared with the server process; opens `/internal/`. */
  readonly internalKey: string
  readonly control: {
    /** Whose key this is. Throws a Fault when nobody can say now. */
    authorize(streamKey: string, remoteAddress: string): Promise<Result<ShowId>>
    /** The same for WebRTC, where guests have keys of their own. */
    identify(streamKey: string, remoteAddress: string): Promise<Result<KeyHolder>>
    /** Must return at once; delivery is the receiver's care. */
    report(report: StateReport): void
    /** Who asks through the server's proxy. Without it everybody is the socket's other end. */
    readonly askerOf?: AskerReader
    /** What a show is offered as beside its source; asked when a publisher comes. */
    renditionsOf?(showId: ShowId): readonly RenditionName[]
    /** The same, heard by the front that hands a publisher over. */
    keepRenditions?(showId: ShowId, said: readonly RenditionName[] | undefined): void
  }
  /** Without `pictures` there is no small rendition. */
  readonly rtc: RtcOptions & { readonly pictures?: PictureTurners | undefined }
  readonly self?: {
    /** What the process has used so far; without it that part of the figures is missing or 0. */
    usage?(): { readonly cpuMicros: number; readonly memoryBytes: number }
    /** One of several processes: publishers come from the front, not from outside. */
    readonly isBehindFront?: boolean
  }
}

export interface MediaServer {
  listen(where: {
    httpPort: number; httpHost: string; rtmpPort: number; rtmpHost: string
  }): Promise<{ httpPort: number; rtmpPort: number }>
  /** Ends publishers, writes what is held, closes both ports. */
  close(): Promise<void>
}

/** Takes publishers from outside when there are several media processes, and gives each to the
 *  process that owns its show. */
export function makeRtmpFront(deps: FrontDeps & { readonly processes: number }): RtmpServer {
  const pulse = makePulse(deps)
  return makeRtmpServer({
    clock: deps.clock, log: deps.log,
    connectionsMax: MEDIA_LIMITS.connectionsMax * deps.processes,
    open: (socket, onWrongKey) => makeFrontSession(socket, { ...deps, pulse, onWrongKey }),
  })
}

function makePublisherDoor(
  deps: MediaDeps, openShow: SessionDeps['openShow'],
): RtmpServer {
  const base = { ...deps, ...deps.control, openShow }
  const isBehindFront = deps.self?.isBehindFront ?? false
  return makeRtmpServer({
    clock: deps.clock, log: deps.log, isBehindFront,
    open(socket, onWrongKey) {
      if (!isBehindFront) return makeRtmpSession(socket, { ...base, onWrongKey })
      let session: RtmpSession | undefined
      readHanded(socket, deps, (handed) => {
        deps.control.keepRenditions?.(handed.showId, handed.renditions)
        session = makeRtmpSession(socket, { ...base, onWrongKey, handed })
      })
      return { leave: (why) => session ? session.leave(why) : void socket.destroy() }
    },
  })
}

export function makeMediaServer(deps: MediaDeps): MediaServer {
  const { clock, log } = deps
  const startedMs = clock.steadyMs()
  const usage = deps.self?.usage
  const askerOf = deps.control.askerOf ?? (() => undefined)
  const cpuShare = usage && makeCpuShare(clock, () => usage().cpuMicros)
  const shows = makeShows({
    ...deps, report: deps.control.report, own: { cpuShare, places: () => sessions.readPlaces() },
    forms: { ...deps.rtc, wanted: (id) => deps.control.renditionsOf?.(id) ?? [] },
  })
  const archive = deps.recordings.archive(shows)
  const upSeconds = () => Math.round((clock.steadyMs() - startedMs) / 1_000)
  const sessions: RtcSessions = makeRtcSessions({
    ...deps.rtc, clock, random: deps.random, log, shows,
    identify: (streamKey, remoteAddress) => deps.control.identify(streamKey, remoteAddress),
  })
  const rtmp = makePublisherDoor(deps, (id) => shows.open(id))
  let handedPort = 0
  const http = makeMediaHttp({
    shows, archive, log, server: { key: deps.internalKey, askerOf },
    rtc: { answer: makeRtcHttp({ sessions, log, askerOf }), stage: sessions },
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
    inside: () => ({ rtmpPort: handedPort, ...shows.held(), staged: sessions.staged() }),
  })
  return {
    async listen(where) {
      const rtmpPort = await rtmp.listen(where.rtmpPort, where.rtmpHost)
      handedPort = deps.self?.isBehindFront ? rtmpPort : 0
      const httpPort = await http.listen(where.httpPort, where.httpHost)
      return { httpPort, rtmpPort }
    },
    async close() {
      archive.close()
      await rtmp.close()
      sessions.close()
      await shows.close()
      deps.rtc.pictures?.close()
      await http.close()
    },
  }
}
