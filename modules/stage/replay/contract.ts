import Type, { type Static } from 'typebox'
import { idPattern, type Api, type RefusalDoc, type ShowId } from '#kernel'
import { DownloadView, type CutCommand, type RecordingSpan, type RecordingView, type StorageView,
} from '#stage/recording/contract'

/** Limits: characters, milliseconds, counts, shares. */
export const replayLimits = {
  chapterTitleLength: 80,
  /** Pins kept of one show. */
  pinsMax: 2_000,
  /** A pin shorter than this is no chapter. */
  chapterMsMin: 3_000,
  cutMsMin: 1_000,
  /** Lines of chat in one page. */
  chatPage: 100,
  /** Free share of disk or quota below which staff are warned, and warned urgently. */
  lowShare: 0.15,
  criticalShare: 0.05,
  /** Assumed while nothing was recorded yet. */
  kbpsGuess: 4_000,
} as const

/** Every refusal of this module. */
export const refusalCodes = [
  { code: 'stage.replay.none', status: 404, doc: 'This show has no recording, or not any more.' },
  { code: 'stage.replay.not_ended', status: 409, doc: 'The show has not ended yet.' },
  { code: 'stage.replay.withdrawn', status: 404, doc: 'The replay is not public.' },
  {
    code: 'stage.replay.cut_not_possible', status: 422,
    doc: 'The cut lies outside the recording or is shorter than a second; details.durationMs.',
  },
  { code: 'stage.replay.chapter_unknown', status: 404, doc: 'No such chapter in this show.' },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type ReplayRefusal = (typeof refusalCodes)[number]['code']

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Ms = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000 })

/** One chapter as viewers see it. `title` null: the name of its product. */
export const ChapterSchema = Type.Object({
  id: Type.String(), atMs: Type.Integer(), title: Nullable(Type.String()),
  productId: Type.String(),
})
/** See ChapterSchema. */
export type Chapter = Static<typeof ChapterSchema>

/** What was before viewers from this place on; null: nothing. Replay time. */
export const PinPlaceSchema = Type.Object({
  atMs: Type.Integer(), productId: Nullable(Type.String()),
})
/** See PinPlaceSchema. */
export type PinPlace = Static<typeof PinPlaceSchema>

/** The replay for viewers. `leadMs`: media before the cut that players need and skip; replay time 0
 *  is that far into the playlist. */
export const ReplaySchema = Type.Object({
  durationMs: Type.Integer(), leadMs: Type.Integer(), chapters: Type.Array(ChapterSchema),
  pins: Type.Array(PinPlaceSchema),
})
/** See ReplaySchema. */
export type Replay = Static<typeof ReplaySchema>

/** A chapter as staff see it: places are recording time. */
export const EditChapterSchema = Type.Object({
  ...ChapterSchema.properties, isHidden: Type.Boolean(),
})
/** See EditChapterSchema. */
export type EditChapter = Static<typeof EditChapterSchema>

/** The replay for its producer; places are recording time. `gaps`: where the recording is
 *  interrupted and for how long. `expiresAtMs`: when it goes by itself, null: never. */
export const EditReplaySchema = Type.Object({
  state: Type.Union([
    Type.Literal('none'), Type.Literal('public'), Type.Literal('withdrawn'),
    Type.Literal('removed'),
  ]),
  durationMs: Type.Integer(),
  sizeBytes: Type.Integer(),
  inMs: Type.Integer(),
  outMs: Nullable(Type.Integer()),
  gaps: Type.Array(Type.Object({ atMs: Type.Integer(), missingMs: Type.Integer() })),
  chapters: Type.Array(EditChapterSchema),
  download: DownloadView,
  endedAtMs: Nullable(Type.Integer()),
  expiresAtMs: Nullable(Type.Integer()),
  removedAtMs: Nullable(Type.Integer()),
  removedWhy: Nullable(Type.Union([
    Type.Literal('by_hand'), Type.Literal('expired'), Type.Literal('quota'),
  ])),
})
/** See EditReplaySchema. */
export type EditReplay = Static<typeof EditReplaySchema>

/** Room for recordings. `hoursLeft` at `kbps`, which is what arrives now, else what was recorded
 *  lately. `quotaBytes` null: only the disk is the limit. */
export const StorageReportSchema = Type.Object({
  level: Type.Union([Type.Literal('ok'), Type.Literal('low'), Type.Literal('critical')]),
  /** Which of the two is scarcer. */
  limit: Type.Union([Type.Literal('disk'), Type.Literal('quota')]),
  freeBytes: Type.Integer(),
  totalBytes: Type.Integer(),
  usedBytes: Type.Integer(),
  quotaBytes: Nullable(Type.Integer()),
  kbps: Type.Integer(),
  hoursLeft: Type.Number(),
  keepDays: Nullable(Type.Integer()),
})
/** See StorageReportSchema. */
export type StorageReport = Static<typeof StorageReportSchema>

const ShowParams = Type.Object({ showId: Type.String({ pattern: idPattern('sho') }) })

/** HTTP surface. */
export const api = {
  'GET /api/shows/:showId/replay': {
    act: 'anyone',
    doc: 'The replay of an ended show: length, chapters, what was pinned when.',
    params: ShowParams,
    reply: ReplaySchema,
  },
  'GET /api/shows/:showId/replay/edit': {
    act: 'show.read',
    doc: 'The recording with its chapters, cut, size and state.',
    params: ShowParams,
    reply: EditReplaySchema,
  },
  'PUT /api/shows/:showId/replay/cut': {
    act: 'show.run',
    doc: 'What of the recording viewers see; places in milliseconds of the recording.',
    params: ShowParams,
    body: Type.Object({ inMs: Ms, outMs: Nullable(Ms) }, { additionalProperties: false }),
    reply: EditReplaySchema,
  },
  'PUT /api/shows/:showId/replay/chapters/:chapterId': {
    act: 'show.run',
    doc: 'Renames a chapter (null: the name of its product) or hides it.',
    params: Type.Object({
      ...ShowParams.properties, chapterId: Type.String({ pattern: idPattern('fct') }),
    }),
    body: Type.Object({
      title: Nullable(Type.String({ maxLength: 400 })), isHidden: Type.Boolean(),
    }, { additionalProperties: false }),
    reply: EditReplaySchema,
  },
  'PUT /api/shows/:showId/replay/public': {
    act: 'show.run',
    doc: 'Publishes the replay or withdraws it.',
    params: ShowParams,
    body: Type.Object({ isPublic: Type.Boolean() }, { additionalProperties: false }),
    reply: EditReplaySchema,
  },
  'POST /api/shows/:showId/replay/download': {
    act: 'show.run',
    perMinute: 10,
    doc: 'Makes the one file where that takes work; the state of it is in the reply.',
    params: ShowParams,
    reply: EditReplaySchema,
  },
  'DELETE /api/shows/:showId/replay': {
    act: 'show.run',
    doc: 'Removes the recording for good.',
    params: ShowParams,
    reply: EditReplaySchema,
  },
  'GET /api/storage': {
    act: 'show.read',
    doc: 'Room for recordings, and how many hours it lasts.',
    reply: StorageReportSchema,
  },
} as const satisfies Api

/** Why a recording was removed. */
export type RemovedWhy = 'by_hand' | 'expired' | 'quota'

/** What this module knows of one show, without asking the media process. */
export interface ReplayRow {
  readonly showId: ShowId
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
  readonly inMs: number
  readonly outMs: number | null
  readonly isPublic: boolean
  readonly isRemoved: boolean
}

/** A replay that viewers may see, with what maps moments to places in it. */
export interface PublicReplay extends Replay {
  readonly spans: readonly RecordingSpan[]
  readonly inMs: number
}

/** What flows and views ask of replays. */
export interface Replays {
  /** Null: not public, or nothing there. */
  readPublic(showId: ShowId): Promise<PublicReplay | null>
  readEdit(showId: ShowId): Promise<EditReplay | ReplayRefusal>
  setPublic(showId: ShowId, isPublic: boolean): Promise<ReplayRefusal | null>
  /** Says that it goes; from then on viewers have nothing of it. */
  beginRemoval(showId: ShowId, why: RemovedWhy): Promise<ReplayRefusal | null>
  /** Deletes what was begun; safe to repeat. */
  finishRemoval(showId: ShowId): Promise<void>
  /** Shows whose removal was begun and not finished. */
  readRemoving(): Promise<ShowId[]>
  /** Recordings that are due to go now. */
  chooseDue(): Promise<{ showId: ShowId; why: RemovedWhy }[]>
}

/** The media process as replays need it. Null: nothing was recorded. Throws a Fault when it cannot
 *  be reached. */
export interface Recordings {
  read(showId: ShowId): Promise<RecordingView | null>
  setCut(showId: ShowId, cut: CutCommand): Promise<RecordingView | null>
  /** How the one file stands; a long recording takes a few seconds to look through. */
  readDownload(showId: ShowId): Promise<DownloadView | null>
  make(showId: ShowId): Promise<DownloadView | null>
  /** False while the show has not ended. */
  remove(showId: ShowId): Promise<boolean>
  storage(): Promise<StorageView>
}
