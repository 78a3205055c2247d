/** How long a tick is: short while the machine keeps up, longer when telling everyone takes a large
 *  part of it, so that the rest of the process still gets its turn. */
export interface Pacer {
  readonly tickMs: number
  /** After a flush: how long it took, and how late it began. */
  learn(flushMs: number, lateMs: number): void
}

// Telling everyone may take this part of a tick,
const shareMax = 0.94
// and no more than this as long as the tick stays short enough for nobody to notice: the rest of
// the process has orders to take, and fuller frames cost less a line.
const shareAim = 0.6
const easyTickMs = 80
// Lateness below this is the grain of timers and the turn of others.
const grainMs = 10

export function makePacer(limits: { tickMsMin: number; tickMsMax: number }): Pacer {
  let loadMs = 0
  let tickMs: number = limits.tickMsMin
  return {
    get tickMs() { return tickMs },
    learn(flushMs, lateMs) {
      const load = flushMs + Math.max(0, lateMs - grainMs) / 4
      // Up quickly, down slowly: a short calm in a rush must not make it swing.
      loadMs += (load - loadMs) * (load > loadMs ? 0.3 : 0.15)
      const wantedMs = Math.max(loadMs / shareMax, Math.min(loadMs / shareAim, easyTickMs))
      tickMs = Math.round(Math.min(limits.tickMsMax, Math.max(limits.tickMsMin, wantedMs)))
    },
  }
}
