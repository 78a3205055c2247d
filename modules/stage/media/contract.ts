import Type, { type Static } from 'typebox'
import { idPattern, type RefusalDoc, type ShowId } from '#kernel'

/** Limits of the media process. Units are in the names. */
export const MEDIA_LIMITS = {
  /** Length the cutter aims at for a part; the playlist states the exact target per show. */
  partAimMs: 200,
  /** EXT-X-TARGETDURATION. Never changes, so a segment is cut before it would round above it. */
  targetDurationSeconds: 2,
  /** Keyframes further apart than this are named to the producer. */
  keyframeSecondsMax: 2,
  /** How long a playlist request may wait for what it asks for (three target durations). */
  blockMs: 6_000,
  /** Live media kept in memory per show. */
  windowSeconds: 12,
  /** Bytes one open segment may reach: about 100 Mbit/s for 2 s. */
  segmentBytesMax: 25_000_000,
  /** One RTMP message once the key is accepted (a keyframe, an audio frame). */
  messageBytesMax: 4_000_000,
  /** One RTMP message before the key is accepted. */
  commandBytesMax: 4_096,
  handshakeMs: 5_000,
  publishMs: 10_000,
  idleMs: 10_000,
  /** A publisher silent for this long gives way to a new one with the same key. */
  silentMs: 3_000,
  authorizeMs: 3_000,
  connectionsMax: 64,
  connectionsPerAddressMax: 16,
  /** Wrong keys from one address within a minute before it is turned away unasked. */
  wrongKeysPerMinuteMax: 20,
  reportEveryMs: 2_000,
} as const

/** Where a show stands: nobody has published yet, media arrives, the publisher is gone (and may
 *  come back), or the show is over and the recording complete. */
export const MediaState = Type.Union([
  Type.Literal('waiting'), Type.Literal('receiving'), Type.Literal('lost'), Type.Literal('ended'),
])
/** See the schema of the same name. */
export type MediaState = Static<typeof MediaState>

/** Why a publisher was refused or dropped, or a recording stopped. Public, never renamed. The
 *  first five end the publisher; the encoder hears the code over RTMP as well. */
export const refusalCodes = [
  { code: 'stage.media.codec_not_supported', status: 415, doc: 'Only H.264 and AAC are taken.' },
  { code: 'stage.media.already_publishing', status: 409, doc: 'Another encoder uses this key.' },
  { code: 'stage.media.show_ended', status: 410, doc: 'The show has ended; its key is spent.' },
  { code: 'stage.media.stream_malformed', status: 422, doc: 'The stream cannot be read.' },
  { code: 'stage.media.bitrate_too_high', status: 413, doc: 'More than 100 Mbit/s.' },
  {
    code: 'stage.media.recording_stopped_disk_full', status: 503,
    doc: 'The disk is full: live goes on, the replay has a gap from here.',
  },
  {
    code: 'stage.media.recording_failed', status: 503,
    doc: 'The recording cannot be written: live goes on, the replay has a gap from here.',
  },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type MediaProblem = (typeof refusalCodes)[number]['code']

/** Schema of a code of this module. */
export const MediaProblem = Type.Unsafe<MediaProblem>(
  Type.Union(refusalCodes.map(({ code }) => Type.Literal(code))),
)

/** What the picture is: codec as in RFC 6381, measured rates. `keyframeSeconds` is the distance of
 *  the last two keyframes, or the time since the last one when that is longer. */
export const VideoInfo = Type.Object({
  codec: Type.String({ maxLength: 32 }),
  width: Type.Integer({ minimum: 1, maximum: 16_384 }),
  height: Type.Integer({ minimum: 1, maximum: 16_384 }),
  fps: Type.Number({ minimum: 0, maximum: 1_000 }),
  kbps: Type.Number({ minimum: 0 }),
  keyframeSeconds: Type.Number({ minimum: 0 }),
  hasBFrames: Type.Boolean(),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type VideoInfo = Static<typeof VideoInfo>

/** What the sound is: codec as in RFC 6381, rate in Hz. */
export const AudioInfo = Type.Object({
  codec: Type.String({ maxLength: 32 }),
  sampleRate: Type.Integer({ minimum: 1, maximum: 192_000 }),
  channels: Type.Integer({ minimum: 1, maximum: 8 }),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type AudioInfo = Static<typeof AudioInfo>

/** Asked of the server before any media is read: `POST /internal/media/authorize`. */
export const AuthorizeRequest = Type.Object({
  streamKey: Type.String({ minLength: 8, maxLength: 128, pattern: '^[A-Za-z0-9_-]+$' }),
  remoteAddress: Type.String({ maxLength: 64 }),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type AuthorizeRequest = Static<typeof AuthorizeRequest>

/** The server's yes (status 200). A no is status 403 with `{code}`. */
export const AuthorizeReply = Type.Object({ showId: Type.String({ pattern: idPattern('sho') }) })
/** See the schema of the same name. */
export type AuthorizeReply = Static<typeof AuthorizeReply>

/** Told to the server on every change and every `reportEveryMs` while media arrives:
 *  `POST /internal/media/state`. A receiver treats silence longer than three times that as lost. */
export const StateReport = Type.Object({
  showId: Type.String({ pattern: idPattern('sho') }),
  state: Type.Union([Type.Literal('receiving'), Type.Literal('lost'), Type.Literal('ended')]),
  video: Type.Optional(VideoInfo),
  audio: Type.Optional(AudioInfo),
  problem: Type.Optional(MediaProblem),
  atMs: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type StateReport = Static<typeof StateReport>

/** `GET /media/<showId>/state.json`: the same for anybody who watches. */
export const StateView = Type.Object({
  state: MediaState,
  video: Type.Optional(VideoInfo),
  audio: Type.Optional(AudioInfo),
  problem: Type.Optional(MediaProblem),
})
/** See the schema of the same name. */
export type StateView = Static<typeof StateView>

/** Header that carries the shared secret on calls between the server and the media process. */
export const INTERNAL_HEADER = 'x-silkcast-internal'

/** Paths of the media process, relative to its HTTP root. */
export const mediaPaths = {
  live: (showId: ShowId): string => `/media/${showId}/live.m3u8`,
  replay: (showId: ShowId): string => `/media/${showId}/replay.m3u8`,
  state: (showId: ShowId): string => `/media/${showId}/state.json`,
  health: '/media/health',
  /** Drops the publisher and finishes the recording for good. */
  stop: (showId: ShowId): string => `/internal/shows/${showId}/stop`,
  /** Drops the publisher only, e.g. after the stream key was changed. */
  drop: (showId: ShowId): string => `/internal/shows/${showId}/drop`,
  /** What is kept of a show: see RecordingView. */
  recording: (showId: ShowId): string => `/internal/shows/${showId}/recording`,
  /** PUT: what viewers see of it, see CutCommand. */
  cut: (showId: ShowId): string => `/internal/shows/${showId}/cut`,
  /** POST: deletes the recording of an ended show for good. */
  remove: (showId: ShowId): string => `/internal/shows/${showId}/remove`,
  /** GET: how the one file stands, see DownloadView; the whole recording is looked through for it.
   *  POST: makes it where that takes work. */
  download: (showId: ShowId): string => `/internal/shows/${showId}/download`,
  /** The cut as one MP4. */
  movie: (showId: ShowId): string => `/internal/shows/${showId}/replay.mp4`,
  /** Playlist, inits and segments for staff: the whole recording, cut or not. */
  whole: (showId: ShowId, name: string): string => `/internal/shows/${showId}/whole/${name}`,
  storage: '/internal/storage',
} as const

/** Paths of the server that the media process calls. */
export const controlPaths = {
  authorize: '/internal/media/authorize',
  state: '/internal/media/state',
} as const

/** A run of the recording without a gap: the moment it began, where that lies in the recording, how
 *  long it lasts. Milliseconds. */
export const RecordingSpan = Type.Object({
  wallMs: Type.Integer(), atMs: Type.Integer(), durationMs: Type.Integer(),
})
/** See the schema of the same name. */
export type RecordingSpan = Static<typeof RecordingSpan>

/** The one file to download. `direct`: made while it is sent, nothing has to be waited for.
 *  `to_make`: the picture or sound changed its form during the show, so ffmpeg has to make one form
 *  of it; `making` and `made` follow. `none`: nothing was recorded. */
export const DownloadView = Type.Object({
  state: Type.Union([
    Type.Literal('none'), Type.Literal('direct'), Type.Literal('to_make'), Type.Literal('making'),
    Type.Literal('made'), Type.Literal('failed'),
  ]),
  sizeBytes: Type.Union([Type.Integer(), Type.Null()]),
  /** 0 to 1 while it is being made. */
  done: Type.Number(),
  /** How many forms the picture and sound had. */
  forms: Type.Integer(),
})
/** See the schema of the same name. */
export type DownloadView = Static<typeof DownloadView>

/** `GET /internal/shows/<showId>/recording`: what is kept of a show. Places are milliseconds in the
 *  recording, gaps left out. */
export const RecordingView = Type.Object({
  isEnded: Type.Boolean(),
  isReceiving: Type.Boolean(),
  durationMs: Type.Integer(),
  sizeBytes: Type.Integer(),
  spans: Type.Array(RecordingSpan),
  /** Where the playlist of viewers begins: at the keyframe before the cut's beginning. */
  playlistFromMs: Type.Integer(),
})
/** See the schema of the same name. */
export type RecordingView = Static<typeof RecordingView>

/** Body of `PUT /internal/shows/<showId>/cut`: what viewers see of the recording. */
export const CutCommand = Type.Object({
  inMs: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  outMs: Type.Union([
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.Null(),
  ]),
  isPublic: Type.Boolean(),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type CutCommand = Static<typeof CutCommand>

/** `GET /internal/storage`: the disk and every recording on it. */
export const StorageView = Type.Object({
  freeBytes: Type.Integer(),
  totalBytes: Type.Integer(),
  shows: Type.Array(Type.Object({
    showId: Type.String(), sizeBytes: Type.Integer(), durationMs: Type.Integer(),
    isReceiving: Type.Boolean(), isEnded: Type.Boolean(),
  })),
})
/** See the schema of the same name. */
export type StorageView = Static<typeof StorageView>
