import { HOST, type GuestsPicture } from '#stage/backstage/contract'
import type { Box, Size } from '../camera/layout.ts'
import { boxesFor, inOrder } from '../stage/boxes.ts'

export interface Place {
  readonly box: Box
  /** Stands in the corner of somebody else's picture. */
  readonly isSmall: boolean
}

/** Where each guest stands in a picture that the encoder puts beside or over the host's; whoever is
 *  not in it is heard only. With `hasHost` the host's field stays free, and what lies below it
 *  shows. Without, a layout that puts the host first leaves the guests alike. */
export function placesFor(
  { layout, spotlight, people }: Pick<GuestsPicture, 'layout' | 'spotlight' | 'people'>,
  out: Size, hasHost: boolean,
): ReadonlyMap<string, Place> {
  const isHostFirst = spotlight === HOST
  // The host alone: the encoder shows that already.
  if (layout === 'solo' && isHostFirst) return new Map()
  const everybody = hasHost ? [{ id: HOST }, ...people] : people
  const isAlike = !hasHost && isHostFirst && (layout === 'spotlight' || layout === 'corner')
  const ordered = inOrder<{ readonly id: string }>(everybody, spotlight)
  const boxes = boxesFor(isAlike ? 'grid' : layout, ordered.length, out)
  const isCorner = layout === 'corner' && !isAlike
  return new Map(boxes.flatMap((box, n) => {
    const { id } = ordered[n]!
    return id === HOST ? [] : [[id, { box, isSmall: isCorner && n > 0 }] as const]
  }))
}
