import Hls from 'hls.js/light'
import type { Saving } from '../view/comfort.ts'
import { makeLadder, type Ladder, type Step } from './ladder.ts'
import { watchRendition } from './rendition-watch.ts'
import { isSound, mostWanted } from './saving.ts'

const LADDER_MS = 250
const JUMP_MS = 1_000

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
  let seekingSinceMs: number | null = null
  const take = (step: Step | null, isAtOnce = false) => {
    if (!step) return
    hls.autoLevelCapping = step.level
    hls.config.minAutoBitrate = step.least > 0 ? hls.levels[step.least]!.maxBitrate : 0
    hls.bandwidthEstimate = step.bandwidthBps
    if (step.level >= hls.loadLevel && !isAtOnce) return
    // hls.js would load the parts of this segment to its end first.
    hls.stopLoad()
    if (isAtOnce) hls.nextAutoLevel = step.level
    hls.startLoad()
  }
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    const home = mostWanted(hls.levels, saving)
    ladder = makeLadder(hls.levels.map(({ maxBitrate }) => maxBitrate), performance.now(), home)
  })
  const unwatch = watchRendition(hls, {
    isSick: (level) => ladder?.isSick(level) ?? false,
    onSick(sick) {
      const news = { nowMs: performance.now(), level: hls.loadLevel, sick }
      take(ladder?.onSick(news) ?? null, true)
    },
    onWell(level) {
      ladder?.onWell(level)
      hls.config.minAutoBitrate = 0
    },
  })
  hls.on(Hls.Events.FRAG_LOADED, (_event, { frag, part }) => {
    const { loading, loaded } = (part ?? frag).stats
    take(ladder?.onLoaded({
      nowMs: performance.now(), level: frag.level, bytes: loaded,
      transferMs: loading.end - loading.first, durationMs: (part ?? frag).duration * 1_000,
    }) ?? null)
  })
  const timer = window.setInterval(() => {
    const nowMs = performance.now()
    seekingSinceMs = video.seeking ? seekingSinceMs ?? nowMs : null
    // A jump that takes long has gone to where nothing comes: that is hunger as well.
    const isJumping = seekingSinceMs !== null && nowMs - seekingSinceMs < JUMP_MS
    if (document.hidden || video.paused || isJumping || hls.loadLevel < 0) return
    hasPlayed ||= video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA && video.currentTime > 0
    if (!hasPlayed) return
    const aheadSeconds = hls.mainForwardBufferInfo?.len ?? 0
    take(ladder?.onTick({ nowMs, level: hls.loadLevel, aheadSeconds }) ?? null)
  }, LADDER_MS)
  return () => {
    clearInterval(timer)
    unwatch()
  }
}
