import Hls from 'hls.js/light'
import { climb, nameRendition } from './climb.ts'
import type { QualityProbe } from './quality.ts'
import type { Saving } from '../view/comfort.ts'
import { watchFrames } from './frames.ts'
import type { MediaClock } from './media-clock.ts'
import { makeRetryPolicy, shouldJump, type Trouble } from './retry.ts'
import { obeySaving } from './saving.ts'

export { makeQuality } from './quality.ts'

/** `waiting`: nothing to show yet. `troubled`: the last frame stands, we try again. */
export type Picture = 'waiting' | 'playing' | 'troubled' | 'blocked'

export interface PlayerInput {
  readonly video: HTMLVideoElement
  /** Keeps the last frame while a new player takes over. */
  readonly still: HTMLCanvasElement
  readonly url: string
  readonly isLive: boolean
  readonly saving: Saving
  /** Is told where the live picture is. */
  readonly media: MediaClock
  readonly onPicture: (picture: Picture) => void
  /** Hears what this player meets; none for a replay. */
  readonly probe?: QualityProbe | undefined
  /** The server's clock, which the stream's dates are of. */
  readonly now?: (() => number) | undefined
}

export interface Player {
  destroy(): void
}

const STALL_MS = 4000
/** The first picture may take longer on a slow line than a later one may be late. */
const FIRST_PICTURE_MS = 10_000
const WATCH_MS = 500

const liveConfig = {
  lowLatencyMode: true,
  // Fragmented MP4 passes through unchanged: a worker would only cost start-up time.
  enableWorker: false,
  maxLiveSyncPlaybackRate: 1.1,
  backBufferLength: 6,
  maxBufferLength: 12,
  // The best first: most lines carry it, and a poor one is known after two parts.
  abrEwmaDefaultEstimate: 8_000_000,
  manifestLoadPolicy: { default: {
    maxTimeToFirstByteMs: 8000, maxLoadTimeMs: 12_000, timeoutRetry: null, errorRetry: null,
  } },
}
const replayConfig = { enableWorker: false, backBufferLength: 60, maxBufferLength: 30 }

export function keepLastFrame(video: HTMLVideoElement, still: HTMLCanvasElement): void {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || !video.videoWidth) return
  const width = Math.min(720, video.videoWidth)
  still.width = width
  still.height = Math.round((width * video.videoHeight) / video.videoWidth)
  still.getContext('2d')?.drawImage(video, 0, 0, still.width, still.height)
  still.hidden = false
}

/** Sets one source playing; without MSE (older iPhones) the browser's own HLS. */
function attach(input: PlayerInput, onTrouble: (trouble: Trouble) => void) {
  const { video, url, isLive } = input
  if (!Hls.isSupported()) {
    video.src = url
    const onError = () => onTrouble('unreachable')
    video.addEventListener('error', onError)
    return {
      hls: null,
      detach() {
        video.removeEventListener('error', onError)
        video.removeAttribute('src')
        video.load()
      },
    }
  }
  const hls = new Hls(isLive ? liveConfig : replayConfig)
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (data.fatal) onTrouble(data.type === Hls.ErrorTypes.MEDIA_ERROR ? 'broken' : 'unreachable')
  })
  obeySaving(hls, input.saving)
  const ends = isLive ? [climb(hls, video, input.saving), nameRendition(hls, video)] : []
  hls.loadSource(url)
  hls.attachMedia(video)
  return {
    hls,
    detach() {
      for (const end of ends) end()
      hls.destroy()
    },
  }
}

/** Plays until destroyed: restarts of the media process, gaps and new encoders included. */
export function makePlayer(input: PlayerInput): Player {
  const { video, still, isLive, media, onPicture, probe } = input
  const policy = makeRetryPolicy()
  let source: ReturnType<typeof attach> | null = null
  let timer = 0
  let movedAtMs = performance.now()
  let lastTime = -1
  let hasPlayed = false
  let isGone = false

  const play = () => void video.play().catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'NotAllowedError') onPicture('blocked')
  })
  const start = () => {
    source?.detach()
    movedAtMs = performance.now()
    lastTime = -1
    source = attach(input, trouble)
    play()
  }
  function trouble(kind: Trouble) {
    if (isGone || timer) return
    probe?.failed(kind === 'stalled' && !hasPlayed ? 'no_picture' : kind)
    const plan = policy.onTrouble(kind, performance.now(), Math.random())
    if (plan.act === 'recover' && source?.hls) {
      movedAtMs = performance.now()
      source.hls.recoverMediaError()
      return play()
    }
    keepLastFrame(video, still)
    media.hold(performance.now())
    onPicture(hasPlayed ? 'troubled' : 'waiting')
    timer = window.setTimeout(() => {
      timer = 0
      start()
    }, plan.afterMs)
  }
  const onMove = () => {
    if (video.currentTime === lastTime) return
    lastTime = video.currentTime
    // A jump to where there is no picture is no move: they could go on for ever.
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return
    movedAtMs = performance.now()
    hasPlayed = true
    still.hidden = true
    policy.onPlaying(movedAtMs)
    onPicture('playing')
  }
  const watch = () => {
    const hls = source?.hls
    const sync = hls?.liveSyncPosition
    if (hasPlayed && hls?.playingDate && input.now) {
      probe?.latency(input.now() - hls.playingDate.getTime())
    }
    if (isLive && hls && sync != null && shouldJump(hls.latency)) video.currentTime = sync
    const patienceMs = hasPlayed ? STALL_MS : FIRST_PICTURE_MS
    const standsStill = performance.now() - movedAtMs > patienceMs
    // A person paused, or the page sleeps: no trouble.
    const isSeen = !document.hidden || document.pictureInPictureElement !== null
    if (!isSeen || (video.paused && hasPlayed && !isLive)) movedAtMs = performance.now()
    else if (standsStill && !timer) {
      if (isLive) trouble('stalled')
      else if (!hasPlayed) trouble('unreachable')
    } else if (isLive && video.paused) play()
  }
  probe?.transport('hls')
  video.addEventListener('timeupdate', onMove)
  const watching = window.setInterval(watch, WATCH_MS)
  const unwatch = isLive ? watchFrames(video, media, () => source?.hls ?? null) : null
  onPicture('waiting')
  start()
  return {
    destroy() {
      isGone = true
      clearTimeout(timer)
      clearInterval(watching)
      unwatch?.()
      video.removeEventListener('timeupdate', onMove)
      source?.detach()
    },
  }
}
