import type Hls from 'hls.js/light'
import type { MediaClock } from './media-clock.ts'

/** Safari's own HLS says when its timeline began. */
interface Dated { getStartDate?(): Date }

/** Server time of the start of the video's timeline, ms; null: the stream has not said it yet. */
function originMs(video: HTMLVideoElement, hls: Hls | null): number | null {
  if (hls) {
    const date = hls.playingDate?.getTime()
    return date === undefined ? null : date - video.currentTime * 1000
  }
  const start = (video as Dated).getStartDate?.().getTime()
  return start === undefined || Number.isNaN(start) ? null : start
}

const STANDS = ['waiting', 'pause', 'seeking', 'emptied'] as const

/** Tells the media clock of every frame that is drawn (EXT-X-PROGRAM-DATE-TIME says when it
 *  happened), and when the picture stands. Answers how to stop; whoever takes the picture away says
 *  so itself: a player that hands over to another one does not. */
export function watchFrames(
  video: HTMLVideoElement, media: MediaClock, hls: () => Hls | null,
): () => void {
  let frame = 0
  const see = (mediaSeconds: number, atPerfMs: number) => {
    const origin = originMs(video, hls())
    if (origin === null || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return
    media.see({ wallMs: origin + mediaSeconds * 1000, atPerfMs, rate: video.playbackRate })
  }
  // Firefox has it since version 132 only.
  const hasFrames = typeof video.requestVideoFrameCallback === 'function'
  const onFrame: VideoFrameRequestCallback = (_now, { mediaTime, expectedDisplayTime }) => {
    frame = video.requestVideoFrameCallback(onFrame)
    see(mediaTime, expectedDisplayTime)
  }
  const onTime = () => see(video.currentTime, performance.now())
  const onStand = () => media.hold(performance.now())
  if (hasFrames) frame = video.requestVideoFrameCallback(onFrame)
  else video.addEventListener('timeupdate', onTime)
  for (const name of STANDS) video.addEventListener(name, onStand)
  return () => {
    if (hasFrames) video.cancelVideoFrameCallback(frame)
    video.removeEventListener('timeupdate', onTime)
    for (const name of STANDS) video.removeEventListener(name, onStand)
  }
}
