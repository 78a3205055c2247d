import { ok, refuse, type Clock, type Log, type Refusal, type Result, type ShowId } from '#kernel'
import { TICKS_PER_SECOND, type TrackSet } from '#formats/init-segment'
import type {
  HeldRecording, RecordedSegment, RecordingProblem, Restored,
} from '#stage/recording/contract'
import {
  MEDIA_LIMITS, type MediaProblem, type StateReport, type StateView,
} from '../contract.ts'
import { makeArrivalClock } from '../model/arrival-clock.ts'
import { makeAssembler, type Assembler } from '../model/assembler.ts'
import type { FlvTag } from '#formats/flv'
import { makeRenditions, type Forms, type Renditions } from '../renditions/index.ts'
import { makeTagFeed } from '../rtc/from-tags.ts'
import { makeLine, type Line } from '../rtc/line.ts'
import { makeShowHealth, type OwnFigures, type ShowHealth } from './health.ts'
import { makeLiveWindow, type LiveWindow } from './window.ts'

/** The one who sends media now. */
export interface Publisher {
  /** Returns a problem when the publisher must go. `wallMs` is given by who knows when the media
   *  of this tag happened; else it is found from the times of arrival. */
  push(tag: FlvTag, wrappedMs: number, wallMs?: number): MediaProblem | undefined
  /** The connection is gone; `problem` says why when the stream was at fault. */
  leave(problem?: MediaProblem): void
}

export interface Show {
  readonly id: ShowId
  readonly window: LiveWindow
  readonly renditions: Renditions
  readonly health: ShowHealth
  readonly recorded: readonly RecordedSegment[]
  readonly isReceiving: boolean
  readonly isEnded: boolean
  readonly folder: string
  /** Where what is not in memory lies. */
  readonly files: Pick<HeldRecording, 'initFile' | 'segmentFile'>
  /** What viewers on WebRTC see of it. */
  readonly line: Line
  init(id: number): Buffer | undefined
  /** `drop` is called when this publisher has to go (taken over, stopped, key changed). One who
   *  comes over WebRTC puts its own packets on the line. */
  publish(
    drop: (problem?: MediaProblem) => void, from?: 'tags' | 'rtc', isBackup?: boolean,
  ): Result<Publisher, Refusal<MediaProblem>>
  /** Whether a backup would be let in now: nobody publishes, or whoever does is silent. */
  readonly needsBackup: boolean
  /** A backup that waits: `end` is called when it has to go. Returns how it leaves by itself. */
  standBy(end: () => void): () => void
  drop(): void
  stop(): void
  state(): StateView
  flushed(): Promise<void>
  /** Lets go of open files. */
  release(): Promise<void>
}

interface Current {
  assembler: Assembler
  isBackup: boolean
  drop: () => void
  onGone: () => void
  heardMs: number
  isDescribed: boolean
}

/** What the producer and the encoder are told when the recording stops. */
const RECORDING_CODES: Readonly<Record<RecordingProblem, MediaProblem>> = {
  disk_full: 'stage.media.recording_stopped_disk_full', failed: 'stage.media.recording_failed',
}

/** Inits kept in memory; older ones are read from disk. */
const INITS_MAX = 32
/** What viewers were told must survive a crash, so a part is announced once it is written; a disk
 *  slower than this holds up nobody. */
const DISK_WAIT_MS = 100

/** Renditions go on counting where the show was before a restart; what they held is gone. */
function startRenditions(deps: {
  clock: Clock; log: Log; restored: Restored; forms: Forms
}): Renditions {
  const { segments, discontinuitySequence, partTargetTicks } = deps.restored.window
  const breaks = segments.filter((segment) => segment.isDiscontinuity).length
  const renditions = makeRenditions({
    clock: deps.clock, log: deps.log, pictures: deps.forms.pictures,
    discontinuitySequence: discontinuitySequence + breaks,
  })
  if (partTargetTicks !== undefined) renditions.setPartTarget(partTargetTicks)
  return renditions
}

/** Backups that wait for their turn. */
function makeStandbys() {
  const waiting = new Set<() => void>()
  return {
    add(end: () => void) {
      waiting.add(end)
      return () => void waiting.delete(end)
    },
    get hasAny() { return waiting.size > 0 },
    end() { for (const end of [...waiting]) end() },
  }
}

export function makeShow(deps: {
  id: ShowId
  recording: HeldRecording
  clock: Clock
  log: Log
  report: (report: StateReport) => void
  restored: Restored
  forms: Forms
  own?: OwnFigures | undefined
}): Show {
  const { id, clock, recording } = deps
  const line = makeLine({ clock, ssrcs: { video: 0x51_1c_00_01, audio: 0x51_1c_00_02 } })
  const log = deps.log.child({ showId: id })
  const window = makeLiveWindow({ clock }, deps.restored.window)
  const health = makeShowHealth(deps)
  health.countWhep(() => line.watchers)
  const recorded = [...deps.restored.recorded]
  const renditions = startRenditions({ ...deps, log })
  const standbys = makeStandbys()
  let tracks: TrackSet = {}
  const inits = new Map<number, Buffer>()
  let { nextInitId, startTicks: ticks } = deps.restored
  let { nextMsn, partTargetTicks, isEnded } = deps.restored.window
  let announced = Promise.resolve()
  let current: Current | undefined
  let lastProblem: MediaProblem | undefined
  let openTicks = 0
  const recorder = recording.record({
    onProblem: (problem) => report(RECORDING_CODES[problem]),
    onSegment: (segment) => void recorded.push(segment),
  })

  const stateName = (): StateView['state'] => {
    if (isEnded) return 'ended'
    if (current) return 'receiving'
    return nextMsn > 0 ? 'lost' : 'waiting'
  }

  const view = (): StateView => {
    const problem = recorder.problem ? RECORDING_CODES[recorder.problem] : lastProblem
    return { state: stateName(), ...current?.assembler.read(), ...(problem && { problem }) }
  }

  const report = (problem?: MediaProblem): void => {
    const { state, ...rest } = view()
    const said = state === 'waiting' ? 'lost' : state
    const atMs = Math.round(clock.nowMs())
    deps.report({
      showId: id, ...rest, state: said, ...(problem && { problem }), atMs,
      health: {
        ...health.read(), ...(renditions.isSmallOff && { isSmallOff: true }),
        ...(standbys.hasAny && { backup: current?.isBackup ? 'shown' : 'ready' }),
      },
    })
  }

  /** The window lags behind the recorder, in the same order; the fields here are ahead of it. */
  const announce = (change: () => void): void => {
    announced = announced
      .then(() => Promise.race([recorder.flushed(), clock.sleep(DISK_WAIT_MS)]))
      .then(change)
      .catch((error: unknown) => log.error('announce', { message: (error as Error).message }))
  }

  /** Rates are worth telling once a segment was measured. */
  const describe = (): void => {
    if (!current || current.isDescribed) return
    current.isDescribed = true
    report()
  }

  const keepInit = (bytes: Buffer, newTracks: TrackSet): void => {
    tracks = newTracks
    if (inits.get(nextInitId - 1)?.equals(bytes)) return
    inits.set(nextInitId, bytes)
    inits.delete(nextInitId - INITS_MAX)
    recorder.init(nextInitId, bytes)
    nextInitId++
  }

  const begin = (): Assembler => makeAssembler({
    startTicks: ticks,
    startSequence: nextMsn * 256,
    partTargetTicks,
    sink: {
      init: keepInit,
      partTarget(target) {
        partTargetTicks = target
        announce(() => {
          window.setPartTarget(target)
          renditions.setPartTarget(target)
        })
      },
      open(opened) {
        const segment = {
          msn: nextMsn, initId: nextInitId - 1, ticks: opened.ticks,
          wallMs: Math.round(opened.wallMs), isDiscontinuity: opened.isNewTimeline && nextMsn > 0,
        }
        nextMsn++
        openTicks = 0
        recorder.open(segment, partTargetTicks)
        const made = tracks
        announce(() => {
          window.open(segment)
          renditions.open(segment, made, current?.assembler.read().video?.fps ?? 0)
        })
      },
      part(part, samples) {
        openTicks += part.ticks
        health.part(part.ticks * 1_000 / TICKS_PER_SECOND)
        recorder.part(part.bytes)
        announce(() => {
          window.part(part)
          renditions.part(part.ticks, samples)
        })
      },
      close() {
        recorder.close(nextMsn - 1, openTicks)
        announce(() => {
          window.close()
          renditions.close()
        })
        describe()
      },
    },
  })

  const finish = (problem?: MediaProblem): void => {
    if (!current) return
    ticks = current.assembler.finish().endTicks
    current = undefined
    lastProblem = problem
    announce(() => {
      window.setReceiving(false)
      renditions.setReceiving(false)
    })
    log.info('publisher gone', { problem })
    report()
  }

  const removeCurrent = (): void => {
    const gone = current
    finish()
    gone?.onGone()
    gone?.drop()
  }

  const admit = (isBackup: boolean): MediaProblem | undefined => {
    if (isEnded) return 'stage.media.show_ended'
    // The first encoder is back: the backup waits again.
    if (current?.isBackup && !isBackup) return undefined
    const isSilent = current && clock.steadyMs() - current.heardMs >= MEDIA_LIMITS.silentMs
    if (!current || isSilent) return undefined
    return 'stage.media.already_publishing'
  }

  return {
    id, window, health, renditions, recorded, line, folder: recording.folder, files: recording,
    get isReceiving() { return current !== undefined },
    get isEnded() { return isEnded },
    init: (initId) => inits.get(initId),
    get needsBackup() { return admit(true) === undefined },
    standBy: standbys.add,
    publish(drop, from = 'tags', isBackup = false) {
      const problem = admit(isBackup)
      if (problem) {
        report(problem)
        return refuse(problem)
      }
      removeCurrent()
      recorder.resume()
      lastProblem = undefined
      const mine: Current = {
        assembler: begin(), isBackup, drop, onGone() {}, heardMs: clock.steadyMs(),
        isDescribed: false,
      }
      current = mine
      health.begin(from === 'rtc' ? 'whip' : 'rtmp')
      const wanted = deps.forms.wanted?.(id) ?? []
      announce(() => {
        window.setReceiving(true)
        renditions.setWanted(wanted)
        renditions.setReceiving(true)
      })
      log.info('publisher here')
      report()
      const timer = clock.every(MEDIA_LIMITS.reportEveryMs, () => {
        if (current === mine) report()
        else timer.cancel()
      })
      const arrival = makeArrivalClock()
      const feed = from === 'tags' ? makeTagFeed({ line, turners: deps.forms.turners }) : undefined
      mine.onGone = () => {
        timer.cancel()
        feed?.close()
      }
      return ok({
        push(tag, wrappedMs, knownWallMs) {
          if (current !== mine) return undefined
          mine.heardMs = clock.steadyMs()
          const wallMs = knownWallMs ?? arrival.wallOf(tag, wrappedMs, clock.nowMs())
          feed?.push(tag, wallMs)
          if ('data' in tag) health.took(tag.data.length)
          return mine.assembler.push(tag, wrappedMs, wallMs)
        },
        leave(why) {
          mine.onGone()
          if (current === mine) finish(why)
        },
      })
    },
    drop() {
      standbys.end()
      removeCurrent()
    },
    stop() {
      standbys.end()
      removeCurrent()
      if (isEnded) return
      isEnded = true
      recorder.end()
      announce(() => {
        window.end()
        renditions.end()
      })
      report()
    },
    state: view,
    async flushed() {
      await announced
      await recorder.flushed()
    },
    async release() {
      await announced
      renditions.stop()
      await recorder.release()
    },
  }
}
