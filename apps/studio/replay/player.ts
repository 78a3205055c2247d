import Hls from 'hls.js/light'

const RETRIES_MOST = 5

/** Plays a whole recording until told to stop; `onFailed` when it cannot be had. */
export function playRecording(
  video: HTMLVideoElement, url: string, onFailed: () => void,
): () => void {
  if (!Hls.isSupported()) {
    video.src = url
    video.addEventListener('error', onFailed)
    return () => {
      video.removeEventListener('error', onFailed)
      video.removeAttribute('src')
      video.load()
    }
  }
  let failures = 0
  const hls = new Hls({ enableWorker: false, backBufferLength: 30, maxBufferLength: 30 })
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (!data.fatal) return
    if (++failures > RETRIES_MOST) return onFailed()
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError()
    else setTimeout(() => hls.loadSource(url), 1000 * failures)
  })
  hls.loadSource(url)
  hls.attachMedia(video)
  return () => hls.destroy()
}
