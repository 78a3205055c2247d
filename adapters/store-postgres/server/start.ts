import { Fault } from '#kernel'
import type { Log } from '#kernel'
import { findBinaries } from './binaries.ts'
import { openHome } from './home.ts'
import { DATABASE, initialise } from './initialise.ts'
import { takeLock } from './lock.ts'
import { freePort, startPostmaster, stopLeftover } from './postmaster.ts'
import type { Postmaster } from './postmaster.ts'

export interface RunningPostgres {
  /** For `connect`; holds the password. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Where the data really is, when the folder asked for is closed to PostgreSQL's own user. */
  readonly folder: string
  readonly isElsewhere: boolean
  /** Resolves with its last words when it ends, asked or not. */
  readonly exited: Promise<string>
  /** Ends it cleanly and gives the folder free. */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly dataDir: string
  readonly log: Log
  /** Loopback port; a free one when not said. */
  readonly port?: number
  /** False only for data that nobody misses: tests. */
  readonly isDurable?: boolean
}

const PORT_TRIES = 5

async function startOnPort(
  options: StartOptions, start: (port: number) => Promise<Postmaster>,
): Promise<{ port: number; postmaster: Postmaster }> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port || await freePort()
    try {
      return { port, postmaster: await start(port) }
    } catch (error) {
      // Between finding a free port and using it somebody else can take it.
      const isTaken = error instanceof Fault && error.message.includes('TCP/IP sockets')
      if (options.port || !isTaken || attempt >= PORT_TRIES) throw error
    }
  }
}

/** PostgreSQL 18 from npm on this folder: as root or not, first time or again, after kill -9 too.
 *  */
export async function startPostgres(options: StartOptions): Promise<RunningPostgres> {
  const { log } = options
  const isDurable = options.isDurable ?? true
  const home = openHome(options.dataDir)
  const lock = takeLock(home.folder)
  try {
    const binaries = findBinaries(home.account)
    await stopLeftover(home, log)
    await initialise(home, binaries, { isDurable })
    const { port, postmaster } = await startOnPort(options, (tried) =>
      startPostmaster({ home, program: binaries.postgres, port: tried, isDurable, log }))
    void postmaster.exited.then(lock.release)
    return {
      url: `postgresql://${DATABASE}:${home.password}@127.0.0.1:${port}/${DATABASE}`,
      port,
      pid: postmaster.pid,
      folder: home.folder,
      isElsewhere: home.isElsewhere,
      exited: postmaster.exited,
      stop: () => postmaster.stop(),
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
