/** The last events of a room, numbered from 1, each as JSON text. */
export interface Ring {
  /** Number of the last event. */
  readonly seq: number
  push(event: string): void
  /** Events after `seq`; null when some of them are gone, or `seq` was never reached. */
  since(seq: number): string[] | null
}

export function makeRing(size: number): Ring {
  const kept: string[] = []
  let seq = 0
  return {
    get seq() { return seq },
    push(event) {
      kept[seq % size] = event
      seq++
    },
    since(from) {
      if (!Number.isInteger(from) || from < 0 || from > seq || seq - from > size) return null
      const events: string[] = []
      for (let at = from; at < seq; at++) events.push(kept[at % size]!)
      return events
    },
  }
}
