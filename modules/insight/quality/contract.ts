import Type, { type Static } from 'typebox'
import { idPattern, type Api, type ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import { MediaHealth, type StateReport } from '#stage/media/contract'

/** Limits. Units are in the names. */
export const qualityLimits = {
  /** How often a client reports. */
  reportEveryMs: 10_000,
  /** A report sooner than this after the one before counts for nothing. */
  reportGapMs: 1_000,
  /** Who has not reported for this long is not watching; their visit may be taken over. */
  openMs: 30_000,
  /** A visit that was silent for so long is forgotten. */
  forgetMs: 600_000,
  /** Time that a first report may tell of, and that a later one may tell of at most. */
  firstReportMs: 15_000,
  reportMsMax: 75_000,
  startupMsMax: 60_000,
  latencyMsMax: 60_000,
  /** Open visits of one network (an IPv4 address, an IPv6 /64) that count in one show. */
  visitsPerNetworkMax: 50,
  /** Open visits in all shows of this process. */
  visitsMax: 200_000,
  switchesPerReportMax: 20,
  failuresPerReportMax: 10,
  /** Rows of a summary; the rest is in `all`. */
  rowsMax: 60,
  /** Encoder figures kept per show: five minutes at one report every two seconds. */
  samplesMax: 150,
  showsMax: 500,
} as const

/** How a viewer gets the picture. */
export const transports = ['whep', 'hls'] as const
/** See transports. */
export type Transport = (typeof transports)[number]

/** Renditions as they are counted: sound alone, or the shorter side of the picture in pixels. */
export const renditionNames =
  ['audio', '240', '360', '480', '720', '1080', '1440', '2160'] as const
/** See renditionNames. */
export type RenditionName = (typeof renditionNames)[number]

/** What may go wrong in a player. `unreachable`: no answer. `broken`: bytes that cannot be decoded.
 *  `stalled`: the picture stood still for seconds. `no_picture`: nothing came in time.
 *  `udp_blocked`: no way through for WebRTC. `lossy`: too much was lost on the way. `full`: no room
 *  for one more. */
export const failureCodes =
  ['unreachable', 'broken', 'stalled', 'no_picture', 'udp_blocked', 'lossy', 'full'] as const
/** See failureCodes. */
export type FailureCode = (typeof failureCodes)[number]

const oneOf = <const T extends readonly string[]>(names: T) =>
  Type.Unsafe<T[number]>(Type.Union(names.map((name) => Type.Literal(name))))
const Transport = oneOf(transports)
const ms = Type.Integer({ minimum: 0, maximum: 600_000 })
const times = Type.Integer({ minimum: 0, maximum: 1_000 })

/** What one viewer's player met since its last report. `visit` is a random name, kept until they
 *  leave. Where the viewer is, the server finds out by itself. */
export const QualityReport = Type.Object({
  showId: Type.String({ pattern: idPattern('sho') }),
  visit: Type.String({ pattern: '^[A-Za-z0-9_-]{16,32}$' }),
  transport: Transport,
  /** Shorter side in pixels, or sound alone; left out while it is not known. */
  rendition: Type.Optional(Type.Union([
    Type.Literal('audio'), Type.Integer({ minimum: 1, maximum: 8_640 }),
  ])),
  /** From the wish to play to the first moving picture; said once. */
  startupMs: Type.Optional(ms),
  watchedMs: ms,
  stalledMs: ms,
  stalls: times,
  switches: times,
  /** Median of the interval, behind the moment in the picture. */
  latencyMs: Type.Optional(ms),
  failures: Type.Optional(Type.Array(Type.Object({
    code: oneOf(failureCodes),
    count: Type.Integer({ minimum: 1, maximum: 1_000 }),
  }, { additionalProperties: false }), { maxItems: failureCodes.length })),
}, { additionalProperties: false })
/** See QualityReport. */
export type QualityReport = Static<typeof QualityReport>

const OrNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])

const figures = {
  /** Watching now, one per person; only in the last minute's figures. */
  viewers: Type.Integer(),
  /** Different networks that they watch from: one alone proves nothing about a country. */
  networks: Type.Integer(),
  /** Visits that were counted; who changes transport counts in both. */
  visits: Type.Integer(),
  watchedMs: Type.Integer(),
  stalledMs: Type.Integer(),
  stalls: Type.Integer(),
  switches: Type.Integer(),
  /** stalled / (stalled + watched); 0 when there is nothing. */
  stutter: Type.Number(),
  startupMsP50: OrNull(Type.Number()),
  startupMsP95: OrNull(Type.Number()),
  latencyMsP50: OrNull(Type.Number()),
  latencyMsP95: OrNull(Type.Number()),
}

/** Figures of one group of viewers. */
export const QualityFigures = Type.Object(figures)
/** See QualityFigures. */
export type QualityFigures = Static<typeof QualityFigures>

/** Figures of a show over some time: all of it, per country (ISO 3166-1, `ZZ` when not known), per
 *  transport; renditions as shares of the time watched. */
export const QualitySummary = Type.Object({
  all: QualityFigures,
  countries: Type.Array(Type.Object({ country: Type.String(), ...figures })),
  transports: Type.Array(Type.Object({ transport: Transport, ...figures })),
  renditions: Type.Array(Type.Object({ rendition: Type.String(), share: Type.Number() })),
  failures: Type.Array(Type.Object({ code: Type.String(), count: Type.Integer() })),
})
/** See QualitySummary. */
export type QualitySummary = Static<typeof QualitySummary>

/** One report of the media process: what came in, and what became of it in the two seconds before.
 *  null: not known. */
export const HealthSample = Type.Object({
  atMs: Type.Integer(),
  isReceiving: Type.Boolean(),
  kbps: OrNull(Type.Number()),
  fps: OrNull(Type.Number()),
  keyframeSeconds: OrNull(Type.Number()),
  lossFraction: OrNull(Type.Number()),
  pli: OrNull(Type.Integer()),
  nack: OrNull(Type.Integer()),
  partsWritten: OrNull(Type.Integer()),
  partsLate: OrNull(Type.Integer()),
})
/** See HealthSample. */
export type HealthSample = Static<typeof HealthSample>

/** How a show is doing: the encoder's last five minutes (oldest first), the last health the media
 *  process told, and what viewers met in the last minute and in the whole show. */
export const ShowQuality = Type.Object({
  showId: Type.String(),
  atMs: Type.Integer(),
  samples: Type.Array(HealthSample),
  health: OrNull(MediaHealth),
  minute: QualitySummary,
  whole: QualitySummary,
})
/** See ShowQuality. */
export type ShowQuality = Static<typeof ShowQuality>

/** HTTP surface. */
export const api = {
  'POST /api/quality': {
    act: 'anyone',
    perMinute: 60,
    doc: 'A viewer\'s player tells what it met. What does not count is answered all the same.',
    body: QualityReport,
    reply: Type.Object({ done: Type.Literal(true) }),
  },
  'GET /api/shows/:showId/quality': {
    act: 'show.read',
    doc: 'What the encoder sends and what viewers meet: last minute and whole show.',
    params: Type.Object({ showId: Type.String({ pattern: idPattern('sho') }) }),
    reply: ShowQuality,
  },
} as const satisfies Api

/** What the house asks of this module. */
export interface Quality {
  /** Counts a viewer's report, or does not; nobody is told which. */
  hear(report: QualityReport, from: {
    readonly who: Pick<Who, 'personId' | 'isDemo'>
    readonly address: string
    readonly country: string | null
  }): Promise<void>
  /** What the media process tells about a show. */
  hearMedia(report: StateReport): void
  read(showId: ShowId): Promise<ShowQuality>
  /** Writes what is not kept yet, forgets who is gone; run once a minute and at the end. Answers
   *  how many shows were written. */
  sweep(): Promise<number>
  /** Open visits and shows in memory, for /metrics. */
  readonly size: { readonly visits: number; readonly shows: number }
}
