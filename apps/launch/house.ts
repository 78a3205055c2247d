import { join } from 'node:path'
import type { Clock } from '#kernel'
import { makeBanner } from './banner.ts'
import { keepPostgres, useDatabase } from './database.ts'
import type { RunningDatabase } from './database.ts'
import { makeLog, openLineFile } from './logs.ts'
import type { LineFile, Terminal } from './logs.ts'
import { makePlans, publicUrlOf } from './plan.ts'
import type { Settings } from './plan.ts'
import { supervise } from './supervise.ts'
import type { ChildPlan, Ready, Supervised } from './supervise.ts'

export interface HouseDeps {
  readonly settings: Settings
  readonly clock: Clock
  readonly terminal: Terminal
  readonly startedMs: number
  readonly isColoured: boolean
}

/** Everything that runs under us, and the order in which it ends. */
export interface House {
  /** Resolves when people can use it; rejects with a sentence. */
  start(): Promise<void>
  /** Demo, media, server, payments, database: who writes ends before what is written to. */
  stop(): Promise<void>
  /** At once: for the second Ctrl-C. */
  kill(): void
}

/** The media processes end together. */
const STOP_ORDER = [/^web$/, /^demo$/, /^rtmp$/, /^media/, /^server$/, /^payments$/]

export function makeHouse(deps: HouseDeps): House {
  const { settings, clock, terminal } = deps
  const { options } = settings
  const logsDir = join(options.dataDir, 'logs')
  const files: LineFile[] = []
  const children = new Map<string, Supervised>()
  let database: Promise<RunningDatabase> | undefined
  let isStopping = false

  const openLog = (name: string): LineFile => {
    const file = openLineFile(logsDir, name)
    files.push(file)
    return file
  }
  const say = (name: string, said: Ready) => {
    const link = said['signIn'] as { to?: unknown; url?: unknown } | undefined
    // There is no mail server yet: whoever runs the house hands the link on.
    if (typeof link?.url === 'string') {
      terminal.say(`  Sign-in link for ${String(link.to)}: ${link.url}`)
    } else terminal.line('debug', name, JSON.stringify(said).slice(0, 500))
  }
  const run = (plan: ChildPlan): Promise<Ready> => {
    // Stopped while we were still starting: nothing new may begin.
    if (isStopping) return new Promise(() => {})
    const child = supervise(plan, { clock, terminal, file: openLog(plan.name), onSaid: say })
    children.set(plan.name, child)
    return child.ready
  }
  const startDatabase = (): Promise<RunningDatabase> => options.databaseUrl
    ? useDatabase(options.databaseUrl)
    : keepPostgres({
        dataDir: options.dataDir, clock, terminal,
        log: makeLog('database', openLog('database'), terminal),
      })
  const buildWeb = async (plan: ChildPlan): Promise<string | undefined> => {
    const { dir } = await run(plan)
    await children.get(plan.name)?.stop()
    children.delete(plan.name)
    return typeof dir === 'string' ? dir : undefined
  }

  async function start(): Promise<void> {
    const plans = makePlans(settings)
    database = startDatabase()
    const others = Promise.all([
      ...plans.media, ...plans.front ? [plans.front] : [], plans.pay,
    ].map(run))
    others.catch(() => {})
    const [{ url, elsewhere }, webDir] = await Promise.all([database, buildWeb(plans.web)])
    const [ready] = await Promise.all([run(plans.server(url, webDir)), others])
    terminal.say(makeBanner({
      publicUrl: publicUrlOf(settings), isPublic: options.publicUrl !== undefined,
      host: options.host, httpPort: settings.ports.http, rtmpPort: settings.ports.rtmp,
      dataDir: options.dataDir,
      tls: settings.tls && { ...settings.tls, trustPort: settings.ports.trust ?? 0 },
      databaseDir: elsewhere, ready, seconds: (clock.steadyMs() - deps.startedMs) / 1000,
    }, deps.isColoured))
    if (plans.demo) {
      await run(plans.demo).catch((error: Error) => {
        // The shop is open without it.
        if (!isStopping) terminal.line('error', 'demo', error.message)
      })
    }
  }
  async function stop(): Promise<void> {
    isStopping = true
    for (const names of STOP_ORDER) {
      const group = [...children.values()].filter((child) => names.test(child.name))
      await Promise.all(group.map((child) => child.stop()))
    }
    // One that did not start has nothing to stop; its sentence was said already.
    await database?.then((running) => running.stop(), () => {})
    for (const file of files) file.close()
  }
  return {
    start,
    stop,
    kill() {
      isStopping = true
      for (const child of children.values()) child.kill()
    },
  }
}
