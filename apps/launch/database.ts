import { join } from 'node:path'
import { connect, startPostgres } from '#adapters/store-postgres'
import type { RunningPostgres } from '#adapters/store-postgres'
import { Fault, silentLog } from '#kernel'
import type { Clock, Log } from '#kernel'
import { Refused } from './preflight.ts'
import { waitBeforeAgain } from './supervise.ts'
import type { Terminal } from './logs.ts'

/** The database that the server works on: ours, kept running, or the one that was named. */
export interface RunningDatabase {
  readonly url: string
  /** Where its data is, when that is not the data folder. */
  readonly elsewhere: string | undefined
  stop(): Promise<void>
}

const YOUNG_MS = 10_000

export async function useDatabase(url: string): Promise<RunningDatabase> {
  const database = connect({ url, poolSize: 1, log: silentLog })
  try {
    await database.pool.query('select 1')
  } catch (error) {
    const { host, pathname } = new URL(url)
    const cause = error instanceof Fault && error.cause ? error.cause : error
    throw new Refused(`The database ${host}${pathname} of --database-url cannot be used: `
      + `${(cause as Error).message || (cause as NodeJS.ErrnoException).code}.`)
  } finally {
    await database.close()
  }
  return { url, elsewhere: undefined, stop: async () => {} }
}

const refused = (error: unknown): unknown =>
  error instanceof Fault ? new Refused(error.message) : error

export interface KeepDeps {
  readonly dataDir: string
  readonly log: Log
  readonly clock: Clock
  readonly terminal: Terminal
}

/** Our own PostgreSQL: when it dies it is started again, at the same address, on the same data. */
export async function keepPostgres(deps: KeepDeps): Promise<RunningDatabase> {
  const { log, clock, terminal } = deps
  const dataDir = join(deps.dataDir, 'postgres')
  let running: RunningPostgres
  try {
    running = await startPostgres({ dataDir, log })
  } catch (error) {
    throw refused(error)
  }
  const { url, port, folder, isElsewhere } = running
  let isStopping = false
  let again: Promise<void> = Promise.resolve()

  async function startAgain(why: string, livedMs: number): Promise<void> {
    terminal.line('warn', 'database',
      `PostgreSQL ended (${why.slice(0, 200)}). It is started again on its data.`)
    for (let deaths = livedMs < YOUNG_MS ? 1 : 0; !isStopping; deaths++) {
      await clock.sleep(waitBeforeAgain(deaths))
      if (isStopping) return
      try {
        running = await startPostgres({ dataDir, log, port })
        return watch()
      } catch (error) {
        terminal.line('error', 'database', (error as Error).message)
      }
    }
  }
  function watch(): void {
    const startedMs = clock.steadyMs()
    void running.exited.then((why) => {
      if (!isStopping) again = startAgain(why, clock.steadyMs() - startedMs)
    })
  }
  watch()
  return {
    url,
    elsewhere: isElsewhere ? folder : undefined,
    async stop() {
      isStopping = true
      await again
      await running.stop()
    },
  }
}
