/** A video that nobody sees: a canvas draws it. */
export function makeEye(): HTMLVideoElement {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  return video
}

/** Where nothing stands in a drawn picture. */
export const ground = '#131118'
/** Of the corners of a picture within it, pixels. */
export const rounding = 16
