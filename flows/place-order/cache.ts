/** Keeps what never changes. The oldest entry makes room; what is not found is asked for again. */
export function makeCache<V>(limit: number): {
  get(key: string): V | undefined
  set(key: string, value: V): void
} {
  const entries = new Map<string, V>()
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      if (entries.size >= limit && !entries.has(key)) {
        const oldest = entries.keys().next().value
        if (oldest !== undefined) entries.delete(oldest)
      }
      entries.set(key, value)
    },
  }
}

/** The same for things that are loaded: callers that come while one load runs share it. */
export function makeLoader<V>(
  limit: number, load: (key: string) => Promise<V | undefined>,
): (key: string) => Promise<V | undefined> {
  const known = makeCache<V>(limit)
  const loading = new Map<string, Promise<V | undefined>>()
  const start = async (key: string) => {
    try {
      const value = await load(key)
      if (value !== undefined) known.set(key, value)
      return value
    } finally {
      loading.delete(key)
    }
  }
  return async (key) => {
    const value = known.get(key)
    if (value !== undefined) return value
    const running = loading.get(key) ?? start(key)
    loading.set(key, running)
    return running
  }
}
