import type { Clock } from '#kernel'
import { writeFragment } from '../model/fragment.ts'
import { AUDIO_TRACK, VIDEO_TRACK, writeInit, type TrackSet } from '../model/init-segment.ts'
import type { PartSamples } from '../model/stretch.ts'
import type { RenditionWriter, SourceSegment } from './rendition.ts'
import { STILL, stillPicture } from './still.ts'

/** The source's own sound frames with a still in place of its pictures: nothing is encoded. */
export function makeSoundRendition(deps: { clock: Clock; writer: RenditionWriter }) {
  const { writer } = deps
  let tracks: TrackSet = {}
  let init: Buffer | undefined
  let sequence = 0
  let isWanted = false
  return {
    setWanted(value: boolean): void { isWanted = value },
    get isMade() { return isWanted && init !== undefined },
    open(segment: SourceSegment, newTracks: TrackSet): void {
      if (newTracks !== tracks) {
        tracks = newTracks
        // Sound alone is the source already, and without sound there is nothing to tell.
        const hasBoth = tracks.video !== undefined && tracks.audio !== undefined
        init = hasBoth ? writeInit({ video: STILL, audio: tracks.audio }) : undefined
      }
      writer.open(segment)
    },
    part(ticks: number, { frames, sounds }: PartSamples): void {
      const first = frames[0]
      if (!isWanted || !init || !first) {
        writer.part({ bytes: Buffer.alloc(0), ticks, isIndependent: false }, undefined)
        return
      }
      const still = {
        time: first.time, duration: ticks, composition: first.composition, isKey: true,
        data: stillPicture(sequence),
      }
      const bytes = writeFragment(sequence++, [
        { trackId: VIDEO_TRACK, samples: [still] }, { trackId: AUDIO_TRACK, samples: sounds },
      ])
      writer.part({ bytes, ticks, isIndependent: true }, init)
    },
    close: (): void => writer.close(),
  }
}
