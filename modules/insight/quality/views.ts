import type { ShowId } from '#kernel'
import { qualityLimits } from './contract.ts'
import type { View } from './model/judge.ts'
import type { Watching } from './model/summary.ts'

/** Who watches what: one open view per person and show, so many per network. */
export interface Views {
  /** The view that a report goes on with; undefined when it begins one; null when it may not
   *  count: another window of the same person is open, or its network has too many. */
  find(showId: ShowId, person: string, name: string, network: string,
    nowMs: number): View | undefined | null
  put(showId: ShowId, person: string, view: View): void
  watching(showId: ShowId, nowMs: number): Watching[]
  /** Forgets views that ended long ago. */
  tidy(nowMs: number): void
  readonly size: number
}

const isOpen = (view: View, nowMs: number): boolean =>
  nowMs - view.toldAtMs < qualityLimits.openMs

interface People {
  readonly views: Map<string, View>
  /** Who has told from where, for the cap. */
  readonly networks: Map<string, Set<string>>
}

export function makeViews(): Views {
  const shows = new Map<ShowId, People>()
  let size = 0

  function isCrowded({ views, networks }: People, network: string, nowMs: number): boolean {
    let count = 0
    for (const person of networks.get(network) ?? []) {
      const view = views.get(person)
      if (view && isOpen(view, nowMs)) count++
    }
    return count >= qualityLimits.viewsPerNetworkMax
  }

  function leave({ networks }: People, network: string, person: string): void {
    const there = networks.get(network)
    there?.delete(person)
    if (there?.size === 0) networks.delete(network)
  }

  return {
    find(showId, person, name, network, nowMs) {
      const people = shows.get(showId)
      const known = people?.views.get(person)
      if (known && isOpen(known, nowMs)) return known.name === name ? known : null
      if (!known && size >= qualityLimits.viewsMax) return null
      if (people && isCrowded(people, network, nowMs)) return null
      return known?.name === name ? known : undefined
    },
    put(showId, person, view) {
      const people = shows.get(showId) ?? { views: new Map(), networks: new Map() }
      shows.set(showId, people)
      const before = people.views.get(person)
      if (!before) size++
      else if (before.network !== view.network) leave(people, before.network, person)
      people.views.set(person, view)
      const there = people.networks.get(view.network) ?? new Set()
      people.networks.set(view.network, there.add(person))
    },
    watching: (showId, nowMs) =>
      [...shows.get(showId)?.views.values() ?? []].filter((view) => isOpen(view, nowMs)),
    tidy(nowMs) {
      for (const [showId, people] of shows) {
        for (const [person, view] of people.views) {
          if (nowMs - view.toldAtMs < qualityLimits.forgetMs) continue
          people.views.delete(person)
          leave(people, view.network, person)
          size--
        }
        if (people.views.size === 0) shows.delete(showId)
      }
    },
    get size() { return size },
  }
}
