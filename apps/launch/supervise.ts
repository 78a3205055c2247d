import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Clock, Timer } from '#kernel'
import { describeEnd, isRefusal } from './endings.ts'
import { readPinoLine } from './logs.ts'
import type { LineFile, Terminal } from './logs.ts'
import { Refused } from './preflight.ts'

export interface ChildPlan {
  readonly name: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** It ends by itself when its work is done. */
  readonly isOnce?: boolean
  /** How long it may take to end by itself when asked. */
  readonly graceMs?: number
}

export type Ready = Readonly<Record<string, unknown>>

export interface Supervised {
  readonly name: string
  readonly pid: number | undefined
  /** Its first ready line; rejects with a sentence when it cannot start at all. */
  readonly ready: Promise<Ready>
  stop(): Promise<void>
  /** At once, without asking. */
  kill(): void
}

export interface SuperviseDeps {
  readonly clock: Clock
  readonly terminal: Terminal
  readonly file: LineFile
  /** A line of its stdout that is neither log nor ready. */
  onSaid?(name: string, said: Readonly<Record<string, unknown>>): void
}

const YOUNG_MS = 5000
const AGAIN_FIRST_MS = 200
const AGAIN_LAST_MS = 5000
const FIRST_TRIES = 3
const GRACE_MS = 5000
// A heap that is full says so some forty lines before its end.
const WORDS_LINES = 80

/** The longer it keeps dying young, the longer the wait; at once when it had lived. */
export const waitBeforeAgain = (youngDeaths: number): number =>
  youngDeaths === 0 ? 0 : Math.min(AGAIN_LAST_MS, AGAIN_FIRST_MS * 2 ** (youngDeaths - 1))

const parseLine = (line: string): Record<string, unknown> | undefined => {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, name)
  } catch {
    // Nobody is left in it.
  }
}

/** What a child says: logs to their places, its ready line to us, the rest kept as last words. */
function makeEar(name: string, deps: SuperviseDeps, onReady: (said: Ready) => void) {
  let words: string[] = []
  return {
    get words(): readonly string[] { return words },
    forget: () => { words = [] },
    add: (line: string) => { words = [...words, line].slice(-WORDS_LINES) },
    hear(line: string): void {
      deps.file.write(line)
      const said = parseLine(line)
      if (!said) {
        this.add(line)
        deps.terminal.line('debug', name, line)
      } else if (said['ready'] === true) {
        onReady(said)
      } else if ('level' in said) {
        const { level, text } = readPinoLine(said)
        deps.terminal.line(level, name, text)
      } else {
        deps.onSaid?.(name, said)
      }
    },
  }
}

function spawnChild(plan: ChildPlan, hear: (line: string) => void): ChildProcess {
  // A group of its own: Ctrl-C in the terminal reaches us only, and we end them in order.
  const child = spawn(process.execPath, plan.args, {
    cwd: plan.cwd, env: plan.env, stdio: ['pipe', 'pipe', 'pipe'], detached: true,
  })
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', hear)
  createInterface({ input: child.stderr }).on('line', hear)
  // What it started itself would hold its pipes, and go on without it.
  child.on('exit', () => signalGroup(child.pid, 'SIGKILL'))
  return child
}

/** Runs one child, for as long as we run: starts it again whenever it ends. */
export function supervise(plan: ChildPlan, deps: SuperviseDeps): Supervised {
  const { clock, terminal, file } = deps
  const { name } = plan
  const first = Promise.withResolvers<Ready>()
  first.promise.catch(() => {})
  let child: ChildProcess | undefined
  let ended: Promise<void> = Promise.resolve()
  let timer: Timer | undefined
  let isStopping = false
  let wasReady = false
  let youngDeaths = 0
  const ear = makeEar(name, deps, (said) => {
    wasReady = true
    first.resolve(said)
  })

  function onEnd(code: number | null, by: NodeJS.Signals | null, livedMs: number): void {
    if (isStopping || (plan.isOnce && wasReady && code === 0)) return
    youngDeaths = livedMs < YOUNG_MS ? youngDeaths + 1 : 0
    const { sentence, isMemory } = describeEnd(name, { code, by, words: ear.words })
    if (!wasReady && (isRefusal(code) || youngDeaths >= FIRST_TRIES)) {
      first.reject(new Refused(sentence))
      isStopping = true
      return
    }
    const again = isMemory ? sentence : `${sentence} It is started again.`
    terminal.line('warn', name, again)
    file.write(JSON.stringify({ level: 40, time: clock.nowMs(), msg: again, code, by }))
    timer = clock.after(waitBeforeAgain(youngDeaths), start)
  }
  function start(): void {
    if (isStopping) return
    const startedMs = clock.steadyMs()
    ear.forget()
    const started = child = spawnChild(plan, (line) => ear.hear(line))
    ended = new Promise((done) => {
      started.on('error', (error) => ear.add(error.message))
      started.on('close', (code, by) => {
        done()
        onEnd(code, by, clock.steadyMs() - startedMs)
      })
    })
  }
  function kill(): void {
    isStopping = true
    signalGroup(child?.pid, 'SIGKILL')
  }
  async function stop(): Promise<void> {
    isStopping = true
    timer?.cancel()
    first.reject(new Refused(`${name} was stopped before it was ready.`))
    child?.kill('SIGTERM')
    const late = clock.after(plan.graceMs ?? GRACE_MS, kill)
    await ended
    late.cancel()
  }
  start()
  return { name, get pid() { return child?.pid }, ready: first.promise, stop, kill }
}
