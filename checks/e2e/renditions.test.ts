import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import { startRig, until, type Rig } from '#stage/media/testing'
import { openBrowser } from '../../lab/rig/browser.ts'
import { fatPicture, servePlayer, throttle, type PlayerPage } from '../../lab/rig/player-page.ts'

/** The Room's own player on a bare page, with what its viewer would notice. */
const PAGE = `<!doctype html><video id="v" playsinline></video><canvas id="c" hidden></canvas>
<script type="module">
import { makePlayer } from '/player.js'
const url = new URLSearchParams(location.search).get('src')
v.volume = 0.05
makePlayer({ video: v, still: c, url, isLive: true, saving: 'none',
  media: { see() {}, lose() {}, hold() {} }, onPicture: () => {} })
let worst = { stallMs: 0, silenceMs: 0 }
const watch = (read, name) => {
  let last = read(), movedMs = performance.now()
  setInterval(() => {
    const now = read()
    if (now !== last) { last = now; movedMs = performance.now() }
    else worst[name] = Math.max(worst[name], performance.now() - movedMs)
  }, 20)
}
watch(() => v.currentTime, 'stallMs')
watch(() => v.webkitAudioDecodedByteCount, 'silenceMs')
window.width = () => v.videoWidth
window.take = () => { const was = worst; worst = { stallMs: 0, silenceMs: 0 }; return was }
</script>`

let rig: Rig
let browser: Browser
let site: PlayerPage

beforeAll(async () => {
  rig = await startRig({ SILKCAST_RENDITIONS: 'all' })
  site = await servePlayer(PAGE)
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  site?.close()
  await rig?.close()
})

const widthIs = async (page: Page, width: number, ms: number): Promise<number> => {
  const startMs = systemClock.steadyMs()
  await page.waitForFunction(`width() === ${width}`, undefined, { timeout: ms, polling: 50 })
  return Math.round(systemClock.steadyMs() - startMs)
}

interface Worst { stallMs: number; silenceMs: number }

test('MED16 a poor line: a small picture, then sound alone, then all of it again', async () => {
  const show = rig.addShow()
  // Encoded beforehand: what is measured here is the line, not the machine.
  const file = join(rig.folder, 'film.flv')
  const film = { size: '854x480', fps: 15, seconds: 220, video: fatPicture }
  await rig.encoder(file, { ...film, isFast: true }).ended()
  rig.encoder(show.rtmpUrl(), { file, seconds: 220 })
  await until('low', async () => (await fetch(show.url('low.m3u8'))).ok, 20_000)
  const page = await browser.newPage()
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Network.enable')
  await throttle(cdp, 20_000)
  await page.goto(`${site.url}/?src=${encodeURIComponent(show.url('master.m3u8'))}`)
  await widthIs(page, 854, 15_000)
  await systemClock.sleep(4_000)
  const take = (): Promise<Worst> => page.evaluate('take()')
  const figures: Record<string, unknown> = {}
  await take()
  for (const [name, kbps, width, ms] of [
    // A machine that is busy stumbles, and what stumbled is tried again later and later.
    ['to360p', 1_200, 640, 15_000], ['toAudio', 200, 160, 15_000],
    ['backTo360p', 20_000, 640, 60_000], ['backToSource', 20_000, 854, 90_000],
  ] as const) {
    await throttle(cdp, kbps)
    const afterMs = await widthIs(page, width, ms)
    await systemClock.sleep(3_000)
    figures[name] = { afterMs, ...await take() }
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  // On a full machine the figure is about the machine.
  const mostMs = loadavg()[0]! > 2 * availableParallelism() ? 3_000 : 1_000
  for (const one of Object.values(figures) as Worst[]) {
    expect(one.stallMs).toBeLessThan(mostMs)
    expect(one.silenceMs).toBeLessThan(mostMs)
  }
}, 300_000)
