import { useRef, useSyncExternalStore } from 'react'

/** A value that changes, and those who listen. The Room needs no more than this. */
export interface Store<T> {
  get(): T
  set(change: Partial<T> | ((before: T) => Partial<T>)): void
  listen(listener: () => void): () => void
}

export function makeStore<T extends object>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(change) {
      const part = typeof change === 'function' ? change(value) : change
      value = { ...value, ...part }
      for (const listener of listeners) listener()
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
  return a.every((item, at) => Object.is(item, b[at]))
}

/** A part of the store; renders again only when that part has changed. */
export function useStore<T extends object, Part>(store: Store<T>, pick: (value: T) => Part): Part {
  const last = useRef<Part | undefined>(undefined)
  return useSyncExternalStore(store.listen, () => {
    const next = pick(store.get())
    if (last.current === undefined || !isSame(last.current, next)) last.current = next
    return last.current as Part
  })
}
