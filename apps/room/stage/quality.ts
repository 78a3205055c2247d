import { makeTally, type QualityProbe, type Tally } from './quality-tally.ts'

export type { QualityProbe }

const reportMs = 10_000
const lookMs = 250
/** No new frame for so long is a stall, which began with the last one. */
const patienceMs = 500

/** Frames shown so far where there is a picture, else how far the sound is: a stream of WebRTC runs
 *  its clock on while its picture stands. */
function progressOf(video: HTMLVideoElement): number {
  const hasFrames = video.videoWidth > 0 && 'getVideoPlaybackQuality' in video
  return hasFrames ? video.getVideoPlaybackQuality().totalVideoFrames : video.currentTime
}

/** Looks at the element itself, so that no transport has to tell whether the picture moves. */
function watch(first: HTMLVideoElement, probe: QualityProbe) {
  let video = first
  const beganMs = performance.now()
  let movedMs = beganMs
  let last = progressOf(video)
  let hasStarted = false
  // A start that waited for a person or in the background says nothing.
  let isFair = true

  const look = () => {
    const nowMs = performance.now()
    const { videoWidth, videoHeight } = video
    const progress = progressOf(video)
    const hasMoved = progress !== last
    last = progress
    const isReady = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA
    if (document.hidden || video.paused) {
      movedMs = nowMs
      if (!hasStarted && (document.hidden || isReady)) isFair = false
      // A live player that starts again is paused for a moment; that is no wish of a person.
      if (document.hidden || isReady) probe.resting()
      return
    }
    if (hasMoved && isReady) {
      if (!hasStarted && isFair) probe.started(nowMs - beganMs)
      hasStarted = true
      movedMs = nowMs
      if (videoWidth > 0) probe.rendition(Math.min(videoWidth, videoHeight))
      probe.playing()
    } else if (nowMs - movedMs > patienceMs) probe.stalled(movedMs)
  }
  const timer = window.setInterval(look, lookMs)
  return {
    look(other: HTMLVideoElement) {
      if (video === other) return
      video = other
      last = progressOf(other)
      movedMs = performance.now()
    },
    stop: () => clearInterval(timer),
  }
}

const randomName = (): string => [...crypto.getRandomValues(new Uint8Array(12))]
  .map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** A beacon outlives the page; nobody waits for its answer. */
function send(body: string): void {
  const isTaken = navigator.sendBeacon?.('/api/quality',
    new Blob([body], { type: 'application/json' }))
  if (isTaken) return
  void fetch('/api/quality', {
    method: 'POST', body, keepalive: true, headers: { 'content-type': 'application/json' },
  }).catch(() => {})
}

/** Tells the house what this viewer meets: every ten seconds and when the page goes away. Players
 *  call the probe for what only they know: transport, latency, failures. */
export function makeQuality({ video, showId }: {
  readonly video: HTMLVideoElement
  readonly showId: string
}): {
  readonly probe: QualityProbe
  /** The picture is in this element from now on. */
  look(video: HTMLVideoElement): void
  close(): void
} {
  const tally = makeTally(() => performance.now())
  const visit = randomName()
  const tell = () => {
    const told: Tally | null = tally.take()
    if (told) send(JSON.stringify({ showId, visit, ...told }))
  }
  const onHide = () => {
    if (!document.hidden) return
    tally.probe.resting()
    tell()
  }
  const watching = watch(video, tally.probe)
  const timer = window.setInterval(tell, reportMs)
  document.addEventListener('visibilitychange', onHide)
  window.addEventListener('pagehide', tell)
  return {
    probe: tally.probe,
    look: watching.look,
    close() {
      watching.stop()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', onHide)
      window.removeEventListener('pagehide', tell)
      tell()
    },
  }
}
