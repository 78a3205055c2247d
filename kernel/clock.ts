export interface Timer {
  cancel(): void
}

/** Time comes through here, so that a simulator can own it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. */
  nowMs(): number
  /** Steady clock for durations, milliseconds. */
  steadyMs(): number
  after(ms: number, run: () => void): Timer
  every(ms: number, run: () => void): Timer
  sleep(ms: number): Promise<void>
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return { cancel: () => clearTimeout(timer) }
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    return { cancel: () => clearInterval(timer) }
  },
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
}

/** A clock that moves only when told to: tests and the simulator. */
export function makeManualClock(startMs = Date.UTC(2026, 10, 22)): Clock & {
  advance(ms: number): Promise<void>
} {
  let now = startMs
  let waiting: { at: number; run: () => void; every?: number }[] = []
  const add = (ms: number, run: () => void, every?: number): Timer => {
    const entry = every === undefined ? { at: now + ms, run } : { at: now + ms, run, every }
    waiting.push(entry)
    return { cancel: () => void (waiting = waiting.filter((other) => other !== entry)) }
  }
  return {
    nowMs: () => now,
    steadyMs: () => now - startMs,
    after: (ms, run) => add(ms, run),
    every: (ms, run) => add(ms, run, ms),
    sleep: (ms) => new Promise((done) => void add(ms, done)),
    async advance(ms) {
      const end = now + ms
      for (;;) {
        const next = waiting.filter((e) => e.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        now = next.at
        if (next.every === undefined) waiting = waiting.filter((other) => other !== next)
        else next.at += next.every
        next.run()
        for (let turn = 0; turn < 8; turn++) await Promise.resolve()
      }
      now = end
    },
  }
}
