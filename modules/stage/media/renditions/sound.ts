import type { Clock } from '#kernel'
import { writeFragment } from '#formats/fragment'
import {
  AUDIO_TRACK, TICKS_PER_SECOND, VIDEO_TRACK, writeInit, type TrackSet,
} from '#formats/init-segment'
import type { PartSamples } from '../model/stretch.ts'
import type { RenditionWriter, SourceSegment } from './rendition.ts'
import { stillFor, type Still } from './still.ts'

/** A player knows from its pictures where it is: not further apart than this. */
const STILL_TICKS_MAX = TICKS_PER_SECOND / 10

/** The source's own sound frames with a still in place of its pictures: nothing is encoded. */
export function makeSoundRendition(deps: { clock: Clock; writer: RenditionWriter }) {
  const { writer } = deps
  let tracks: TrackSet = {}
  let init: Buffer | undefined
  let still: Still | undefined
  let sequence = 0
  let shown = 0
  let isWanted = false
  return {
    setWanted(value: boolean): void { isWanted = value },
    get video() { return isWanted && init ? still?.config : undefined },
    open(segment: SourceSegment, newTracks: TrackSet): void {
      if (newTracks !== tracks) {
        tracks = newTracks
        // Sound alone is the source already, and without sound there is nothing to tell.
        const { video, audio } = tracks
        still = video && audio && stillFor(video)
        init = still && writeInit({ video: still.config, audio })
      }
      writer.open(segment)
    },
    part(ticks: number, { frames, sounds }: PartSamples): void {
      const first = frames[0]
      if (!isWanted || !init || !still || !first) {
        writer.part({ bytes: Buffer.alloc(0), ticks, isIndependent: false }, undefined)
        return
      }
      const count = Math.ceil(ticks / STILL_TICKS_MAX)
      const at = (n: number): number => Math.round((n * ticks) / count)
      const stills = Array.from({ length: count }, (_, n) => ({
        time: first.time + at(n), duration: at(n + 1) - at(n), composition: first.composition,
        isKey: true, data: still!.picture(shown++),
      }))
      const bytes = writeFragment(sequence++, [
        { trackId: VIDEO_TRACK, samples: stills }, { trackId: AUDIO_TRACK, samples: sounds },
      ])
      writer.part({ bytes, ticks, isIndependent: true }, init)
    },
    close: (): void => writer.close(),
  }
}
