import Type, { type Static } from 'typebox'
import type { ShowId } from '#kernel'

/** A segment of the show as a playlist lists it. Ticks are 1/90000 s. */
export interface SegmentLine {
  readonly msn: number
  readonly initId: number
  readonly isDiscontinuity: boolean
  /** PROGRAM-DATE-TIME of its first sample, milliseconds since 1970. */
  readonly wallMs: number
  readonly durationTicks: number
}

/** A segment of a replay; at the edges of a cut only some of its bytes. */
export interface ReplayLine extends SegmentLine {
  readonly range?: { readonly start: number; readonly length: number } | undefined
}

/** A recorded segment; `ticks` is where it starts on the show's timeline. */
export interface RecordedSegment extends SegmentLine {
  readonly ticks: number
}

/** A recorded segment with its parts, read back. */
export interface LoadedSegment extends RecordedSegment {
  readonly parts: readonly {
    readonly bytes: Uint8Array; readonly ticks: number; readonly isIndependent: boolean
  }[]
  readonly isClosed: boolean
}

/** What the live edge goes on from. */
export interface WindowStart {
  readonly segments: readonly LoadedSegment[]
  readonly nextMsn: number
  /** Discontinuities before the first of `segments`. */
  readonly discontinuitySequence: number
  readonly partTargetTicks: number | undefined
  readonly isEnded: boolean
}

/** A show as its folder tells it. */
export interface Restored {
  readonly window: WindowStart
  readonly recorded: readonly RecordedSegment[]
  readonly nextInitId: number
  readonly startTicks: number
}

/** A show of which nothing was recorded. */
export const emptyShow: Restored = {
  window: {
    segments: [], nextMsn: 0, discontinuitySequence: 0, partTargetTicks: undefined,
    isEnded: false,
  },
  recorded: [], nextInitId: 0, startTicks: 0,
}

/** Why a recording stopped: the disk is full, or it cannot be written or is too slow. */
export type RecordingProblem = 'disk_full' | 'failed'

/** Writes one show to disk, in order, behind the live path: nothing here is waited for there. */
export interface Recorder {
  init(id: number, bytes: Uint8Array): void
  open(segment: Omit<RecordedSegment, 'durationTicks'>, partTargetTicks: number | undefined): void
  part(bytes: Uint8Array): void
  close(msn: number, durationTicks: number): void
  end(): void
  /** Tries again after a full disk, with the next publisher. */
  resume(): void
  readonly problem: RecordingProblem | undefined
  /** Everything asked so far is written (or given up). */
  flushed(): Promise<void>
  /** Lets go of the files; a later call opens them again. */
  release(): Promise<void>
}

/** What a recorder tells. */
export interface RecorderTold {
  onProblem(problem: RecordingProblem): void
  /** A segment is whole on disk: only now may the replay name it. */
  onSegment(segment: RecordedSegment): void
}

/** One show's recording in the hands of this process. */
export interface HeldRecording {
  /** By a way that ends the moment another process takes it: whatever is opened below fails from
   *  then on, also for a process that slept meanwhile. */
  readonly folder: string
  initFile(id: number): string
  segmentFile(msn: number): string
  /** What was recorded before, its last seconds in memory; undefined when nothing ever was. */
  restore(tailSeconds: number): Promise<Restored | undefined>
  record(told: RecorderTold): Recorder
  /** Lets another process have it. */
  release(): Promise<void>
}

/** What the archive asks of a show. */
export interface RecordedShow {
  readonly id: ShowId
  /** See HeldRecording. */
  readonly folder: string
  readonly recorded: readonly RecordedSegment[]
  readonly isReceiving: boolean
  readonly isEnded: boolean
  /** Everything that was asked so far is on disk. */
  flushed(): Promise<void>
}

/** Port: the shows that this process has. */
export interface RecordedShows {
  /** A show that has media; throws a Fault while another process has it. */
  find(id: ShowId): Promise<RecordedShow | undefined>
  /** The same if it is in memory; the disk is not asked. */
  peek(id: ShowId): RecordedShow | undefined
  /** Lets go of an ended show: what its folder says is read again. */
  forget(id: ShowId): Promise<void>
}

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

/** A cut with what its edges are. Ticks count from the beginning of the recording. */
export interface KnownCut {
  readonly cut: CutCommand
  readonly isPublic: boolean
  readonly lines: readonly ReplayLine[]
  /** Where the first line begins. */
  readonly fromTicks: number
  /** From there to the moment of the cut: a decoder starts at a keyframe, the viewer later. */
  readonly leadTicks: number
  /** Where the cut ends. */
  readonly toTicks: number
}

/** An MP4 that is not on disk: its index in memory, its samples in the recorded segments. */
export interface MovieBytes {
  readonly sizeBytes: number
  /** The bytes of a range, both ends included. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
}

/** Where the one file comes from. */
export type Download = { readonly movie: MovieBytes } | { readonly path: string }

/** What is kept of shows that have ended: their cut, the one file, their size, their end. */
export interface Archive {
  /** Undefined while a show has not ended: then nothing is cut. */
  cutOf(show: RecordedShow): Promise<KnownCut | undefined>
  setCut(show: RecordedShow, cut: CutCommand): Promise<void>
  view(show: RecordedShow): Promise<RecordingView>
  downloadView(show: RecordedShow): Promise<DownloadView>
  download(show: RecordedShow): Promise<Download | undefined>
  /** Begins to make the one file where that takes work. */
  make(show: RecordedShow): Promise<void>
  /** False while the show has not ended. */
  remove(showId: ShowId): Promise<boolean>
  storage(): Promise<StorageView>
  close(): void
}

/** The folder of all recordings, which several processes may share. */
export interface RecordingFolder {
  /** Whether anything was ever recorded of a show. */
  has(id: ShowId): Promise<boolean>
  /** Takes a show's folder, made where there is none; undefined while another process that is
   *  alive has it. `onLost`: another one took it, and whatever is held for it here is over. */
  take(id: ShowId, onLost: () => void): Promise<HeldRecording | undefined>
  archive(shows: RecordedShows): Archive
  close(): Promise<void>
}
