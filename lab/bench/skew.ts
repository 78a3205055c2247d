import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import type { Page } from 'playwright-core'
import { systemClock } from '#kernel'
import { quantile, round, watchMachine } from './media/figures.ts'
import { openScene } from './media/glass.ts'
import { flashCameraPage } from './media/flash-page.ts'

const LOOK_MS = 1_000
const SETTLE_MS = 20_000
/** A flash and a tone further apart than this are not of the same second. */
const PAIR_MS = 400
const MOST_MS = 45

/** When flashes and tones began, milliseconds on one clock. */
interface Heard { readonly flashes: readonly number[]; readonly beeps: readonly number[] }

/** By how much the sound came after its picture, for each flash. */
export const pairUp = ({ flashes, beeps }: Heard): number[] => flashes.flatMap((flash) => {
  const nearest = beeps.toSorted((a, b) => Math.abs(a - flash) - Math.abs(b - flash))[0]
  return nearest !== undefined && Math.abs(nearest - flash) < PAIR_MS ? [nearest - flash] : []
})

const median = (values: readonly number[]) => quantile(values, 0.5)

/** Reads an LL-HLS playlist as players do and tells what its own times say. */
function followPlaylist(url: string) {
  const child = spawn(ffmpeg.path, ['-hide_banner', '-nostats', '-i', url,
    '-vf', 'scale=2:2,showinfo', '-af', 'silencedetect=noise=-20dB:d=0.3', '-f', 'null', '-'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let heard: { flashes: number[]; beeps: number[] } = { flashes: [], beeps: [] }
  let wasWhite = true
  createInterface({ input: child.stderr }).on('line', (line) => {
    const picture = /pts_time:([\d.]+).*?mean:\[(\d+)/.exec(line)
    if (picture) {
      const isWhite = Number(picture[2]) > 110
      if (isWhite && !wasWhite) heard.flashes.push(Number(picture[1]) * 1000)
      wasWhite = isWhite
    }
    const tone = /silence_end: ([\d.]+)/.exec(line)
    if (tone) heard.beeps.push(Number(tone[1]) * 1000)
  })
  return {
    read(): Heard {
      const read = heard
      heard = { flashes: [], beeps: [] }
      return read
    },
    stop: () => void child.kill('SIGKILL'),
  }
}

interface Inbound { readonly estimatedPlayoutTimestamp?: number }

/** What the browser says of itself: by the publisher's clock, what it plays of sound and of picture
 *  at this moment. Right as far as our sender reports are, and those are what LL-HLS is stamped
 *  by, too. */
async function readRoom(page: Page): Promise<number[]> {
  const { audio, video } = await page.evaluate<{ [kind in 'audio' | 'video']?: Inbound }>(
    'readInbound()')
  const [heard, seen] = [audio?.estimatedPlayoutTimestamp, video?.estimatedPlayoutTimestamp]
  return heard && seen ? [seen - heard] : []
}

/** `npm run bench -- skew --minutes 60`: pictures and tones that belong together leave a camera;
 *  how far apart the LL-HLS playlist puts them, and how far apart a Room over WebRTC plays them,
 *  minute by minute. Wants a machine of its own: a starved browser plays sound late. */
export async function run(options: readonly string[]): Promise<void> {
  const at = options.indexOf('--minutes')
  const minutes = at < 0 ? 60 : Number(options[at + 1])
  if (!(minutes > 0)) throw new Error('--minutes takes a number above zero')
  const readMachine = watchMachine()
  const scene = await openScene({ env: { SILKCAST_RENDITIONS: 'none' } })
  const rows: { way: string; minute: number; skewMs: number; p95Ms: number; pairs: number }[] = []
  try {
    await scene.openCamera(undefined, flashCameraPage)
    await scene.goLive()
    const room = await scene.openRoom('whep')
    await systemClock.sleep(SETTLE_MS)
    // By number: the static ffmpeg cannot look names up.
    const base = `${scene.house.url.replace('localhost', '127.0.0.1')}/media/${scene.showId}`
    const playlist = followPlaylist(`${base}/live.m3u8`)
    const startMs = systemClock.steadyMs()
    for (let minute = 1; minute <= Math.ceil(minutes); minute++) {
      const found = { 'WHEP': [] as number[], 'LL-HLS': [] as number[] }
      const endMs = startMs + Math.min(minutes, minute) * 60_000
      while (systemClock.steadyMs() < endMs) {
        await systemClock.sleep(Math.min(LOOK_MS, endMs - systemClock.steadyMs()))
        found['WHEP'].push(...await readRoom(room))
      }
      found['LL-HLS'].push(...pairUp(playlist.read()))
      for (const [way, skews] of Object.entries(found)) {
        const row = { way, minute, skewMs: round(median(skews), 1), pairs: skews.length,
          p95Ms: round(quantile(skews.map(Math.abs), 0.95), 1) }
        rows.push(row)
        console.log(`${String(minute).padStart(4)} ${way.padEnd(8)} sound is `
          + `${row.skewMs} ms behind its picture, p95 ${row.p95Ms} ms, ${row.pairs} times`)
      }
    }
    playlist.stop()
  } finally {
    await scene.close()
  }
  const told = ['WHEP', 'LL-HLS'].map((way) => {
    const mine = rows.filter((row) => row.way === way)
    const worst = Math.max(...mine.map((row) => Math.abs(row.skewMs)))
    return { way, worstMinuteMs: worst, firstMs: mine[0]!.skewMs, lastMs: mine.at(-1)!.skewMs,
      pairs: mine.reduce((sum, row) => sum + row.pairs, 0), isMet: worst <= MOST_MS }
  })
  for (const one of told) {
    console.log(`${one.way}: worst minute ${one.worstMinuteMs} ms, ${one.firstMs} ms at first and `
      + `${one.lastMs} ms at last: ${one.isMet ? 'budget met' : 'BUDGET MISSED'}`)
  }
  const isMet = told.every((one) => one.isMet)
  console.log(JSON.stringify({
    bench: 'skew', isMet, minutes, told, machine: readMachine(),
  }))
  if (!isMet) process.exitCode = 1
}
