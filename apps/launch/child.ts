import { fstatSync } from 'node:fs'

const CLEANUP_MS = 3000

const isPipe = (): boolean => {
  try {
    const input = fstatSync(0)
    return input.isFIFO() || input.isSocket()
  } catch {
    return false
  }
}

/** What we started ourselves (an encoder) goes with us: the launcher gave us a group of our own. */
function endGroup(): void {
  // We are in that group, and keep the exit code we have.
  process.on('SIGTERM', () => {})
  try {
    process.kill(-process.pid, 'SIGTERM')
  } catch {
    // We lead no group: started by hand.
  }
}

/** For a process that the launcher starts: ends it when the launcher is gone, also by kill -9. The
 *  launcher holds the other end of our stdin and never writes to it. Started by hand, in a
 *  terminal, it does nothing. */
export function exitWithParent(cleanup?: () => unknown): void {
  if (!isPipe()) return
  process.on('exit', endGroup)
  let isGone = false
  const end = () => {
    if (isGone) return
    isGone = true
    const exit = () => process.exit(0)
    if (!cleanup) return exit()
    setTimeout(exit, CLEANUP_MS).unref()
    void Promise.resolve().then(cleanup).then(exit, exit)
  }
  process.stdin.on('end', end).on('close', end).on('error', end)
  process.stdin.resume()
  // The pipe alone must not keep a process that has nothing left to do.
  const input = process.stdin as { unref?: () => void }
  input.unref?.()
}

/** Tells the launcher that this process can be used. */
export function tellReady(fields: Record<string, unknown> = {}): void {
  process.stdout.write(`${JSON.stringify({ ready: true, ...fields })}\n`)
}
