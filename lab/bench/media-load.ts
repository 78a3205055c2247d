import { systemClock } from '#kernel'
import { KBPS, openCrowd } from './media/crowd.ts'
import { round, watchMachine } from './media/figures.ts'

const WHEP = 200
const HLS = 1_000
const SAMPLE_MS = 10_000
/** Memory that grows by less than this in an hour is flat: what a collector leaves for later. */
const FLAT_MB_PER_HOUR = 60
/** Memory of the first minutes is caches that fill. */
const SETTLE_SHARE = 0.3

const row = (cells: readonly (string | number)[]) => cells.map((cell, at) =>
  at === 0 ? String(cell).padEnd(8) : String(cell).padStart(14)).join('')

/** Slope of the line of least squares through the points. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / Math.max(1, points.length)
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)]
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
  return spread === 0 ? 0
    : points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread
}

function number(options: readonly string[], name: string, otherwise: number): number {
  const at = options.indexOf(name)
  if (at < 0) return otherwise
  const value = Number(options[at + 1])
  if (!(value > 0)) throw new Error(`${name} takes a number above zero`)
  return value
}

/** `npm run bench -- media-load --minutes 10 [--whep 200] [--hls 1000]`: many viewers of one show
 *  for a long time, all on this machine. A viewer without a new picture or part for more than a
 *  second is frozen. */
export async function run(options: readonly string[]): Promise<void> {
  const minutes = number(options, '--minutes', 10)
  const who = { whep: number(options, '--whep', WHEP), hls: number(options, '--hls', HLS) }
  const crowd = await openCrowd({ seconds: minutes * 60 + 300, whepMax: who.whep })
  const readMachine = watchMachine()
  try {
    console.log(`${who.whep} viewers on WHEP and ${who.hls} on LL-HLS for ${minutes} minutes; `
      + `H.264 640x360, 25 pictures a second, ${KBPS} kb/s, and AAC 64 kb/s over RTMP\n`)
    await crowd.join(who)
    await systemClock.sleep(3_000)
    await crowd.begin()
    const startMs = systemClock.steadyMs()
    const cpuAtStart = crowd.cpuSeconds()
    const memory: { x: number; y: number }[] = []
    console.log(row(['minute', 'memory MB', 'media cores', 'load cores', 'WHEP gap ms',
      'LL-HLS gap ms', 'frozen', 'lost']))
    let before = { atMs: startMs, cpu: cpuAtStart, loadCpu: 0 }
    while (systemClock.steadyMs() - startMs < minutes * 60_000) {
      await systemClock.sleep(SAMPLE_MS)
      const seen = await crowd.read()
      const [atMs, cpu] = [systemClock.steadyMs(), crowd.cpuSeconds()]
      const seconds = (atMs - before.atMs) / 1000
      memory.push({ x: (atMs - startMs) / 3_600_000, y: crowd.megabytes() })
      console.log(row([round((atMs - startMs) / 60_000, 1), round(memory.at(-1)!.y),
        round((cpu - before.cpu) / seconds, 2),
        round((seen.cpuSeconds - before.loadCpu) / seconds, 2),
        seen.whep.longestGapMs, seen.hls.longestGapMs, seen.whep.frozen + seen.hls.frozen,
        seen.lost]))
      before = { atMs, cpu, loadCpu: seen.cpuSeconds }
    }
    const seen = await crowd.read()
    const settled = memory.slice(Math.floor(memory.length * SETTLE_SHARE))
    const megabytesPerHour = round(slopeOf(settled), 1)
    const isFlat = minutes < 5 || Math.abs(megabytesPerHour) <= FLAT_MB_PER_HOUR
    const frozen = seen.whep.frozen + seen.hls.frozen
    const isWhole = seen.ended === 0 && seen.whep.viewers === who.whep
      && seen.hls.viewers === who.hls
    const isMet = frozen === 0 && isFlat && isWhole
    console.log(`\n${frozen} viewers were frozen for more than a second; memory grows `
      + `${megabytesPerHour} MB an hour; ${isMet ? 'budget met' : 'BUDGET MISSED'}\n`)
    console.log(JSON.stringify({
      bench: 'media-load', isMet, minutes, kbps: KBPS, ...who, frozen, megabytesPerHour,
      megabytes: { first: round(memory[0]!.y), last: round(memory.at(-1)!.y) },
      mediaCores: round((before.cpu - cpuAtStart) / seen.seconds, 2),
      loadCores: round(seen.cpuSeconds / seen.seconds, 2), seen, machine: readMachine(),
    }))
    if (!isMet) process.exitCode = 1
  } finally {
    await crowd.close()
  }
}
