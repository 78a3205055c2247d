import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { startHelper } from './orders/talk.ts'
import type { LoadPlan, LoadResult, ServerState } from './fanout/plan.ts'

const VIEWERS = 5000
const WARM_SECONDS = 2.5
const MEASURE_SECONDS = 8
const P99_BUDGET_MS = 100

interface Measured extends LoadResult {
  readonly way: string
  readonly deliveriesPerCpuSecond: number
  readonly serverCpuShare: number
  readonly tickMs: number
}

const sleep = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000))
const round = (value: number, digits = 0) => Number(value.toFixed(digits))

/** Node lifts its soft limit to the hard one by itself; each viewer is one file at either end. */
function affordableViewers(wanted: number): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const hard = /Max open files\s+\S+\s+(\d+)/.exec(limits)?.[1]
    return hard === undefined ? wanted : Math.min(wanted, Number(hard) - 200)
  } catch {
    return wanted
  }
}

async function measure(
  way: string, mode: 'naive' | 'gateway', plan: Omit<LoadPlan, 'port'>,
): Promise<Measured> {
  const server = startHelper<ServerState>('../fanout/server.ts')
  const load = startHelper<LoadResult>('../fanout/load.ts')
  try {
    const port = await server.ask<number>({ start: { mode } })
    await load.ask({ connect: { ...plan, port } satisfies LoadPlan })
    if (plan.linesPerSecond > 0) await load.ask({ say: true })
    await server.ask({ go: true })
    await sleep(WARM_SECONDS)
    const [before] = await Promise.all([server.ask({ mark: true }), load.ask({ begin: true })])
    await sleep(MEASURE_SECONDS)
    const [after, result] = await Promise.all([server.ask({ mark: true }), load.ask({ end: true })])
    const cpuSeconds = after.cpuSeconds - before.cpuSeconds
    return {
      ...result, way, tickMs: after.tickMs, serverCpuShare: cpuSeconds / result.seconds,
      deliveriesPerCpuSecond: result.deliveries / cpuSeconds,
    }
  } finally {
    await Promise.all([server.stop(), load.stop()])
  }
}

const row = (cells: readonly (string | number)[]) =>
  cells.map((cell, at) => (at === 0 ? String(cell).padEnd(26) : String(cell).padStart(13))).join('')

function print(all: readonly Measured[], viewers: number): void {
  console.log(`Fan-out to ${viewers} viewers on loopback, ${availableParallelism()} cores; `
    + 'the load runs on the same machine\n')
  console.log(row(['', 'deliveries/s', 'per CPU-s', 'server CPU', 'load CPU', 'p50 ms', 'p99 ms',
    'tick ms', 'MB/s']))
  for (const one of all) {
    console.log(row([
      one.way, round(one.deliveries / one.seconds), round(one.deliveriesPerCpuSecond),
      `${round(one.serverCpuShare * 100)} %`, `${round(one.cpuSeconds / one.seconds * 100)} %`,
      round(one.p50Ms, 1), round(one.p99Ms, 1), one.tickMs || '-',
      round(one.megabytes / one.seconds),
    ]))
  }
}

/** The gateway against the loop everybody writes first. */
export async function run(): Promise<void> {
  const viewers = affordableViewers(VIEWERS)
  if (viewers < VIEWERS) console.log(`Only ${viewers} viewers: the limit of open files is too low.`)
  const naive = await measure('naive loop, saturated', 'naive', { viewers, linesPerSecond: 0 })
  const at100 = await measure('gateway, 100 lines/s', 'gateway', { viewers, linesPerSecond: 100 })
  const at400 = await measure('gateway, 400 lines/s', 'gateway', { viewers, linesPerSecond: 400 })
  const all = [naive, at100, at400]
  print(all, viewers)
  const ratio = (one: Measured) => one.deliveriesPerCpuSecond / naive.deliveriesPerCpuSecond
  const isWhole = all.every((one) => one.closed === 0 && one.gaps === 0)
  const passed = ratio(at100) >= 5 && ratio(at400) >= 15 && isWhole
    && at100.p99Ms <= P99_BUDGET_MS && at400.p99Ms <= P99_BUDGET_MS
  console.log(`\nratio to naive: ${round(ratio(at100), 1)} at 100 lines/s (budget 5), `
    + `${round(ratio(at400), 1)} at 400 lines/s (budget 15); `
    + `${passed ? 'budget met' : 'BUDGET MISSED'}\n`)
  console.log(JSON.stringify({
    bench: 'fanout', viewers, cores: availableParallelism(), passed,
    ratioAt100: round(ratio(at100), 2), ratioAt400: round(ratio(at400), 2),
    runs: all.map((one) => ({
      way: one.way, deliveriesPerSecond: round(one.deliveries / one.seconds),
      deliveriesPerCpuSecond: round(one.deliveriesPerCpuSecond), p50Ms: round(one.p50Ms, 1),
      p99Ms: round(one.p99Ms, 1), tickMs: one.tickMs, closed: one.closed, gaps: one.gaps,
    })),
  }))
  if (!passed) process.exitCode = 1
}
