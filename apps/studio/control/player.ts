import Hls from 'hls.js/light'

export type Picture = 'waiting' | 'playing' | 'troubled'

export interface Playing {
  /** Media time of the frame on the screen, server ms; undefined: nothing plays. */
  seenMs(): number | undefined
  stop(): void
}

const firstWaitMs = 600
const longestWaitMs = 5000
const stallMs = 4000

/** Plays one low-latency stream until told to stop: a media process that restarts, an encoder that
 *  comes back and a picture that stands still all lead to a new start. */
export function playLive(
  video: HTMLVideoElement, url: string, onPicture: (picture: Picture) => void,
): Playing {
  let hls: Hls | null = null
  let timer = 0
  let failures = 0
  let hasPlayed = false
  let lastTime = -1
  let movedAt = performance.now()

  const detach = () => {
    hls?.destroy()
    hls = null
  }
  const again = () => {
    if (timer !== 0) return
    onPicture(hasPlayed ? 'troubled' : 'waiting')
    timer = window.setTimeout(() => {
      timer = 0
      start()
    }, Math.min(longestWaitMs, firstWaitMs * 2 ** failures++))
  }
  function start(): void {
    detach()
    movedAt = performance.now()
    if (!Hls.isSupported()) {
      video.src = url
      void video.play().catch(() => {})
      return
    }
    hls = new Hls(
      { lowLatencyMode: true, backBufferLength: 4, maxBufferLength: 8, enableWorker: false }
    )
    hls.on(Hls.Events.ERROR, (_event, data) => { if (data.fatal) again() })
    hls.loadSource(url)
    hls.attachMedia(video)
    void video.play().catch(() => {})
  }
  const onMove = () => {
    if (video.currentTime === lastTime) return
    lastTime = video.currentTime
    movedAt = performance.now()
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return
    hasPlayed = true
    failures = 0
    onPicture('playing')
  }
  const watch = window.setInterval(() => {
    if (document.hidden) movedAt = performance.now()
    else if (performance.now() - movedAt > stallMs) again()
  }, 1000)
  video.addEventListener('timeupdate', onMove)
  video.addEventListener('error', again)
  start()
  return {
    seenMs() {
      const date = hls?.playingDate?.getTime()
      return date === undefined || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA
        ? undefined : Math.round(date)
    },
    stop() {
      clearTimeout(timer)
      clearInterval(watch)
      video.removeEventListener('timeupdate', onMove)
      video.removeEventListener('error', again)
      detach()
    },
  }
}
