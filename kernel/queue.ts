/** A bounded queue with a named drop policy: memory never grows with a slow reader. */
export interface BoundedQueue<T> {
  readonly size: number
  /** How many were dropped since the start. */
  readonly dropped: number
  /** False when this push made something fall out (or was itself refused). */
  push(item: T): boolean
  drain(max?: number): T[]
}

export type DropPolicy = 'drop-oldest' | 'refuse-newest'

export function makeBoundedQueue<T>(limit: number, policy: DropPolicy): BoundedQueue<T> {
  let items: T[] = []
  let dropped = 0
  return {
    get size() { return items.length },
    get dropped() { return dropped },
    push(item) {
      if (items.length < limit) {
        items.push(item)
        return true
      }
      dropped++
      if (policy === 'drop-oldest') {
        items.shift()
        items.push(item)
      }
      return false
    },
    drain(max = items.length) {
      if (max >= items.length) {
        const all = items
        items = []
        return all
      }
      return items.splice(0, max)
    },
  }
}
