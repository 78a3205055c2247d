import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { findFfmpeg } from '#adapters/audio-ffmpeg'
import { systemClock } from '#kernel'
import { openBrowser } from '../rig/browser.ts'
import { page } from './compositor/page.ts'
import { readPes } from './compositor/pes.ts'

const people = 4
const seconds = 15
/** Jiffies of Linux, everywhere that Node runs on it. */
const jiffyMs = 10

interface Figure { way: string; cpuShare: number; fps: number; latencyMsP50: number
  latencyMsP95: number }

const quantile = (values: readonly number[], share: number): number =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN)

/** What a process and all below it have used so far, ms. */
function cpuMsOf(root: number): number {
  const stats = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      const rest = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number)
      return [{ pid: Number(name), parent: rest[1]!, ms: (rest[11]! + rest[12]!) * jiffyMs }]
    } catch {
      // It ended while we were looking.
      return []
    }
  })
  const below = (pid: number): number => stats.filter(({ parent }) => parent === pid)
    .reduce((sum, one) => sum + one.ms + below(one.pid), 0)
  return (stats.find(({ pid }) => pid === root)?.ms ?? 0) + below(root)
}

async function makeClips(ffmpeg: string, folder: string): Promise<string[]> {
  const names = Array.from({ length: people }, (_, n) => join(folder, `${n}`))
  for (const [n, name] of names.entries()) {
    const child = spawn(ffmpeg, ['-loglevel', 'error', '-t', String(seconds + 5), '-f', 'lavfi',
      '-i', `testsrc2=size=640x360:rate=30,hue=h=${n * 80}`, '-c:v', 'libx264',
      '-preset', 'veryfast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-g', '60', '-b:v',
      '800k', '-muxdelay', '0', '-muxpreload', '0', `${name}.ts`, '-movflags', '+faststart',
      '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-b:v', '800k',
      `${name}.mp4`], { stdio: 'ignore' })
    await once(child, 'exit')
  }
  return names
}

/** Sends a clip as it would come over the network: every frame at its time. */
async function feed(to: Writable, clip: Buffer, startMs: number, sent: Map<number, number>) {
  to.on('error', () => {})
  const frames = readPes(clip)
  const firstPts = frames[0]!.pts
  for (const { pts, bytes } of frames) {
    const waitMs = startMs + (pts - firstPts) / 90 - systemClock.steadyMs()
    if (waitMs > 0) await systemClock.sleep(waitMs)
    if (!sent.has(pts)) sent.set(pts, systemClock.steadyMs())
    if (!to.writable) return
    to.write(bytes)
  }
  to.end()
}

async function runFfmpeg(ffmpeg: string, clips: readonly string[]): Promise<Figure> {
  const inputs = clips.flatMap((_clip, n) => ['-fflags', 'nobuffer', '-flags', 'low_delay',
    '-probesize', '32768', '-analyzeduration', '0', '-f', 'mpegts', '-i', `pipe:${n + 3}`])
  const child: ChildProcess = spawn(ffmpeg, ['-loglevel', 'error', '-copyts', ...inputs,
    '-filter_complex', '[0:v][1:v][2:v][3:v]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0[v]',
    '-map', '[v]', '-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-g', '60',
    '-b:v', '2500k', '-muxdelay', '0', '-muxpreload', '0', '-flush_packets', '1', '-f', 'mpegts',
    'pipe:1'], { stdio: ['ignore', 'pipe', 'inherit', ...clips.map(() => 'pipe' as const)] })
  const sent = new Map<number, number>()
  const latencies: number[] = []
  child.stdout!.on('data', (chunk: Buffer) => {
    const nowMs = systemClock.steadyMs()
    for (const { pts } of readPes(chunk)) {
      const sentMs = sent.get(pts)
      if (sentMs !== undefined) latencies.push(nowMs - sentMs)
    }
  })
  const bytes = await Promise.all(clips.map((clip) => readFile(`${clip}.ts`)))
  const startMs = systemClock.steadyMs()
  const done = Promise.all(bytes.map((clip, n) =>
    feed(child.stdio[n + 3] as Writable, clip, startMs, sent)))
  await systemClock.sleep(3000)
  const [before, beforeMs, framesBefore] = [cpuMsOf(child.pid!), systemClock.steadyMs(),
    latencies.length]
  await systemClock.sleep(seconds * 1000 - 3000)
  const tookMs = systemClock.steadyMs() - beforeMs
  const cpuShare = (cpuMsOf(child.pid!) - before) / tookMs
  const settled = latencies.slice(framesBefore)
  child.kill('SIGKILL')
  await done
  return {
    way: 'ffmpeg, one process', cpuShare, fps: settled.length / tookMs * 1000,
    latencyMsP50: quantile(settled, 0.5), latencyMsP95: quantile(settled, 0.95),
  }
}

interface Painted { frames: number; latencies: number[] }

async function runBrowser(clips: readonly string[], isDrawn: boolean): Promise<Figure> {
  const site = createServer(async (request, response) => {
    const clip = /^\/(\d)\.mp4$/.exec(request.url ?? '')?.[1]
    if (clip === undefined) return response.setHeader('content-type', 'text/html').end(page)
    const bytes = await readFile(`${clips[Number(clip)]}.mp4`)
    response.setHeader('content-type', 'video/mp4').end(bytes)
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  const { port } = site.address() as { port: number }
  const browser = await openBrowser()
  try {
    const tab = await browser.newPage()
    await tab.goto(`http://localhost:${port}`)
    await tab.evaluate(`start(${people}, ${isDrawn})`)
    await systemClock.sleep(4000)
    // The browser's own process is not told: it is the only child that is a Chromium.
    const [before, beforeMs] = [cpuMsOf(process.pid), systemClock.steadyMs()]
    const framesBefore = (await tab.evaluate<Painted>('read()')).frames
    await systemClock.sleep(seconds * 1000 - 5000)
    const now = await tab.evaluate<Painted>('read()')
    const tookMs = systemClock.steadyMs() - beforeMs
    const settled = now.latencies.slice(30)
    return {
      way: isDrawn ? 'browser: decode, draw, encode' : 'browser: decode, encode one as it is',
      cpuShare: (cpuMsOf(process.pid) - before) / tookMs,
      fps: (now.frames - framesBefore) / tookMs * 1000,
      latencyMsP50: quantile(settled, 0.5), latencyMsP95: quantile(settled, 0.95),
    }
  } finally {
    await browser.close()
    site.close()
  }
}

/** `npm run bench -- compositor`: four pictures of 360p into one of 720p at 30 fps, as a process of
 *  the house and as a page of the host. CPU is a share of one core; latency from a frame's arrival
 *  to the composed frame, encoded for ffmpeg, ready for the encoder in the browser. */
export async function run(): Promise<void> {
  const ffmpeg = await findFfmpeg()
  if (!ffmpeg) throw new Error('no ffmpeg')
  const folder = await mkdtemp(join(tmpdir(), 'silkcast-compositor-'))
  try {
    const clips = await makeClips(ffmpeg, folder)
    const rows = [
      await runFfmpeg(ffmpeg, clips), await runBrowser(clips, false), await runBrowser(clips, true),
    ].map((row) => ({
      ...row, cpuShare: Math.round(row.cpuShare * 100) / 100, fps: Math.round(row.fps * 10) / 10,
      cpuMsPerFrame: Math.round(row.cpuShare * 10_000 / row.fps) / 10,
    }))
    console.table(rows)
    console.log(JSON.stringify({ bench: 'compositor', people, seconds, rows }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
