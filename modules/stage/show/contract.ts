import Type, { type Static } from 'typebox'
import { idPattern, type Api, type ProductId, type RefusalDoc, type ShowId } from '#kernel'
import { AuthorizeReply, IceServers, StateReport } from '#stage/media/contract'

/** Limits: characters, seconds. */
export const showLimits = {
  titleLength: 100,
  slugLength: 60,
  lineUpLength: 60,
  streamKeyBytes: 24,
  /** What a page sends at most to find out how fast it can send. */
  uploadTestBytes: 4 * 1024 * 1024,
} as const

/** Every refusal of this module. */
export const refusalCodes = [
  { code: 'stage.show.unknown', status: 404, doc: 'No such show.' },
  { code: 'stage.show.slug_taken', status: 409, doc: 'Another show has this address.' },
  { code: 'stage.show.not_live', status: 409, doc: 'The show is not live.' },
  { code: 'stage.show.ended', status: 409, doc: 'The show has ended.' },
  { code: 'stage.show.not_ended', status: 409, doc: 'The show has not ended yet.' },
  {
    code: 'stage.show.no_signal',
    status: 409,
    doc: 'No video arrives yet; start the encoder first.',
  },
  { code: 'stage.show.key_unknown', status: 403, doc: 'No show has this stream key.' },
  {
    code: 'stage.show.product_not_in_line_up',
    status: 422,
    doc: 'Only a product of the line-up can be pinned.',
  },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type ShowRefusal = (typeof refusalCodes)[number]['code']

/** scheduled -> live -> ended. "Back soon" is live with a lost signal. */
export type ShowState = 'scheduled' | 'live' | 'ended'
/** What the media process last said about the publisher. */
export type Signal = 'none' | 'receiving' | 'lost'

/** What viewers get beside the picture as sent: nothing, sound alone, or a small picture too. */
export const ShowRenditions = Type.Union([
  Type.Literal('none'), Type.Literal('audio'), Type.Literal('all'),
])
/** See the schema of the same name. */
export type ShowRenditions = Static<typeof ShowRenditions>

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** A show as staff see it. */
export const ShowSchema = Type.Object({
  id: Type.String(),
  slug: Type.String(),
  title: Type.String(),
  merchant: Type.String(),
  state: Type.Union([Type.Literal('scheduled'), Type.Literal('live'), Type.Literal('ended')]),
  signal: Type.Union([Type.Literal('none'), Type.Literal('receiving'), Type.Literal('lost')]),
  /** What the encoder sends, and a problem code of stage.media if there is one. */
  video: Nullable(
    Type.Object({
      width: Type.Integer(),
      height: Type.Integer(),
      fps: Type.Number(),
      kbps: Type.Number(),
      keyframeSeconds: Type.Number(),
      hasBFrames: Type.Boolean(),
    }),
  ),
  problem: Nullable(Type.String()),
  startsAtMs: Type.Integer(),
  startedAtMs: Nullable(Type.Integer()),
  endedAtMs: Nullable(Type.Integer()),
  saleStopped: Type.Boolean(),
  pinnedProductId: Nullable(Type.String()),
  /** Media time of the pin (server ms): viewers see it when their picture gets there. null: the pin
   *  belongs to no moment of the picture and is shown at once. */
  pinnedMediaMs: Nullable(Type.Integer()),
  lineUp: Type.Array(Type.String()),
  /** null: what the operator of the house set, or the machine can carry. */
  renditions: Nullable(ShowRenditions),
  isDemo: Type.Boolean(),
  /** Viewers may see the recording now. */
  hasReplay: Type.Boolean(),
  /** There is a recording of an ended show, public or withdrawn. */
  hasRecording: Type.Boolean(),
  /** Whether the demo's director runs the show; false once a person has taken over. */
  isDirected: Type.Boolean(),
})
/** See ShowSchema. */
export type Show = Static<typeof ShowSchema>

/** What a producer edits. */
export const ShowDraftSchema = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: showLimits.titleLength }),
    slug: Type.Optional(
      Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: showLimits.slugLength }),
    ),
    startsAtMs: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000 }),
    lineUp: Type.Array(Type.String({ pattern: idPattern('prd') }), {
      maxItems: showLimits.lineUpLength,
    }),
    /** Counts from the next start of the encoder on; left out, it stays as it is. */
    renditions: Type.Optional(Nullable(ShowRenditions)),
  },
  { additionalProperties: false },
)
/** See ShowDraftSchema. */
export type ShowDraft = Static<typeof ShowDraftSchema>

/** How far back a producer's own picture may lie, ms: beyond it what they say is ignored. */
export const seenAgoMsMax = 10_000

/** The moment in the picture that the caller saw while acting: server ms, as their player says. */
export const SeenMs = Type.Optional(Type.Integer({ minimum: 0, maximum: 8_640_000_000_000 }))

/** The moment in the picture that an act belongs to. A producer sees the picture late as well: what
 *  they acted on is the frame before them, when they say which one. Pure. */
export const actedAtMs = (seenMs: number | undefined, nowMs: number): number =>
  seenMs !== undefined && seenMs <= nowMs && nowMs - seenMs <= seenAgoMsMax ? seenMs : nowMs

const ShowParams = Type.Object({ showId: Type.String({ pattern: idPattern('sho') }) })

/** HTTP surface. */
export const api = {
  'GET /api/rtc': {
    act: 'anyone',
    doc: 'What a browser needs to send or receive over WebRTC from behind a firewall.',
    reply: Type.Object({ iceServers: IceServers }),
  },
  'POST /api/rtc/upload-test': {
    act: 'show.run',
    perMinute: 12,
    doc: 'Takes bytes and forgets them, so that a page can measure how fast it sends.',
    raw: ['application/octet-stream'],
    bodyLimitBytes: showLimits.uploadTestBytes,
    reply: Type.Object({ bytes: Type.Integer() }),
  },
  'GET /api/shows': {
    act: 'show.read',
    doc: 'Shows, the next and the live ones first.',
    reply: Type.Array(ShowSchema),
  },
  'POST /api/shows': {
    act: 'show.run',
    doc: 'Plans a show.',
    body: ShowDraftSchema,
    reply: ShowSchema,
  },
  'GET /api/shows/:showId': {
    act: 'show.read',
    doc: 'One show.',
    params: ShowParams,
    reply: ShowSchema,
  },
  'PUT /api/shows/:showId': {
    act: 'show.run',
    doc: 'Saves title, address, time, line-up and renditions.',
    params: ShowParams,
    body: ShowDraftSchema,
    reply: ShowSchema,
  },
  'GET /api/shows/:showId/ingest': {
    act: 'show.run',
    doc: 'Where and with which key an encoder sends video. Reading it is recorded.',
    params: ShowParams,
    reply: Type.Object({ rtmpUrl: Type.String(), streamKey: Type.String() }),
  },
  'POST /api/shows/:showId/ingest/rotate': {
    act: 'show.run',
    perMinute: 10,
    doc: 'Makes a new stream key; a publisher on the old one is dropped.',
    params: ShowParams,
    reply: Type.Object({ rtmpUrl: Type.String(), streamKey: Type.String() }),
  },
  'POST /api/shows/:showId/phone': {
    act: 'session.hand_over',
    perMinute: 10,
    doc: 'An address that signs the same person in on a phone, once, within two minutes, for the '
      + 'camera of this show. Recorded. `isSecure`: whether a phone lets a page film there.',
    params: ShowParams,
    reply: Type.Object({
      url: Type.String(), expiresAtMs: Type.Integer(), isSecure: Type.Boolean(),
    }),
  },
  'POST /api/shows/:showId/go-live': {
    act: 'show.run',
    doc: 'Opens the doors. Needs a signal.',
    params: ShowParams,
    reply: ShowSchema,
  },
  'POST /api/shows/:showId/end': {
    act: 'show.run',
    doc: 'Ends the show for good; the recording becomes the replay.',
    params: ShowParams,
    reply: ShowSchema,
  },
  'POST /api/shows/:showId/pin': {
    act: 'show.run',
    perMinute: 120,
    doc: 'Pins a product of the line-up, or none.',
    params: ShowParams,
    body: Type.Object(
      { productId: Nullable(Type.String({ pattern: idPattern('prd') })), seenMs: SeenMs },
      { additionalProperties: false },
    ),
    reply: ShowSchema,
  },
  'POST /api/shows/:showId/sale': {
    act: 'show.run',
    doc: 'Stops every sale of the show or its replay, or lets it go on; an open offer ends.',
    params: ShowParams,
    body: Type.Object({ stopped: Type.Boolean() }, { additionalProperties: false }),
    reply: ShowSchema,
  },
  'POST /api/shows/:showId/take-over': {
    act: 'show.run',
    doc: 'Takes a demo show from its director: pins and offers are yours now (or gives it back).',
    params: ShowParams,
    body: Type.Object({ directed: Type.Boolean() }, { additionalProperties: false }),
    reply: ShowSchema,
  },
  'POST /internal/media/authorize': {
    act: 'internal',
    perMinute: 6000,
    doc: 'The media process asks whether a stream key is good.',
    body: Type.Object({
      streamKey: Type.String({ maxLength: 200 }),
      remoteAddress: Type.String({ maxLength: 80 }),
    }, { additionalProperties: false }),
    reply: AuthorizeReply,
  },
  'POST /internal/media/state': {
    act: 'internal',
    perMinute: 60000,
    doc: 'The media process reports a publisher: on change and every 2 s.',
    body: StateReport,
    reply: Type.Object({ done: Type.Literal(true) }),
  },
} as const satisfies Api

/** Whether and how a show sells. */
export type Selling = 'selling' | 'replay' | 'sale_stopped' | 'not_live'

/** What flows and views ask of shows. `tx` is a flow's transaction (Kysely). */
export interface Shows<Tx> {
  read(id: ShowId): Promise<Show | null>
  readBySlug(slug: string): Promise<Show | null>
  /** The show to put at the front door: live first, then next, then last ended. */
  readFront(): Promise<Show | null>
  /** Of these, the shows that sell now (live, sale not stopped), judged inside the transaction. A
   *  public replay sells what is on sale at its ordinary price: `replay`. */
  readSelling(
    tx: Tx,
    ids: readonly ShowId[],
  ): Promise<ReadonlyMap<ShowId, Selling>>
  /** What viewers have of the recording of an ended show; `removed` is for good. */
  setReplay(id: ShowId, to: 'public' | 'withdrawn' | 'removed'): Promise<Show | ShowRefusal>
  /** `seenMs`: see SeenMs. */
  pin(id: ShowId, productId: ProductId | null, seenMs?: number): Promise<Show | ShowRefusal>
  setSale(tx: Tx, id: ShowId, stopped: boolean): Promise<Show | null>
  create(draft: ShowDraft, extra?: { isDemo?: boolean; id?: ShowId }): Promise<Show>
  goLive(id: ShowId): Promise<Show | ShowRefusal>
  readStreamKey(id: ShowId): Promise<string | null>
  /** After a flow's transaction that changed a show: tells everyone who listens. */
  announce(id: ShowId): Promise<void>
  /** Called after every change, so that rooms hear of it. Returns an unsubscribe function. */
  onChange(listen: (show: Show) => void): () => void
}

/** The media process as shows need it. */
export interface MediaControl {
  /** Drops the publisher and finishes the recording. */
  stop(showId: ShowId): Promise<void>
  /** Drops the publisher only; the recording goes on with the next one. */
  drop(showId: ShowId): Promise<void>
}
