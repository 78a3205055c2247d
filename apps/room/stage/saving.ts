import type Hls from 'hls.js/light'
import type { Saving } from '../view/comfort.ts'

/** What is read of a rendition, before and after hls.js sorted them. */
export interface Rendition {
  readonly name?: string | undefined
  readonly url: string | readonly string[]
  readonly audioCodec?: string | undefined
  readonly videoCodec?: string | undefined
  readonly width?: number | undefined
}

const urlOf = ({ url }: Rendition): string => typeof url === 'string' ? url : url[0] ?? ''

/** Ours is sound with a black still, so that a player may switch to it; others have no picture. */
export const isSound = (rendition: Rendition): boolean => rendition.name === 'audio'
  || /\/audio\.m3u8(\?|$)/.test(urlOf(rendition))
  || (!!rendition.audioCodec && !rendition.videoCodec && !rendition.width)

/** The sound alone, as a rendition of its own or as the audio group of the others. */
export function soundUrl(
  levels: readonly Rendition[], audioTracks: readonly { readonly url?: string }[],
): string | undefined {
  const alone = levels.find(isSound)
  return alone ? urlOf(alone) : audioTracks.find((track) => track.url)?.url
}

/** The least that is still a picture; levels are sorted from poor to rich. */
export const leastPicture = (levels: readonly Rendition[]): number =>
  Math.max(0, levels.findIndex((level) => !isSound(level)))

/** The richest level a viewer wants. */
export const mostWanted = (levels: readonly Rendition[], saving: Saving): number =>
  saving === 'none' ? levels.length - 1 : leastPicture(levels)

/** Holds one player to what its viewer can afford. Without a sound rendition: the least picture.
 *  Called before the source is loaded. */
export function obeySaving(hls: Hls, saving: Saving): void {
  if (saving === 'none') return
  // hls.js sorts renditions from small to large, and forgets the cap with every new source.
  hls.on('hlsManifestParsed' as typeof Hls.Events.MANIFEST_PARSED, () => {
    hls.autoLevelCapping = leastPicture(hls.levels)
    hls.startLevel = hls.autoLevelCapping
  })
  if (saving !== 'sound') return
  // Nothing of the picture is fetched while the choice is open.
  hls.config.autoStartLoad = false
  hls.once('hlsManifestLoaded' as typeof Hls.Events.MANIFEST_LOADED, (_event, data) => {
    hls.config.autoStartLoad = true
    const url = soundUrl(data.levels, data.audioTracks)
    if (url) hls.loadSource(url)
    else hls.startLoad(hls.config.startPosition)
  })
}
