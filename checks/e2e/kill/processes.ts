import { readdirSync, readFileSync } from 'node:fs'
import { systemClock } from '#kernel'

interface Seen { readonly parent: number; readonly started: string }

function readStat(pid: number): Seen | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A dead one that nobody has waited for yet runs no more.
    return fields[0] === 'Z' ? null : { parent: Number(fields[1]), started: fields[19]! }
  } catch {
    return null
  }
}

/** The process that started this one. */
export const parentOf = (pid: number): number => {
  const seen = readStat(pid)
  if (!seen) throw new Error(`no process ${pid}`)
  return seen.parent
}

/** A process and everything below it, told apart from later ones with the same numbers. */
export function familyOf(pid: number): { pid: number; started: string }[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
    .flatMap((one) => {
      const seen = readStat(one)
      return seen ? [{ pid: one, ...seen }] : []
    })
  const family = all.filter((one) => one.pid === pid)
  for (const one of family) family.push(...all.filter((child) => child.parent === one.pid))
  return family.map(({ pid: of, started }) => ({ pid: of, started }))
}

export type Family = ReturnType<typeof familyOf>

export const living = (family: Family): number[] => family
  .filter(({ pid, started }) => readStat(pid)?.started === started).map(({ pid }) => pid)

/** One setting of a running process. */
export function settingOf(pid: number, name: string): string {
  const settings = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  const found = settings.find((line) => line.startsWith(`${name}=`))
  if (!found) throw new Error(`process ${pid} has no ${name}`)
  return found.slice(name.length + 1)
}

/** Asks until the answer is something, and says how long that took, ms. */
export async function waitFor<T>(
  what: string, timeoutMs: number, ask: () => T | null | undefined | Promise<T | null | undefined>,
): Promise<{ value: T; tookMs: number }> {
  const startedMs = systemClock.steadyMs()
  let last = ''
  for (;;) {
    const value = await Promise.resolve().then(ask).catch((error: unknown) => {
      last = String(error)
      return null
    })
    const tookMs = Math.round(systemClock.steadyMs() - startedMs)
    if (value !== null && value !== undefined) return { value, tookMs }
    if (tookMs > timeoutMs) throw new Error(`${what}: not within ${timeoutMs} ms ${last}`)
    await systemClock.sleep(25)
  }
}
