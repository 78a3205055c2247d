import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'

export const round = (value: number, digits = 0): number => Number(value.toFixed(digits))

export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]
    ?? NaN

export interface Machine {
  readonly cores: number
  /** Runnable processes, mean of the last minute. */
  readonly load: number
  /** Share of all cores that was busy, whoever it was. */
  readonly busy: number
}

/** How busy the machine is from now on, until it is read. */
export function watchMachine(): () => Machine {
  const read = () => {
    const times = cpus().map((cpu) => cpu.times)
    const sum = (of: (one: (typeof times)[number]) => number) =>
      times.reduce((all, one) => all + of(one), 0)
    return { idle: sum(({ idle }) => idle), all: sum((one) =>
      one.user + one.nice + one.sys + one.idle + one.irq) }
  }
  const before = read()
  return () => {
    const after = read()
    const busy = 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all)
    return { cores: cpus().length, load: round(loadavg()[0]!, 1), busy: round(busy, 2) }
  }
}

const TICKS_PER_SECOND = 100

/** CPU time of another process so far, seconds; NaN where there is no /proc. */
export function cpuSecondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return NaN
  }
}

/** Memory of another process, MB; NaN where there is no /proc. */
export function megabytesOf(pid: number): number {
  try {
    const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(rss) / 1024
  } catch {
    return NaN
  }
}
