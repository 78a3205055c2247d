import { isId, type ShowId } from '#kernel'
import { isAllowed, type Who } from '#people/accounts/contract'
import type { Show } from '#stage/show/contract'

const SHOWS_KEPT = 2_000
const SHOW = /^\/media\/(sho_[a-z0-9]{1,40})\//

/** Who may ask for a show's media. Before a show goes live its picture is a rehearsal: its own
 *  people see it, and to everybody else it is not there. */
export function makeRehearsalGuard<R>(deps: {
  readonly shows: {
    read(id: ShowId): Promise<Pick<Show, 'state'> | null>
    onChange(listen: (show: Pick<Show, 'id' | 'state'>) => void): () => void
  }
  whoOf(request: R): Promise<Who>
  /** The show of a guest who is inside; guests rehearse, too. */
  guestOf?(request: R, path: string): Promise<ShowId | null>
}): (path: string, request: R) => Promise<boolean> {
  /** Players ask several times a second: the database is asked once. */
  const rehearsing = new Map<string, boolean>()
  const keep = (id: string, isRehearsal: boolean): boolean => {
    rehearsing.delete(id)
    rehearsing.set(id, isRehearsal)
    if (rehearsing.size > SHOWS_KEPT) rehearsing.delete(rehearsing.keys().next().value!)
    return isRehearsal
  }
  deps.shows.onChange((show) => void keep(show.id, show.state === 'scheduled'))

  const isRehearsal = async (id: ShowId): Promise<boolean> => {
    const known = rehearsing.get(id)
    if (known !== undefined) return known
    return keep(id, (await deps.shows.read(id))?.state === 'scheduled')
  }
  return async (path, request) => {
    const id = SHOW.exec(path)?.[1]
    if (!isId('sho', id) || !await isRehearsal(id)) return true
    if (isAllowed(await deps.whoOf(request), 'studio.enter')) return true
    return await deps.guestOf?.(request, path) === id
  }
}
