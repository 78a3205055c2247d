import type { SoundTurner } from '#stage/media/contract'
import { makeRestWatch, startChild, type Child, type DriverDeps } from './driver.ts'

/** What one child is fed and what it says, for as long as it lives. */
export interface Run {
  /** What it reads first. */
  readonly head: Uint8Array
  /** Bytes for it, nothing when the packet is left out, `jump` when a new run has to begin. */
  take(data: Uint8Array, atMs: number): readonly Uint8Array[] | 'jump'
  hear(chunk: Buffer): void
  /** Sound that went in and did not come out yet. */
  readonly insideMs: number
}

export interface Job {
  readonly name: string
  readonly args: readonly string[]
  begin(atMs: number): Run
}

/** With this much inside and no word for as long, it hangs: what comes is dropped. */
const HANGS_MS = 1_000
const HANGS_TOO_LONG_MS = 3_000
const INSIDE_MS_MAX = 5_000
const WAITING_BYTES_MAX = 256_000

interface Live { run: Run; child: Child; heardMs: number }

export function makeTurner(deps: DriverDeps, job: Job): SoundTurner {
  const { clock, log } = deps
  const rest = makeRestWatch(clock)
  let live: Live | undefined
  let isClosed = false

  const end = (why: string): void => {
    live?.child.close()
    live = undefined
    rest.died()
    log.warn('sound turner gone', { turner: job.name, why })
  }

  const start = (atMs: number): Live => {
    const run = job.begin(atMs)
    const mine: Live = {
      run, heardMs: clock.steadyMs(),
      child: startChild(deps, {
        args: job.args,
        hear(chunk) {
          if (live !== mine) return
          mine.heardMs = clock.steadyMs()
          run.hear(chunk)
        },
        gone: () => void (live === mine && end('ended')),
      }),
    }
    live = mine
    rest.started()
    log.debug('sound turner here', { turner: job.name, pid: mine.child.pid })
    mine.child.write(run.head)
    return mine
  }

  /** A child that does not keep up loses sound, we do not lose memory. */
  const isFull = ({ run, child, heardMs }: Live): boolean => {
    if (run.insideMs > INSIDE_MS_MAX || child.waitingBytes > WAITING_BYTES_MAX) return true
    return run.insideMs > HANGS_MS && clock.steadyMs() - heardMs > HANGS_MS
  }

  const restart = (atMs: number): Live => {
    live?.child.close()
    return start(atMs)
  }

  return {
    push(data, atMs) {
      if (isClosed || !Number.isFinite(atMs)) return
      if (live && isFull(live)) {
        if (clock.steadyMs() - live.heardMs > HANGS_TOO_LONG_MS) end('hangs')
        return
      }
      if (!live && !rest.mayStart) return
      let mine = live ?? start(atMs)
      let bytes = mine.run.take(data, atMs)
      if (bytes === 'jump') {
        mine = restart(atMs)
        bytes = mine.run.take(data, atMs)
      }
      if (bytes !== 'jump' && bytes.length > 0) mine.child.write(Buffer.concat(bytes))
    },
    close() {
      isClosed = true
      live?.child.close()
      live = undefined
    },
  }
}
