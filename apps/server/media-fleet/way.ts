import { isId, type ShowId } from '#kernel'
import { mediaPaths } from '#stage/media/contract'
import type { MediaFleet } from './index.ts'

const BEARER = /^Bearer ([A-Za-z0-9_-]{8,128})$/

/** The key that a request shows, of a show or of a guest. */
export const bearerOf = (
  request: { headers: { authorization?: string | undefined } },
): string | undefined => BEARER.exec(request.headers.authorization ?? '')?.[1]

/** The media process that answers a request: the one that has the show. A WHIP offer names its show
 *  by its stream key only, and may move the show to the process that is to have it from now on. */
export const makeMediaWay = (deps: {
  readonly media: MediaFleet
  /** The show of a key, or the code of a refusal. */
  authorize(streamKey: string): Promise<string>
  /** The same for a guest's key: guests follow the show, and never move it. */
  guestByKey?(key: string): Promise<{ showId: ShowId } | null>
}) => async (
  path: string, request: { headers: { authorization?: string | undefined } },
): Promise<string> => {
  const { media } = deps
  const key = path.split('?')[0] === mediaPaths.whip ? bearerOf(request) : undefined
  const showId = key === undefined ? undefined : await deps.authorize(key)
  if (!isId('sho', showId)) {
    const guest = key === undefined ? null : await deps.guestByKey?.(key)
    // A wrong key is refused by whichever process hears of it.
    return guest ? media.urlFor(guest.showId) : media.urlForPath(path)
  }
  await media.place(showId)
  return media.urlFor(showId)
}
