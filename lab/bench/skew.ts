import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import type { Page } from 'playwright-core'
import { systemClock } from '#kernel'
import { openBrowser, visit } from '../rig/browser.ts'
import { quantile, round, watchMachine } from './media/figures.ts'
import { openScene } from './media/glass.ts'
import { startSite } from './media/pages.ts'
import { flashCameraPage, flashMeter } from './media/skew-pages.ts'

const LOOK_MS = 10_000
const SETTLE_MS = 20_000
/** A flash and a tone further apart than this are not of the same second. */
const PAIR_MS = 400
const MOST_MS = 45
const ZERO_MS = 25_000

interface Heard { readonly flashes: readonly number[]; readonly beeps: readonly number[] }

/** By how much the sound came after its picture, per second of the show; milliseconds. */
export const pairUp = ({ flashes, beeps }: Heard): number[] => flashes.flatMap((flash) => {
  const nearest = beeps.toSorted((a, b) => Math.abs(a - flash) - Math.abs(b - flash))[0]
  return nearest !== undefined && Math.abs(nearest - flash) < PAIR_MS ? [nearest - flash] : []
})

/** A film whose flashes and tones begin in the same sample, in segments. */
async function makeFilm(folder: string): Promise<void> {
  const child = spawn(ffmpeg.path, ['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i',
    "color=black:s=320x180:r=30:d=40,geq=lum='if(lt(mod(T,1),0.12),235,16)':cb=128:cr=128",
    '-f', 'lavfi', '-i', "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.12)':s=48000:d=40",
    '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-f', 'hls',
    '-hls_time', '2', '-hls_playlist_type', 'vod', '-hls_segment_filename',
    join(folder, 's%d.ts'), join(folder, 'film.m3u8')], { stdio: ['ignore', 'ignore', 'inherit'] })
  if ((await once(child, 'exit'))[0] !== 0) throw new Error('no film')
}

/** What the meter reads where nobody but the browser has a hand in it: a film that is right over
 *  hls.js, and a camera that films for its own page. What it reads of a Room counts from there. */
async function measureZero(): Promise<{ whep: number; hls: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'silkcast-skew-'))
  const browser = await openBrowser()
  const site = await startSite((name) => readFile(join(folder, name)))
  const read = async (open: (page: Page) => Promise<unknown>): Promise<number> => {
    const { context, page } = await visit(browser)
    await page.addInitScript(flashMeter)
    await open(page)
    await systemClock.sleep(6_000)
    await page.evaluate('readSkew()')
    await systemClock.sleep(ZERO_MS)
    const found = pairUp(await page.evaluate<Heard>('readSkew()'))
    await context.close()
    return round(median(found), 1)
  }
  try {
    await makeFilm(folder)
    const hls = await read((page) => page.goto(`${site.url}/plain?src=/hls/film.m3u8`))
    const whep = await read(async (page) => {
      await page.route('**/loop', (route) =>
        route.fulfill({ contentType: 'text/html', body: flashCameraPage }))
      await page.goto(`${site.url}/loop`)
      await page.evaluate('loop()')
    })
    return { whep, hls }
  } finally {
    site.close()
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const median = (values: readonly number[]) => quantile(values, 0.5)

/** `npm run bench -- skew --minutes 60`: pictures and tones that belong together leave a camera;
 *  how far apart they reach two Rooms, one on WHEP and one on LL-HLS, minute by minute. */
export async function run(options: readonly string[]): Promise<void> {
  const at = options.indexOf('--minutes')
  const minutes = at < 0 ? 60 : Number(options[at + 1])
  if (!(minutes > 0)) throw new Error('--minutes takes a number above zero')
  const readMachine = watchMachine()
  const zero = await measureZero()
  console.log(`the meter alone: ${zero.whep} ms (WebRTC within one page), ${zero.hls} ms (a film)`)
  const scene = await openScene({ env: { SILKCAST_RENDITIONS: 'none' } })
  const rows: { way: string; minute: number; skewMs: number; p95Ms: number; pairs: number }[] = []
  try {
    await scene.openCamera(undefined, flashCameraPage)
    await scene.goLive()
    const rooms: readonly [string, Page, number][] = [
      ['WHEP', await scene.openRoom('whep', undefined, flashMeter), zero.whep],
      ['LL-HLS', await scene.openRoom('hls', undefined, flashMeter), zero.hls],
    ]
    await systemClock.sleep(SETTLE_MS)
    for (const [, room] of rooms) await room.evaluate('readSkew()')
    const startMs = systemClock.steadyMs()
    for (let minute = 1; minute <= Math.ceil(minutes); minute++) {
      const heard = new Map<string, number[]>()
      const endMs = startMs + Math.min(minutes, minute) * 60_000
      while (systemClock.steadyMs() < endMs) {
        await systemClock.sleep(Math.min(LOOK_MS, endMs - systemClock.steadyMs()))
        for (const [way, room, zeroMs] of rooms) {
          const found = pairUp(await room.evaluate<Heard>('readSkew()'))
            .map((skewMs) => skewMs - zeroMs)
          heard.set(way, [...heard.get(way) ?? [], ...found])
        }
      }
      for (const [way, skews] of heard) {
        const row = { way, minute, skewMs: round(median(skews), 1), pairs: skews.length,
          p95Ms: round(quantile(skews.map(Math.abs), 0.95), 1) }
        rows.push(row)
        console.log(`${String(minute).padStart(4)} ${way.padEnd(8)} sound is `
          + `${row.skewMs} ms behind its picture, p95 ${row.p95Ms} ms, ${row.pairs} pairs`)
      }
    }
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
  console.log(JSON.stringify({ bench: 'skew', isMet, minutes, zero, told, machine: readMachine() }))
  if (!isMet) process.exitCode = 1
}
