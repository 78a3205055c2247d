import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#kernel'
import { makeHouse } from './house.ts'
import type { House } from './house.ts'
import { makeTerminal } from './logs.ts'
import { help, readOptions } from './options.ts'
import type { Options } from './options.ts'
import { Refused, preflight } from './preflight.ts'
import type { Statfs } from './preflight.ts'
import { openSecrets } from './secrets.ts'
import { keepTls, openTls } from './tls.ts'

export interface LaunchOptions {
  readonly root: string
  readonly statfs?: Statfs
}

// npm passes on the Ctrl-C that the terminal sent us already: that is not a second one.
const SAME_SIGNAL_MS = 700
const FORCED_MS = 2000

const print = (text: string) => { process.stdout.write(text) }

/** Resolves with the exit code once somebody asked us to stop and everything has ended. */
function waitForEnd(house: House) {
  const { promise: code, resolve } = Promise.withResolvers<number>()
  let askedMs: number | undefined
  let stopping: Promise<void> | undefined
  const end = (): Promise<void> => stopping ??= house.stop()
  const onSignal = () => {
    const now = systemClock.steadyMs()
    if (askedMs === undefined) {
      askedMs = now
      print('\n  Stopping. Ctrl-C again ends it at once.\n')
      void end().then(() => resolve(0), () => resolve(1))
    } else if (now - askedMs > SAME_SIGNAL_MS) {
      house.kill()
      systemClock.after(FORCED_MS, () => resolve(1))
    }
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  return { code, end, isAsked: () => askedMs !== undefined }
}

async function run(options: Options, { root, statfs }: LaunchOptions): Promise<number> {
  const startedMs = systemClock.steadyMs()
  const terminal = makeTerminal(options.logLevel, print)
  const { ports, ffmpeg } = await preflight(options, statfs)
  const secrets = openSecrets(options.dataDir)
  const tls = await openTls(options, systemClock)
  if (tls) {
    keepTls(options, systemClock, {
      onTrouble: (error) => terminal.line('warn', 'https', error.message),
    })
  }
  const house = makeHouse({
    settings: { root, options, ports, secrets, ffmpeg, tls },
    clock: systemClock, terminal, startedMs, isColoured: process.stdout.isTTY === true,
  })
  const ending = waitForEnd(house)
  const failed = house.start().then(() => ending.code, async (error: unknown) => {
    // Stopped while it was starting: what could not start then is no news.
    if (ending.isAsked()) return await ending.code
    await ending.end()
    throw error
  })
  return await Promise.race([ending.code, failed])
}

/** `npm start`: answers the exit code. */
export async function launch(args: readonly string[], options: LaunchOptions): Promise<number> {
  // A terminal or pager that goes away must not take the shop with it.
  process.stdout.on('error', () => {})
  const asked = readOptions(args)
  try {
    if (asked.kind === 'run') return await run(asked.options, options)
    if (asked.kind === 'wrong') throw new Refused(asked.sentence)
    const about = readFileSync(join(options.root, 'package.json'), 'utf8')
    print(asked.kind === 'help' ? help : `${(JSON.parse(about) as { version: string }).version}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    process.stderr.write(`${error.message}\n`)
    return 1
  }
}
