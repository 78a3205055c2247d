import { startClockVideo } from '../rig/clock-video.ts'
import { startUdpPath } from '../rig/udp-path.ts'
import { measureBaseline } from './media/baseline.ts'
import { KBPS, measureCosts, type Cost } from './media/crowd.ts'
import { round, watchMachine } from './media/figures.ts'
import { openScene, watchGlass, type Glass, type Scene } from './media/glass.ts'
import { readHoles, type SoundHoles } from './media/sound-holes.ts'

const BUDGET = { whepMs: 100, lossyMs: 250, hlsMs: 2_000, hlsRatio: 2, concealed: 0.01 } as const
const LOSS = { seed: 20_261_126, lossShare: 0.03, delayMs: 20 } as const
const CROWD = { whep: 50, hls: 200 } as const
const COST_SECONDS = 12
const HOLE_SECONDS = 15

async function watchWhip(scene: Scene): Promise<Glass[]> {
  const camera = await scene.openCamera()
  await scene.goLive()
  const room = await scene.openRoom('whep')
  const clear = await watchGlass(room, 'WHIP to WHEP', 'whep')
  await room.close()
  const path = await startUdpPath(LOSS)
  const far = await scene.openRoom('whep', path)
  const lossy = await watchGlass(far, 'WHIP to WHEP, 3 % loss, 20 ms each way', 'whep')
  await far.close()
  await camera.evaluate('endSession()')
  await camera.close()
  path.close()
  return [clear, lossy]
}

async function watchRtmp(scene: Scene): Promise<{ glass: Glass[]; holes: SoundHoles }> {
  const video = startClockVideo({ url: scene.rtmpUrl, hasTone: true })
  try {
    const room = await scene.openRoom('whep')
    const whep = await watchGlass(room, 'RTMP to WHEP', 'whep')
    await room.close()
    const slow = await scene.openRoom('hls')
    const hls = await watchGlass(slow, 'RTMP to LL-HLS', 'hls')
    // By number: the static ffmpeg cannot look names up.
    const base = `${scene.house.url.replace('localhost', '127.0.0.1')}/media/${scene.showId}`
    const holes = await readHoles(`${base}/live.m3u8`, HOLE_SECONDS)
    await slow.close()
    return { glass: [whep, { ...hls, concealed: round(holes.share, 4) }], holes }
  } finally {
    await video.stop()
  }
}

const row = (cells: readonly (string | number)[]) => cells.map((cell, at) =>
  at === 0 ? String(cell).padEnd(42) : String(cell).padStart(11)).join('')
const percent = (share: number | null, digits = 1) =>
  share === null ? '-' : `${round(share * 100, digits)} %`

function print(all: readonly Glass[], costs: readonly Cost[]): void {
  console.log(row(['glass to glass', 'p50 ms', 'p95 ms', 'frames/s', 'gap ms', 'concealed',
    'ran dry', 'buffer ms', 'machine']))
  for (const one of all) {
    console.log(row([one.way, one.p50Ms, one.p95Ms, one.fps, one.longestGapMs,
      percent(one.concealed, 2), one.waits, one.jitterBufferMs ?? '-', percent(one.machine.busy)]))
  }
  console.log(`\n${row(['cost of viewers', 'viewers', 'core', '% of a core', 'gap ms', 'lost'])}`)
  for (const one of costs) {
    const seen = one.way === 'WHEP' ? one.seen.whep : one.seen.hls
    console.log(row([one.way, one.viewers, percent(one.cores),
      round(one.percentPerViewer, 3), seen.longestGapMs, one.seen.lost]))
  }
}

interface Judged { readonly what: string; readonly figure: number; readonly isMet: boolean }

function judge(all: readonly Glass[], holes: SoundHoles): Judged[] {
  const [clear, lossy, whep, hls, baseline] = all as [Glass, Glass, Glass, Glass, Glass]
  const atMost = (what: string, figure: number, most: number): Judged =>
    ({ what: `${what} <= ${most}`, figure, isMet: figure <= most })
  const ratio = round(baseline.p95Ms / hls.p95Ms, 2)
  return [
    atMost('WHIP to WHEP p95 ms', clear.p95Ms, BUDGET.whepMs),
    atMost('RTMP to WHEP p95 ms', whep.p95Ms, BUDGET.whepMs),
    atMost('WHEP with loss p95 ms', lossy.p95Ms, BUDGET.lossyMs),
    atMost('LL-HLS p95 ms', hls.p95Ms, BUDGET.hlsMs),
    { what: `ffmpeg HLS / LL-HLS >= ${BUDGET.hlsRatio}`, figure: ratio,
      isMet: ratio >= BUDGET.hlsRatio },
    atMost('concealed, WHIP to WHEP', clear.concealed ?? 1, BUDGET.concealed),
    atMost('concealed, RTMP to WHEP', whep.concealed ?? 1, BUDGET.concealed),
    // A playlist without sound has no holes in it either.
    atMost('without sound, RTMP to LL-HLS', holes.seconds < 5 ? 1 : holes.share, BUDGET.concealed),
  ]
}

/** `npm run bench -- media`: from a clock in the picture of a camera to the same clock in the Room,
 *  in real browsers, and what viewers cost. About three minutes. */
export async function run(): Promise<void> {
  const readMachine = watchMachine()
  // The encoder of smaller pictures would be measured along, on cores that it takes from browsers.
  const scene = await openScene({ env: { SILKCAST_RENDITIONS: 'none' } })
  let glass: Glass[]
  let holes: SoundHoles
  try {
    const whip = await watchWhip(scene)
    const rtmp = await watchRtmp(scene)
    glass = [...whip, ...rtmp.glass]
    holes = rtmp.holes
  } finally {
    await scene.close()
  }
  glass.push(await measureBaseline())
  const costs = await measureCosts(CROWD, COST_SECONDS)
  const machine = readMachine()
  print(glass, costs)
  const judged = judge(glass, holes)
  console.log('')
  for (const one of judged) {
    console.log(`${one.what.padEnd(40)}${String(one.figure).padStart(10)}  `
      + (one.isMet ? 'met' : 'MISSED'))
  }
  const isMet = judged.every((one) => one.isMet)
  console.log(`\nThe machine: ${machine.cores} cores, load ${machine.load}, `
    + `${percent(machine.busy)} busy by whoever. A figure from a busy machine is the machine's.\n`)
  console.log(JSON.stringify({
    bench: 'media', isMet, machine, loss: LOSS, kbps: KBPS, judged, glass, holes,
    costs: costs.map(({ way, viewers, cores, percentPerViewer, seen }) => ({
      way, viewers, cores: round(cores, 3), percentPerViewer: round(percentPerViewer, 3),
      lost: seen.lost, frozen: seen.whep.frozen + seen.hls.frozen,
    })),
  }))
  if (!isMet) process.exitCode = 1
}
