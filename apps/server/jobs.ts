import type { Clock, Log, Timer } from '#kernel'

export interface Job {
  readonly name: string
  readonly everyMs: number
  /** Answers how many things it did; a full page means: run again at once. */
  run(): Promise<number>
}

/** Recurring work of this process. One run of a job at a time; a failure waits for its next
 *  turn. Every
 *  job works on what the database says, so several processes may run the same ones. */
export function startJobs(
  jobs: readonly Job[],
  deps: { clock: Clock; log: Log },
): { stop(): Promise<void> } {
  const timers: Timer[] = []
  const running = new Set<Promise<void>>()
  for (const job of jobs) {
    let isBusy = false
    const turn = async () => {
      isBusy = true
      try {
        const done = await job.run()
        if (done > 0) deps.log.debug('job.done', { job: job.name, done })
      } catch (cause) {
        deps.log.warn('job.failed', { job: job.name, cause: String(cause) })
      } finally {
        isBusy = false
      }
    }
    timers.push(
      deps.clock.every(job.everyMs, () => {
        if (isBusy) return
        const run = turn()
        running.add(run)
        void run.finally(() => running.delete(run))
      }),
    )
  }
  return {
    async stop() {
      for (const timer of timers) timer.cancel()
      await Promise.allSettled(running)
    },
  }
}
