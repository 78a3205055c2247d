export type Source = 'camera' | 'screen' | 'both'
export type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right'
export type Shape = 'upright' | 'wide'

export interface Size { readonly width: number, readonly height: number }
export interface Box extends Size { readonly x: number, readonly y: number }

export const sizeOf = (shape: Shape): Size =>
  (shape === 'upright' ? { width: 720, height: 1280 } : { width: 1280, height: 720 })

/** All of the picture, with bars where it does not reach. */
export function contain(picture: Size, into: Box): Box {
  const scale = Math.min(into.width / picture.width, into.height / picture.height)
  const width = Math.round(picture.width * scale)
  const height = Math.round(picture.height * scale)
  return {
    width, height, x: into.x + Math.round((into.width - width) / 2),
    y: into.y + Math.round((into.height - height) / 2),
  }
}

/** The middle of the picture that fills `into`: what to cut out of the source. */
export function coverFrom(picture: Size, into: Size): Box {
  const scale = Math.max(into.width / picture.width, into.height / picture.height)
  const width = Math.min(picture.width, into.width / scale)
  const height = Math.min(picture.height, into.height / scale)
  return { width, height, x: (picture.width - width) / 2, y: (picture.height - height) / 2 }
}

const margin = 24

/** Where the camera stands over the screen: a quarter of a wide picture, two fifths of an upright
 *  one, in the shape of the camera but never taller than a third. */
export function cornerBox(camera: Size, out: Size, corner: Corner): Box {
  const share = out.width > out.height ? 0.25 : 0.4
  const room = { width: out.width * share, height: out.height / 3 }
  const scale = Math.min(room.width / camera.width, room.height / camera.height)
  const width = Math.round(camera.width * scale)
  const height = Math.round(camera.height * scale)
  return {
    width, height,
    x: corner.endsWith('left') ? margin : out.width - width - margin,
    y: corner.startsWith('top') ? margin : out.height - height - margin,
  }
}

/** Where the screen stands: all of the frame, or what the small camera leaves free above or below
 *  when the screen fits there without getting smaller. */
export function screenBox(screen: Size, camera: Size | null, out: Size, corner: Corner): Box {
  const whole = contain(screen, { x: 0, y: 0, ...out })
  if (!camera) return whole
  const taken = cornerBox(camera, out, corner).height + 2 * margin
  const free = out.height - taken
  if (whole.height > free) return whole
  return contain(screen, {
    x: 0, y: corner.startsWith('top') ? taken : 0, width: out.width, height: free,
  })
}

/** A camera whose picture already has the shape of the show needs no drawing. */
export function fitsAsIs(camera: Size, out: Size): boolean {
  if (camera.width === 0 || camera.height === 0) return false
  return Math.abs(camera.width / camera.height / (out.width / out.height) - 1) < 0.02
}
