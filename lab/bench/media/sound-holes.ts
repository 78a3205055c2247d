import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import ffmpeg from '@ffmpeg-installer/ffmpeg'

/** What is missing in the sound that a playlist serves: every frame says when it begins and how
 *  long it is, so the next one has to begin where it ends. */
export interface SoundHoles {
  readonly seconds: number
  readonly holes: number
  /** Of the time, the share without sound. */
  readonly share: number
}

/** Samples; rounding of the container's clock is no hole. */
const TOLERANCE = 24

/** Judges lines `stream, dts, pts, duration, size, hash` of ffmpeg's framecrc. */
export function findHoles(lines: readonly string[], rate: number): SoundHoles {
  let end: number | undefined
  const sum = { all: 0, missing: 0, holes: 0 }
  for (const line of lines) {
    if (line.startsWith('#')) continue
    const [, dts = NaN, , duration = NaN] = line.split(',').map(Number)
    if (!Number.isFinite(dts) || !Number.isFinite(duration)) continue
    const hole = end === undefined ? 0 : dts - end
    if (hole > TOLERANCE) {
      sum.holes++
      sum.missing += hole
    }
    sum.all += duration + Math.max(0, hole)
    end = dts + duration
  }
  return { seconds: sum.all / rate, holes: sum.holes, share: sum.missing / Math.max(1, sum.all) }
}

/** Follows a live playlist for so long and reads its sound. */
export async function readHoles(url: string, seconds: number): Promise<SoundHoles> {
  const child = spawn(ffmpeg.path, [
    '-hide_banner', '-nostdin', '-loglevel', 'error', '-i', url, '-map', '0:a',
    '-c', 'copy', '-t', String(seconds), '-f', 'framecrc', '-',
  ], { stdio: ['ignore', 'pipe', 'ignore'] })
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const limit = setTimeout(() => child.kill('SIGKILL'), seconds * 1000 + 10_000)
  await new Promise((done) => child.on('close', done))
  clearTimeout(limit)
  const rate = /^#tb 0: 1\/(\d+)/m.exec(lines.join('\n'))?.[1]
  return findHoles(lines, Number(rate ?? 48_000))
}
