import Hls from 'hls.js/light'
import type { Saving } from '../view/comfort.ts'
import { makeLadder, type Ladder, type Step } from './ladder.ts'
import { isSound, mostWanted } from './saving.ts'

const LADDER_MS = 250

/** Told on the video when another rendition is seen; its name is in `data-rendition`. */
export const RENDITION_EVENT = 'renditionchange'

/** Says on the element what it plays, for those who lay something over it. */
export function nameRendition(hls: Hls, video: HTMLVideoElement): () => void {
  const tell = (name: string) => {
    video.dataset['rendition'] = name
    video.dispatchEvent(new Event(RENDITION_EVENT))
  }
  hls.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => {
    const seen = hls.levels[level]
    if (seen) tell(isSound(seen) ? 'audio' : seen.name || 'source')
  })
  return () => tell('')
}

/** Lets the ladder cap what hls.js chooses, and tell it what line to believe in. */
export function climb(hls: Hls, video: HTMLVideoElement, saving: Saving): () => void {
  let ladder: Ladder | null = null
  // Before the first picture there is nothing in hand, and that is no sign of a poor line.
  let hasPlayed = false
  const take = (step: Step | null) => {
    if (!step) return
    hls.autoLevelCapping = step.level
    hls.bandwidthEstimate = step.bandwidthBps
    if (step.level >= hls.loadLevel) return
    // hls.js would load the parts of this segment to its end first.
    hls.stopLoad()
    hls.startLoad()
  }
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    const allowed = hls.levels.slice(0, mostWanted(hls.levels, saving) + 1)
    ladder = makeLadder(allowed.map(({ maxBitrate }) => maxBitrate), performance.now())
  })
  hls.on(Hls.Events.FRAG_LOADED, (_event, { frag, part }) => {
    const { loading, loaded } = (part ?? frag).stats
    take(ladder?.onLoaded({
      nowMs: performance.now(), level: frag.level, bytes: loaded,
      transferMs: loading.end - loading.first, durationMs: (part ?? frag).duration * 1_000,
    }) ?? null)
  })
  const timer = window.setInterval(() => {
    if (document.hidden || video.paused || video.seeking || hls.loadLevel < 0) return
    hasPlayed ||= video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA && video.currentTime > 0
    if (!hasPlayed) return
    const aheadSeconds = hls.mainForwardBufferInfo?.len ?? 0
    take(ladder?.onTick({ nowMs: performance.now(), level: hls.loadLevel, aheadSeconds }) ?? null)
  }, LADDER_MS)
  return () => clearInterval(timer)
}
