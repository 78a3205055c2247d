import type { Connection } from './connection.ts'

/** Where all viewers come from, when that is one address: then either nobody is far away, or a
 *  proxy stands in front that we do not see through. */
export function crowdOf(
  connections: Iterable<Pick<Connection, 'id' | 'who' | 'isStaff' | 'address'>>,
): { address: string; people: number } | null {
  let from: string | undefined
  const people = new Set<string>()
  for (const { id, who, isStaff, address } of connections) {
    if (isStaff || who?.isDemo) continue
    from ??= address
    if (from !== address) return null
    people.add(who?.personId ?? `#${id}`)
  }
  return from === undefined ? null : { address: from, people: people.size }
}
