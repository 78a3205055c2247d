import type { ShowId } from '#kernel'
import { qualityLimits } from './contract.ts'
import type { Visit } from './model/judge.ts'
import type { Watching } from './model/summary.ts'

/** Who watches what: one open visit per person and show, so many per network. */
export interface Visits {
  /** The visit that a report goes on with; undefined when it begins one; null when it may not
   *  count: another window of the same person is open, or its network has too many. */
  find(showId: ShowId, person: string, name: string, network: string,
    nowMs: number): Visit | undefined | null
  put(showId: ShowId, person: string, visit: Visit): void
  watching(showId: ShowId, nowMs: number): Watching[]
  /** Forgets visits that ended long ago. */
  tidy(nowMs: number): void
  readonly size: number
}

const isOpen = (visit: Visit, nowMs: number): boolean =>
  nowMs - visit.toldAtMs < qualityLimits.openMs

interface People {
  readonly visits: Map<string, Visit>
  /** Who has told from where, for the cap. */
  readonly networks: Map<string, Set<string>>
}

export function makeVisits(): Visits {
  const shows = new Map<ShowId, People>()
  let size = 0

  function isCrowded({ visits, networks }: People, network: string, nowMs: number): boolean {
    let count = 0
    for (const person of networks.get(network) ?? []) {
      const visit = visits.get(person)
      if (visit && isOpen(visit, nowMs)) count++
    }
    return count >= qualityLimits.visitsPerNetworkMax
  }

  function leave({ networks }: People, network: string, person: string): void {
    const there = networks.get(network)
    there?.delete(person)
    if (there?.size === 0) networks.delete(network)
  }

  return {
    find(showId, person, name, network, nowMs) {
      const people = shows.get(showId)
      const known = people?.visits.get(person)
      if (known && isOpen(known, nowMs)) return known.name === name ? known : null
      if (!known && size >= qualityLimits.visitsMax) return null
      if (people && isCrowded(people, network, nowMs)) return null
      return known?.name === name ? known : undefined
    },
    put(showId, person, visit) {
      const people = shows.get(showId) ?? { visits: new Map(), networks: new Map() }
      shows.set(showId, people)
      const before = people.visits.get(person)
      if (!before) size++
      else if (before.network !== visit.network) leave(people, before.network, person)
      people.visits.set(person, visit)
      const there = people.networks.get(visit.network) ?? new Set()
      people.networks.set(visit.network, there.add(person))
    },
    watching: (showId, nowMs) =>
      [...shows.get(showId)?.visits.values() ?? []].filter((visit) => isOpen(visit, nowMs)),
    tidy(nowMs) {
      for (const [showId, people] of shows) {
        for (const [person, visit] of people.visits) {
          if (nowMs - visit.toldAtMs < qualityLimits.forgetMs) continue
          people.visits.delete(person)
          leave(people, visit.network, person)
          size--
        }
        if (people.visits.size === 0) shows.delete(showId)
      }
    },
    get size() { return size },
  }
}
