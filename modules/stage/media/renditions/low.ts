import type { Clock, Log } from '#kernel'
import type { PictureTurner, PictureTurners } from '../contract.ts'
import { parseVideoConfig, type VideoConfig } from '#formats/codecs'
import { writeFragment, type Sample } from '#formats/fragment'
import {
  AUDIO_TRACK, TICKS_PER_SECOND, VIDEO_TRACK, writeInit, type TrackSet,
} from '#formats/init-segment'
import type { PartSamples } from '../model/stretch.ts'
import { makeLineUp } from './line-up.ts'
import type { RenditionWriter, SourceSegment } from './rendition.ts'

export const LOW = {
  /** Lines of the short side. */
  lines: 360,
  /** Below this a source is small enough as it is. */
  sourceLinesMin: 400,
  kbps: 600,
  /** Behind the source by more than this it is given up and started anew. */
  lagMs: 2_000,
  againFirstMs: 500,
  againLastMs: 30_000,
  longLifeMs: 60_000,
  /** After it was given up: offered again once it kept up for so long, the longer the more often
   *  that happened. */
  provenFirstMs: 4_000,
  provenLastMs: 20_000,
} as const

export interface Low {
  /** What it is made of and looks like while it is made. */
  readonly video: VideoConfig | undefined
  /** Made, and keeping up. */
  readonly isOffered: boolean
  /** Wanted, and given up for now: the machine does not carry it. */
  readonly isOff: boolean
  setWanted(isWanted: boolean): void
  open(segment: SourceSegment, tracks: TrackSet, fps: number): void
  part(ticks: number, samples: PartSamples): void
  close(): void
  /** In its place between parts. */
  act(run: () => void): void
  /** The publisher is gone: what is inside still comes out. */
  finish(): void
  stop(): void
}

/** Short side 360, the other in proportion and even; undefined when that would not be smaller. */
export function lowSize(
  video: { width: number; height: number },
): { width: number; height: number } | undefined {
  const short = Math.min(video.width, video.height)
  if (short < LOW.sourceLinesMin) return undefined
  const scale = LOW.lines / short
  const even = (length: number): number => Math.max(2, Math.round((length * scale) / 2) * 2)
  return { width: even(video.width), height: even(video.height) }
}

interface Run {
  readonly id: number
  readonly turner: PictureTurner
  readonly tracks: TrackSet
  readonly startedMs: number
  /** Ticks from one picture to the next, and by how many the first is shown late. */
  readonly frameTicks: number
  readonly leadFrames: number
  readonly leadTicks: number
  count: number
  /** What came out of it, without a hole. */
  wholeTicks: number
  video?: VideoConfig | undefined
  init?: Buffer | undefined
}

interface Waiting { ticks: number; sounds: readonly Sample[] }

export function makeLow(deps: {
  clock: Clock
  log: Log
  pictures: PictureTurners
  writer: RenditionWriter
}): Low {
  const { clock, log, writer } = deps
  const runs = new Map<number, Run>()
  let current: Run | undefined
  let nextId = 0
  let sequence = 0
  let isWanted = false
  let isAtStart = false
  let tracks: TrackSet = {}
  let fps = 0
  let deaths = 0
  let isOff = false
  let notBeforeMs = -Infinity

  const lineUp = makeLineUp<Waiting>((part, frames, id) => {
    const init = id === undefined ? undefined : runs.get(id)?.init
    const isThere = init !== undefined && frames.length > 0
    const bytes = !isThere ? Buffer.alloc(0) : writeFragment(sequence++, [
      { trackId: VIDEO_TRACK, samples: frames }, { trackId: AUDIO_TRACK, samples: part.sounds },
    ])
    const run = id === undefined ? undefined : runs.get(id)
    if (run) prove(run, isThere ? part.ticks : 0)
    const isIndependent = frames[0]?.isKey === true
    writer.part({ bytes, ticks: part.ticks, isIndependent }, isThere ? init : undefined)
  })

  /** Whoever has come back is believed once nothing was missing for a while. */
  const prove = (run: Run, ticks: number): void => {
    run.wholeTicks = ticks > 0 ? run.wholeTicks + ticks : 0
    const ms = Math.min(LOW.provenLastMs, LOW.provenFirstMs * 2 ** (deaths - 1))
    if (run.wholeTicks >= (ms * TICKS_PER_SECOND) / 1_000) isOff = false
  }

  const forget = (run: Run): void => {
    if (current === run) current = undefined
    lineUp.lose(run.id)
    runs.delete(run.id)
  }

  const died = (run: Run, why: string): void => {
    const nowMs = clock.steadyMs()
    isOff = true
    deaths = nowMs - run.startedMs > LOW.longLifeMs ? 1 : deaths + 1
    notBeforeMs = nowMs + Math.min(LOW.againLastMs, LOW.againFirstMs * 2 ** (deaths - 1))
    log.warn('low rendition lost', { why })
    forget(run)
  }

  const configure = (run: Run, record: Uint8Array): void => {
    run.video = parseVideoConfig(Buffer.from(record))
    if (run.video) run.init = writeInit({ video: run.video, audio: run.tracks.audio })
  }

  const start = (first: Sample): void => {
    const size = tracks.video && lowSize(tracks.video)
    if (!isWanted || !size || !first.isKey || clock.steadyMs() < notBeforeMs) return
    const id = nextId++
    const frameTicks = Math.max(1, first.duration)
    const leadFrames = Math.round(first.composition / frameTicks)
    const run: Run = {
      id, tracks, startedMs: clock.steadyMs(), frameTicks, leadFrames,
      leadTicks: first.composition, count: 0, wholeTicks: 0,
      turner: deps.pictures.toSmall({
        record: tracks.video!.record, ...size,
        // Pictures are counted as if they were 25 a second.
        kbps: Math.round((LOW.kbps * 25) / Math.max(5, fps || 30)),
      }, {
        config: (record) => configure(run, record),
        picture: (picture) => lineUp.picture(id, {
          ...picture, place: picture.place - leadFrames,
        }),
        gone: () => current === run ? died(run, 'ended') : forget(run),
      }),
    }
    runs.set(id, run)
    current = run
    log.info('low rendition here', size)
  }

  const feed = (run: Run, samples: readonly Sample[]) => samples.map((sample) => {
    const place = run.count++
    const late = Math.round(sample.composition / run.frameTicks)
    run.turner.push({ data: sample.data, isKey: sample.isKey, place: place + late })
    return { place, time: sample.time + run.leadTicks, duration: sample.duration }
  })

  const finish = (): void => {
    current?.turner.finish()
    current = undefined
  }

  return {
    get video() { return current?.video },
    get isOffered() { return current !== undefined && !isOff },
    get isOff() { return isWanted && isOff },
    setWanted(value) {
      isWanted = value
      // Another publisher may send less.
      isOff = false
      if (!isWanted) finish()
    },
    open(segment, newTracks, newFps) {
      if (segment.isDiscontinuity || newTracks !== tracks) finish()
      tracks = newTracks
      fps = newFps
      isAtStart = true
      lineUp.act(() => writer.open(segment))
    },
    part(ticks, { frames, sounds }) {
      if (isAtStart && !current && frames[0]) start(frames[0])
      isAtStart = false
      const part = { ticks, sounds }
      if (current) lineUp.expect(part, ticks, current.id, feed(current, frames))
      else lineUp.gap(part, ticks)
      if (lineUp.waitingTicks <= (LOW.lagMs * TICKS_PER_SECOND) / 1_000) return
      for (const run of [...runs.values()]) {
        run.turner.close()
        died(run, 'lags')
      }
    },
    close: () => lineUp.act(() => writer.close()),
    act: (run) => lineUp.act(run),
    finish,
    stop() {
      for (const run of [...runs.values()]) {
        run.turner.close()
        forget(run)
      }
    },
  }
}
