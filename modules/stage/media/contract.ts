import Type, { type Static } from 'typebox'
import { idPattern, type RefusalDoc, type ShowId } from '#kernel'
import { KeyGuest, PictureRound } from '#stage/backstage/contract'

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
  /** One WHIP or WHEP offer. */
  offerBytesMax: 32_768,
  /** Shows that are told of one by one in metrics. */
  metricsShowsMax: 50,
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
  { code: 'stage.media.offer_unreadable', status: 400, doc: 'No SDP, or no H.264 and no Opus.' },
  {
    code: 'stage.media.whep_unfit', status: 409,
    doc: 'B-frames or rare keyframes: this show is carried by LL-HLS only.',
  },
  { code: 'stage.media.no_signal', status: 404, doc: 'Nobody publishes this show now.' },
  {
    code: 'stage.media.full', status: 503,
    doc: 'No room for more WebRTC sessions here; LL-HLS has room.',
  },
  {
    code: 'stage.media.moved', status: 410,
    doc: 'This WebRTC session made room for somebody who buys or comes on stage; LL-HLS goes on.',
  },
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

/** Beside what the encoder sends: a small picture for a poor network, and sound with a still. */
export const RenditionName = Type.Union([Type.Literal('360p'), Type.Literal('audio')])
/** See the schema of the same name. */
export type RenditionName = Static<typeof RenditionName>

/** Where a process takes publishers that were handed over to it. */
export const Doorstep = Type.Object({
  host: Type.String({ maxLength: 253 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
})
/** See the schema of the same name. */
export type Doorstep = Static<typeof Doorstep>

/** The server's yes (200); a no is 403 with `{code}`. `owner`: the process that has the show, when
 *  there are several. Without `renditions` those are made that the machine can carry. With a
 *  `guest` the key opens that guest's own line over WHIP and nothing else; with a `pictureRound`
 *  it opens lines of those on stage over WHEP only. */
export const AuthorizeReply = Type.Object({
  showId: Type.String({ pattern: idPattern('sho') }), owner: Type.Optional(Doorstep),
  renditions: Type.Optional(Type.Array(RenditionName, { maxItems: 2 })),
  guest: Type.Optional(KeyGuest),
  pictureRound: Type.Optional(PictureRound),
})
/** See the schema of the same name. */
export type AuthorizeReply = Static<typeof AuthorizeReply>

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** How the publisher's media comes in and goes out. Every field may be missing: each way of
 *  publishing fills what it knows. Counts run since the process took the show up. */
export const MediaHealth = Type.Object({
  /** How it comes in. */
  transport: Type.Optional(Type.Union([Type.Literal('rtmp'), Type.Literal('whip')])),
  /** A second encoder is connected and waits, or is what viewers see. */
  backup: Type.Optional(Type.Union([Type.Literal('ready'), Type.Literal('shown')])),
  /** Bytes of media by the wall clock: what the line carries now. */
  kbps: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000 })),
  /** Packets lost on the way in over the last seconds, of those that were sent: 0 to 1. */
  lossFraction: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  /** Keyframes and packets that were asked for again. */
  pliCount: Type.Optional(Count),
  nackCount: Type.Optional(Count),
  partsWritten: Type.Optional(Count),
  /** Parts finished later than 1.5 times their length after the one before. */
  partsLate: Type.Optional(Count),
  /** Those who asked for the live playlist within 5 s; behind a CDN its edges. */
  viewersHls: Type.Optional(Count),
  viewersWhep: Type.Optional(Count),
  /** The small picture was wanted; its encoder does not keep up. */
  isSmallOff: Type.Optional(Type.Boolean()),
  /** Places for viewers on WebRTC in the whole media process, those of them that are kept for
   *  people who buy or come on stage, and viewers who were moved to LL-HLS for such people. */
  placesWhep: Type.Optional(Count),
  placesKept: Type.Optional(Count),
  viewersMoved: Type.Optional(Count),
  /** Share of one core that the whole media process takes; above 1 on several. */
  cpuShare: Type.Optional(Type.Number({ minimum: 0, maximum: 1_024 })),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type MediaHealth = Static<typeof MediaHealth>

/** Told to the server on every change and every `reportEveryMs` while media arrives:
 *  `POST /internal/media/state`. A receiver treats silence longer than three times that as lost. */
export const StateReport = Type.Object({
  showId: Type.String({ pattern: idPattern('sho') }),
  state: Type.Union([Type.Literal('receiving'), Type.Literal('lost'), Type.Literal('ended')]),
  video: Type.Optional(VideoInfo),
  audio: Type.Optional(AudioInfo),
  problem: Type.Optional(MediaProblem),
  health: Type.Optional(MediaHealth),
  atMs: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type StateReport = Static<typeof StateReport>

/** `GET /internal/metrics`: the media process in figures, for the server's /metrics. At most
 *  `metricsShowsMax` shows are listed; `receiving` counts them all. */
export const MediaMetrics = Type.Object({
  upSeconds: Type.Number({ minimum: 0 }),
  cpuSeconds: Type.Number({ minimum: 0 }),
  memoryBytes: Type.Number({ minimum: 0 }),
  receiving: Count,
  publishers: Count,
  shows: Type.Array(Type.Object({
    showId: Type.String({ pattern: idPattern('sho') }), health: MediaHealth,
  }, { additionalProperties: false }), { maxItems: MEDIA_LIMITS.metricsShowsMax }),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type MediaMetrics = Static<typeof MediaMetrics>

/** `GET /media/<showId>/state.json`: the same for anybody who watches. */
export const StateView = Type.Object({
  state: MediaState,
  video: Type.Optional(VideoInfo),
  audio: Type.Optional(AudioInfo),
  problem: Type.Optional(MediaProblem),
})
/** See the schema of the same name. */
export type StateView = Static<typeof StateView>

const iceUrl = Type.String({ maxLength: 320, pattern: '^(stun|stuns|turn|turns):[^\\s]+$' })

/** `GET /internal/health`: what one media process has in its hands. `rtmpPort` takes publishers
 *  that were handed over; 0 where the process takes them from outside itself. */
export const ProcessView = Type.Object({
  rtmpPort: Type.Integer({ minimum: 0, maximum: 65_535 }),
  held: Type.Array(Type.String({ pattern: idPattern('sho') })),
  receiving: Type.Array(Type.String({ pattern: idPattern('sho') })),
  /** Shows that somebody is beside, as a guest or one who watches guests. */
  staged: Type.Optional(Type.Array(Type.String({ pattern: idPattern('sho') }))),
})
/** See the schema of the same name. */
export type ProcessView = Static<typeof ProcessView>

/** STUN and TURN servers as RTCPeerConnection takes them; handed to browsers as they are. */
export const IceServers = Type.Array(Type.Object({
  urls: Type.Union([iceUrl, Type.Array(iceUrl, { minItems: 1, maxItems: 8 })]),
  username: Type.Optional(Type.String({ maxLength: 256 })),
  credential: Type.Optional(Type.String({ maxLength: 256 })),
}, { additionalProperties: false }), { maxItems: 8 })
/** See the schema of the same name. */
export type IceServers = Static<typeof IceServers>

/** Header that carries the shared secret on calls between the server and the media process. */
export const INTERNAL_HEADER = 'x-silkcast-internal'

/** Header of an answer to the server: viewers who are to go to LL-HLS now, as `name session`,
 *  separated by commas. Said of WHEP offers only, and to nobody else. */
export const MOVED_HEADER = 'x-silkcast-moved'

/** Paths of the media process, relative to its HTTP root. */
export const mediaPaths = {
  live: (showId: ShowId): string => `/media/${showId}/live.m3u8`,
  /** Every rendition (`live.m3u8`, `low.m3u8`, `audio.m3u8`) for a player to choose from. They
   *  are named (`NAME`): the source by its short side (`1080p`), the others `360p`, `audio`. */
  master: (showId: ShowId): string => `/media/${showId}/master.m3u8`,
  replay: (showId: ShowId): string => `/media/${showId}/replay.m3u8`,
  state: (showId: ShowId): string => `/media/${showId}/state.json`,
  health: '/media/health',
  /** `POST` an offer with `Authorization: Bearer <stream key>` (WHIP, RFC 9725). */
  whip: '/media/whip',
  /** `POST` an offer to watch (WHEP). */
  whep: (showId: ShowId): string => `/media/${showId}/whep`,
  /** `DELETE` ends a WHIP or WHEP session; 410 when it had to make room. `POST` counts what the
   *  server says of its viewer from now on, e.g. that they buy: their place is safe then. */
  session: (showId: ShowId, sessionId: string): string => `/media/${showId}/rtc/${sessionId}`,
  metrics: '/internal/metrics',
  /** Drops the publisher and finishes the recording for good. */
  stop: (showId: ShowId): string => `/internal/shows/${showId}/stop`,
  /** Drops the publisher only, e.g. after the stream key was changed. */
  drop: (showId: ShowId): string => `/internal/shows/${showId}/drop`,
  /** Lets another process have the show; 409 while somebody sends to it. */
  release: (showId: ShowId): string => `/internal/shows/${showId}/release`,
  inside: '/internal/health',
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

/** Turns the sound of one publisher into another codec, in a process of its own. Nothing is thrown:
 *  a process that dies is started again, and what was under way is left out. */
export interface SoundTurner {
  /** One packet or frame as it came. `atMs`: when its first sample was heard, on a clock that goes
   *  on in real time; holes are filled with silence so that sound stays beside its picture. */
  push(data: Uint8Array, atMs: number): void
  close(): void
}

/** Port: who turns sound. Browsers speak Opus over WebRTC; HLS and recordings want AAC. */
export interface SoundTurners {
  /** Opus packets (RFC 6716) in, AAC-LC frames of 1024 samples at 48 kHz stereo out, without ADTS.
   *  `config` is an AudioSpecificConfig and comes before the first sound. */
  toAac(tell: {
    config(record: Uint8Array): void
    sound(data: Uint8Array, atMs: number): void
  }): SoundTurner
  /** AAC frames with their AudioSpecificConfig in, Opus packets of 10 ms at 48 kHz stereo out. */
  toOpus(
    record: Uint8Array, tell: { sound(data: Uint8Array, atMs: number): void },
  ): SoundTurner
  close(): void
}

/** One picture on its way through a `PictureTurner`. Pictures are counted, not timed. */
export interface TurnedPicture {
  /** NAL units, each behind its length in 4 bytes. */
  readonly data: Uint8Array
  readonly isKey: boolean
  /** Its place in the order of showing, from 0. */
  readonly place: number
}

/** Makes the pictures of one stream small, in a process of its own. Nothing is thrown. */
export interface PictureTurner {
  /** In the order of decoding; the first is a keyframe. */
  push(picture: TurnedPicture): void
  /** No more come: what is inside comes out, then `gone` is told. */
  finish(): void
  /** At once; nothing is told any more. */
  close(): void
}

/** Port: who makes pictures small. What comes out is in the order of showing, has the places of
 *  what went in, and is a keyframe exactly where the source had one. */
export interface PictureTurners {
  /** `record`: AVCDecoderConfigurationRecord. `kbps`: for 25 pictures a second. */
  toSmall(
    shape: { record: Uint8Array; width: number; height: number; kbps: number },
    tell: {
      config(record: Uint8Array): void
      picture(picture: TurnedPicture): void
      gone(): void
    },
  ): PictureTurner
  close(): void
}

/** One track of a WebRTC session as the answer names it. */
export interface PeerTrack {
  readonly mid: string
  readonly kind: 'video' | 'audio'
  readonly payloadType: number
  /** The offer's format parameters of that payload type, given back unchanged. */
  readonly fmtp: string | null
  readonly direction: 'send' | 'receive'
  /** Of what we send. */
  readonly ssrc: number
  /** The header extension that numbers packets across tracks, when both sides want it. */
  readonly transportCc?: { readonly id: number; readonly uri: string } | undefined
}

/** One WebRTC session, answered. Packets are whole RTP or RTCP packets, decrypted. */
export interface Peer {
  /** SDP with every candidate of ours in it. */
  readonly answer: string
  /** False when it could not be sent; never throws. The packet may be changed afterwards. */
  send(kind: 'video' | 'audio', packet: Uint8Array): boolean
  readonly rttMs: number | null
  close(): void
}

/** Port: who speaks ICE, DTLS and SRTP. All sessions share one UDP port. */
export interface Peers {
  /** Answers an offer. Throws Fault `stage.media.offer_unreadable` when the offer is broken. */
  answer(offer: string, tracks: readonly PeerTrack[], tell: {
    packet(kind: 'video' | 'audio', packet: Uint8Array): void
    state(state: 'connected' | 'closed'): void
  }): Promise<Peer>
  close(): void
}
