import type { Clock } from '#kernel'
import { writeFragment } from '../model/fragment.ts'
import { AUDIO_TRACK, VIDEO_TRACK, writeInit, type TrackSet } from '../model/init-segment.ts'
import type { PartSamples } from '../model/stretch.ts'
import type { RenditionWriter, SourceSegment } from './rendition.ts'
import { stillFor, type Still } from './still.ts'

/** The source's own sound frames with a still in place of its pictures: nothing is encoded. */
export function makeSoundRendition(deps: { clock: Clock; writer: RenditionWriter }) {
  const { writer } = deps
  let tracks: TrackSet = {}
  let init: Buffer | undefined
  let still: Still | undefined
  let sequence = 0
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
      const frame = {
        time: first.time, duration: ticks, composition: first.composition, isKey: true,
        data: still.picture(sequence),
      }
      const bytes = writeFragment(sequence++, [
        { trackId: VIDEO_TRACK, samples: [frame] }, { trackId: AUDIO_TRACK, samples: sounds },
      ])
      writer.part({ bytes, ticks, isIndependent: true }, init)
    },
    close: (): void => writer.close(),
  }
}
