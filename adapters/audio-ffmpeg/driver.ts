import { spawn, type ChildProcess } from 'node:child_process'
import { setPriority } from 'node:os'
import type { Clock, Log } from '#kernel'

export interface DriverDeps {
  /** The program: a path, or a name found by PATH. */
  readonly ffmpeg: string
  readonly clock: Clock
  readonly log: Log
}

export interface Child {
  /** Bytes that wait for it in our memory. */
  readonly waitingBytes: number
  readonly pid: number | undefined
  write(bytes: Uint8Array): void
  /** Nothing more comes; it ends when it has told the rest. */
  finish(): void
  close(): void
}

const COMMON = ['-hide_banner', '-nostdin', '-loglevel', 'quiet', '-protocol_whitelist', 'pipe']

/** A third of the share of a process of ordinary rank, when the machine is full. */
const HUMBLE_NICE = 5

/** One ffmpeg between two pipes. It gets no environment of ours: what it reads is hostile. */
export function startChild(deps: DriverDeps, options: {
  args: readonly string[]
  /** Gives way to everything else. */
  isHumble?: boolean
  hear(chunk: Buffer): void
  gone(): void
}): Child {
  const child: ChildProcess = spawn(deps.ffmpeg, [...COMMON, ...options.args], {
    stdio: ['pipe', 'pipe', 'ignore'], env: { PATH: process.env['PATH'] ?? '' },
  })
  let isOver = false
  const end = (): void => {
    if (isOver) return
    isOver = true
    child.kill('SIGKILL')
    options.gone()
  }
  // `close` comes when the last of what it said has been read; `exit` may come before.
  child.on('error', end).on('close', end)
  // A pipe that breaks is told by the exit as well.
  child.stdin!.on('error', () => {})
  child.stdout!.on('error', () => {})
  child.stdout!.on('data', (chunk: Buffer) => {
    if (isOver) return
    try {
      options.hear(chunk)
    } catch (error) {
      deps.log.warn('ffmpeg unreadable', { message: (error as Error).message })
      end()
    }
  })
  if (options.isHumble && child.pid !== undefined) {
    try {
      setPriority(child.pid, HUMBLE_NICE)
    } catch {
      // It ended at once, or the system has no such thing.
    }
  }
  return {
    get waitingBytes() { return child.stdin!.writableLength },
    pid: child.pid,
    write(bytes) {
      if (!isOver && child.stdin!.writable) child.stdin!.write(bytes)
    },
    finish: () => void child.stdin!.end(),
    close() {
      isOver = true
      child.kill('SIGKILL')
    },
  }
}

const AGAIN_FIRST_MS = 200
const AGAIN_LAST_MS = 5_000
const LONG_LIFE_MS = 10_000

/** How long to wait before the next try: the longer, the more often it died young. */
export function makeRestWatch(clock: Clock) {
  let deaths = 0
  let startedMs = 0
  let notBeforeMs = -Infinity
  return {
    get mayStart() { return clock.steadyMs() >= notBeforeMs },
    started() { startedMs = clock.steadyMs() },
    died() {
      const nowMs = clock.steadyMs()
      deaths = nowMs - startedMs > LONG_LIFE_MS ? 1 : deaths + 1
      notBeforeMs = nowMs + Math.min(AGAIN_LAST_MS, AGAIN_FIRST_MS * 2 ** (deaths - 1))
    },
  }
}
