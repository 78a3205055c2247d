import type Hls from 'hls.js/light'
import type { Saving } from '../view/comfort.ts'

/** What hls.js reads of a rendition before it drops those without a picture. */
interface Rendition {
  readonly url: string
  readonly audioCodec?: string | undefined
  readonly videoCodec?: string | undefined
  readonly width?: number | undefined
}

/** The sound alone, as a rendition of its own or as the audio group of the others. */
export function soundUrl(
  levels: readonly Rendition[], audioTracks: readonly { readonly url?: string }[],
): string | undefined {
  const alone = levels.find((level) => level.audioCodec && !level.videoCodec && !level.width)
  return alone?.url ?? audioTracks.find((track) => track.url)?.url
}

/** Holds one player to what its viewer can afford. Without a sound rendition: the least picture.
 *  Called before the source is loaded. */
export function obeySaving(hls: Hls, saving: Saving): void {
  if (saving === 'none') return
  // hls.js sorts renditions from small to large, and forgets the cap with every new source.
  hls.config.startLevel = 0
  hls.on('hlsManifestLoading' as typeof Hls.Events.MANIFEST_LOADING, () => {
    hls.autoLevelCapping = 0
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
