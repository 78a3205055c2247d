/** A token bucket: `capacity` at once, refilled evenly over `windowMs`. */
export interface Bucket {
  /** False when there is not enough left; then nothing is taken. */
  take(nowMs: number, cost?: number): boolean
  isFull(nowMs: number): boolean
}

export function makeBucket(capacity: number, windowMs: number, startMs: number): Bucket {
  let level = capacity
  let atMs = startMs
  const refill = (nowMs: number) => {
    // A clock that steps back must not drain what is there.
    level = Math.min(capacity, level + Math.max(0, nowMs - atMs) * (capacity / windowMs))
    atMs = nowMs
  }
  return {
    take(nowMs, cost = 1) {
      refill(nowMs)
      if (level < cost) return false
      level -= cost
      return true
    },
    isFull(nowMs) {
      refill(nowMs)
      return level >= capacity
    },
  }
}
