/** The element that plays now. The player may hold two and swap them; it marks the one on air. */
export const playingVideo = (): HTMLVideoElement | null =>
  document.querySelector<HTMLVideoElement>('video[data-playing]')
    ?? document.querySelector<HTMLVideoElement>('.stage video')

/** Safari on iPhone has only this. */
interface AppleVideo extends HTMLVideoElement {
  readonly webkitPresentationMode?: string
  webkitSupportsPresentationMode?(mode: string): boolean
  webkitSetPresentationMode?(mode: string): void
}

const isApple = (video: AppleVideo | null): boolean =>
  video?.webkitSupportsPresentationMode?.('picture-in-picture') ?? false

export const hasPip = (): boolean =>
  document.pictureInPictureEnabled === true || isApple(playingVideo())

export const isInPip = (): boolean => document.pictureInPictureElement != null
  || (playingVideo() as AppleVideo | null)?.webkitPresentationMode === 'picture-in-picture'

// Refused without a press, before the first frame, or by a setting: then the page stays as it is.
const quietly = (work: Promise<unknown> | undefined): void => void work?.catch(() => null)

export function togglePip(): void {
  const video = playingVideo() as AppleVideo | null
  if (document.pictureInPictureElement) return quietly(document.exitPictureInPicture())
  if (!video) return
  if (document.pictureInPictureEnabled) return quietly(video.requestPictureInPicture())
  if (isApple(video)) {
    video.webkitSetPresentationMode?.(isInPip() ? 'inline' : 'picture-in-picture')
  }
}

/** After a swap the small window takes the new element over; it needs no press while it is open. */
export function followPip(): void {
  const video = playingVideo()
  const shown = document.pictureInPictureElement
  if (video && shown && shown !== video) quietly(video.requestPictureInPicture())
}

/** The browser pauses what leaves its small window; a live show goes on in the page. */
export function watchPip(isLive: () => boolean, onChange: () => void): () => void {
  const leave = () => {
    const video = playingVideo()
    if (video?.paused && isLive()) quietly(video.play())
    onChange()
  }
  const names = [
    ['enterpictureinpicture', onChange], ['leavepictureinpicture', leave],
    ['webkitpresentationmodechanged', leave], ['playing', followPip],
  ] as const
  // These do not all bubble, and the element may be swapped: heard on the way down.
  for (const [name, hear] of names) document.addEventListener(name, hear, true)
  return () => {
    for (const [name, hear] of names) document.removeEventListener(name, hear, true)
  }
}

export const hasFullScreen = (): boolean => document.fullscreenEnabled === true
export const isFullScreen = (): boolean => document.fullscreenElement !== null

export function toggleFullScreen(): void {
  quietly(isFullScreen() ? document.exitFullscreen()
    : document.documentElement.requestFullscreen({ navigationUI: 'hide' }))
}
