import type { Clock, Timer } from '#kernel'

export interface SimClock extends Clock {
  /** Runs everything that is due until then, in order of time, each with all that follows. */
  runUntil(ms: number): Promise<void>
}

interface Entry { readonly atMs: number, readonly number: number, readonly run: () => void }

/** Everything that promises still have to do at this instant. */
const settle = () => new Promise<void>((done) => { setImmediate(done) })

/** A clock for many events: a heap instead of a list, and a full turn of promises after each. */
export function makeSimClock(startMs: number): SimClock {
  const heap: Entry[] = []
  const gone = new Set<Entry>()
  let now = startMs
  let count = 0

  const isBefore = (a: Entry, b: Entry) =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.number < b.number)
  function rise(at: number): void {
    for (let child = at; child > 0;) {
      const parent = (child - 1) >> 1
      if (!isBefore(heap[child]!, heap[parent]!)) return
      ;[heap[child], heap[parent]] = [heap[parent]!, heap[child]!]
      child = parent
    }
  }
  function sink(): void {
    for (let parent = 0;;) {
      const left = parent * 2 + 1
      if (left >= heap.length) return
      const right = left + 1
      const least = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left
      if (!isBefore(heap[least]!, heap[parent]!)) return
      ;[heap[least], heap[parent]] = [heap[parent]!, heap[least]!]
      parent = least
    }
  }
  function take(): Entry {
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length > 0) {
      heap[0] = last
      sink()
    }
    return first
  }
  function after(ms: number, run: () => void): Timer {
    const entry = { atMs: now + Math.max(0, ms), number: count++, run }
    heap.push(entry)
    rise(heap.length - 1)
    return { cancel: () => void gone.add(entry) }
  }
  return {
    nowMs: () => now,
    steadyMs: () => now - startMs,
    after,
    every() { throw new Error('bug: nothing here happens again and again') },
    sleep: (ms) => new Promise((done) => { after(ms, done) }),
    async runUntil(ms) {
      while (heap.length > 0 && heap[0]!.atMs <= ms) {
        const entry = take()
        now = entry.atMs
        if (gone.delete(entry)) continue
        entry.run()
        await settle()
      }
      now = ms
    },
  }
}
