import type { Clock, Log, ShowId } from '#kernel'
import type { PictureTurners, RenditionName, SoundTurners, StateView } from '../contract.ts'
import type { LiveWindow } from '../live/window.ts'
import type { TrackSet } from '#formats/init-segment'
import { AUDIO_NAMES, LOW_NAMES } from '../model/playlist.ts'
import type { PartSamples } from '../model/stretch.ts'
import { LOW, lowSize, makeLow } from './low.ts'
import { measureRates, writeMaster, type Variant } from './master.ts'
import { makeRendition, type Rendition, type SourceSegment } from './rendition.ts'
import { makeSoundRendition } from './sound.ts'

export type { Rendition } from './rendition.ts'

/** Who makes other forms of a show's media. */
export interface Forms {
  readonly turners: SoundTurners
  /** Without it there is no small rendition. */
  readonly pictures?: PictureTurners | undefined
  /** What a show is offered as beside its source; asked when a publisher comes. */
  wanted?(id: ShowId): readonly RenditionName[]
}

/** What a show is offered as beside its source. Fed with what the source announces, in its order:
 *  a rendition never knows more than the source has told. */
export interface Renditions {
  readonly low: Rendition
  readonly audio: Rendition
  setWanted(names: readonly RenditionName[]): void
  setPartTarget(ticks: number): void
  setReceiving(isReceiving: boolean): void
  open(segment: SourceSegment, tracks: TrackSet, fps: number): void
  part(ticks: number, samples: PartSamples): void
  close(): void
  end(): void
  /** The small picture was wanted and is not offered: the machine does not carry it. */
  readonly isSmallOff: boolean
  /** The multivariant playlist of now; undefined before the source can be played. */
  master(source: LiveWindow, state: StateView): string | undefined
  /** Processes are ended. */
  stop(): void
}

/** Said of a rendition before it can be measured: sound as encoders usually send it. */
const SOUND_BPS = 160_000
const guess = (bps: number) => ({ peakBps: Math.round(bps * 1.2), averageBps: bps })

export function makeRenditions(deps: {
  clock: Clock
  log: Log
  pictures: PictureTurners | undefined
  /** Breaks of the show so far. */
  discontinuitySequence: number
}): Renditions {
  const { clock, log, pictures, discontinuitySequence } = deps
  const lowWriter = makeRendition({ clock, names: LOW_NAMES, discontinuitySequence })
  const audioWriter = makeRendition({ clock, names: AUDIO_NAMES, discontinuitySequence })
  const low = pictures && makeLow({ clock, log, pictures, writer: lowWriter })
  const audio = makeSoundRendition({ clock, writer: audioWriter })
  const windows = [lowWriter.window, audioWriter.window]
  let tracks: TrackSet = {}

  /** Changes of the low window wait for the pictures before them. */
  const inPlace = (change: (window: LiveWindow) => void): void => {
    change(audioWriter.window)
    if (low) low.act(() => change(lowWriter.window))
  }

  const sourceVariant = (source: LiveWindow, state: StateView): Variant => {
    const { video, audio: sound } = state
    const height = video && Math.min(video.width, video.height)
    return {
      uri: 'live.m3u8', name: height ? `${height}p` : 'source',
      codecs: [video?.codec, sound?.codec].filter((codec) => codec !== undefined),
      width: video?.width, height: video?.height, fps: video?.fps,
      rates: measureRates(source.segments) ?? guess(3_000_000),
    }
  }

  const lowVariant = (state: StateView): Variant | undefined => {
    const size = tracks.video && lowSize(tracks.video)
    if (!low?.isOffered || !size) return undefined
    const codecs = [low.video?.codec ?? 'avc1.4d401e', tracks.audio?.codec]
    return {
      uri: 'low.m3u8', name: '360p', ...size, fps: state.video?.fps,
      codecs: codecs.filter((codec) => codec !== undefined),
      rates: measureRates(lowWriter.window.segments) ?? guess(LOW.kbps * 1_000 + SOUND_BPS),
    }
  }

  const audioVariant = (): Variant | undefined => {
    const still = audio.video
    return still && tracks.audio && {
      uri: 'audio.m3u8', name: 'audio', codecs: [still.codec, tracks.audio.codec],
      width: still.width, height: still.height,
      rates: measureRates(audioWriter.window.segments) ?? guess(SOUND_BPS),
    }
  }

  return {
    low: lowWriter,
    audio: audioWriter,
    setWanted(names) {
      low?.setWanted(names.includes('360p'))
      audio.setWanted(names.includes('audio'))
    },
    setPartTarget: (ticks) => windows.forEach((window) => window.setPartTarget(ticks)),
    setReceiving(isReceiving) {
      if (!isReceiving) low?.finish()
      inPlace((window) => window.setReceiving(isReceiving))
    },
    open(segment, newTracks, fps) {
      tracks = newTracks
      low?.open(segment, newTracks, fps)
      audio.open(segment, newTracks)
    },
    part(ticks, samples) {
      low?.part(ticks, samples)
      audio.part(ticks, samples)
    },
    close() {
      low?.close()
      audio.close()
    },
    end() {
      low?.finish()
      inPlace((window) => window.end())
    },
    get isSmallOff() { return low?.isOff ?? false },
    master(source, state) {
      if (source.text() === undefined) return undefined
      const variants = [sourceVariant(source, state), lowVariant(state), audioVariant()]
      return writeMaster(variants.filter((variant) => variant !== undefined))
    },
    stop: () => low?.stop(),
  }
}
