import { execFileSync } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import { startRig, until, type Rig } from '#stage/media/testing'
import { openBrowser } from '../../lab/rig/browser.ts'
import { fatPicture, servePlayer, throttle, type PlayerPage } from '../../lab/rig/player-page.ts'

/** The Room's own player on a bare page, and what its viewer sees and hears from `begin` on. Data
 *  are saved, so that nothing but the small picture is watched from the start. */
const PAGE = `<!doctype html><video id="v" playsinline></video><canvas id="c" hidden></canvas>
<script type="module">
import { makePlayer } from '/player.js'
const url = new URLSearchParams(location.search).get('src')
v.volume = 0.05
let seen, last
const veils = new Set()
makePlayer({ video: v, still: c, url, isLive: true, saving: 'low', now: Date.now,
  media: { see() {}, lose() {}, hold() {} }, onPicture: (picture) => veils.add(picture) })
const zero = () => ({ at: performance.now(), soundMs: 0, pictureMs: 0, leftMs: null, sizes: [] })
const frames = () => v.getVideoPlaybackQuality().totalVideoFrames
seen = zero()
last = { sound: [0, performance.now()], picture: [0, performance.now()] }
setInterval(() => {
  const nowMs = performance.now()
  for (const [name, now] of [['sound', v.webkitAudioDecodedByteCount], ['picture', frames()]]) {
    if (now !== last[name][0]) last[name] = [now, nowMs]
    else seen[name + 'Ms'] = Math.max(seen[name + 'Ms'], Math.round(nowMs - last[name][1]))
  }
  if (seen.sizes.at(-1) !== v.videoWidth) seen.sizes.push(v.videoWidth)
  if (seen.leftMs === null && v.videoWidth !== 640) seen.leftMs = Math.round(nowMs - seen.at)
}, 20)
window.width = () => v.videoWidth
window.begin = () => { seen = zero(); veils.clear() }
window.look = () => ({ ...seen, veils: [...veils] })
</script>`

interface Seen {
  soundMs: number; pictureMs: number; leftMs: number | null; sizes: number[]; veils: string[]
}

let rig: Rig
let browser: Browser
let site: PlayerPage
let film: string

beforeAll(async () => {
  rig = await startRig({ SILKCAST_RENDITIONS: 'all' })
  film = join(rig.folder, 'film.flv')
  const shape = { size: '854x480', fps: 15, seconds: 150, video: fatPicture, isFast: true }
  const encoder = rig.encoder(film, shape)
  site = await servePlayer(PAGE)
  browser = await openBrowser()
  await encoder.ended()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  site?.close()
  await rig?.close()
})

const widthIs = (page: Page, width: number, ms: number) =>
  page.waitForFunction(`width() === ${width}`, undefined, { timeout: ms, polling: 50 })
const get = async (url: string): Promise<string> => (await fetch(url)).text()

/** The encoders of small pictures that live now, the newest last. */
function smallChildren(): number[] {
  const said = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(rig.media.child.pid)])
  return said.toString().split('\n').filter((line) => line.includes('libx264'))
    .map((line) => Number(line.trim().split(/\s+/)[0]))
}

/** A viewer who is on the small picture, on a line that carries `kbps` by now. */
async function watchSmall(kbps: number) {
  const show = rig.addShow()
  const encoder = rig.encoder(show.rtmpUrl(), { file: film, seconds: 150 })
  await until('low', async () => (await fetch(show.url('low.m3u8'))).ok, 20_000)
  const page = await browser.newPage()
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Network.enable')
  await throttle(cdp, kbps)
  await page.goto(`${site.url}/?src=${encodeURIComponent(show.url('master.m3u8'))}`)
  await widthIs(page, 640, 30_000)
  // Enough for parts that tell what the line carries.
  await systemClock.sleep(3_000)
  const [pid] = smallChildren().slice(-1)
  expect(pid).toBeDefined()
  await page.evaluate('begin()')
  return {
    show, page, pid: pid!,
    look: (): Promise<Seen> => page.evaluate('look()'),
    async end() {
      await page.close()
      await encoder.stop()
    },
  }
}

/** On a full machine the figures are about the machine. */
const isBusy = (): boolean => loadavg()[0]! > 2 * availableParallelism()
const tell = (name: string, seen: Seen): void => {
  process.stdout.write(`${JSON.stringify({ [name]: { ...seen, isBusy: isBusy() } })}\n`)
}

function expectCalm(seen: Seen): void {
  expect(seen.leftMs).not.toBeNull()
  expect(seen.leftMs!).toBeLessThan(isBusy() ? 6_000 : 3_000)
  expect(seen.soundMs).toBeLessThan(isBusy() ? 2_500 : 1_000)
  // Nothing was interrupted, and nobody is told that something was.
  expect(seen.veils).toEqual(['playing'])
}

const MS = { away: 10_000, back: 90_000 }

test('MED16 stopped on a good line: the source within 3 s, and the sound goes on', async () => {
  const { show, page, pid, look, end } = await watchSmall(20_000)
  const isOffered = async () => (await get(show.url('master.m3u8'))).includes('low.m3u8')
  const reports = () => rig.desk.reports.filter(({ showId }) => showId === show.id)
  process.kill(pid, 'SIGSTOP')
  await widthIs(page, 854, MS.away)
  const seen = await look()
  tell('stopped', seen)
  expectCalm(seen)
  expect(seen.sizes).toEqual([640, 854])
  // Out of what is offered, and Studio hears it; both until the encoder has proved itself.
  await until('not offered', async () => !(await isOffered()), 8_000)
  await until('told', () => reports().some(({ health }) => health?.isSmallOff === true), 8_000)
  await until('offered again', isOffered, MS.back)
  await until('told that it is back', () => reports().at(-1)?.health?.isSmallOff !== true, 8_000)
  await widthIs(page, 640, MS.back)
  await end()
}, 240_000)

test('MED16 killed on a good line: the same', async () => {
  const { page, pid, look, end } = await watchSmall(20_000)
  process.kill(pid, 'SIGKILL')
  await widthIs(page, 854, MS.away)
  const seen = await look()
  tell('killed', seen)
  expectCalm(seen)
  expect(seen.sizes).toEqual([640, 854])
  await widthIs(page, 640, MS.back)
  await end()
}, 180_000)

test('MED16 stopped on a poor line: sound alone, then the small picture again', async () => {
  const { page, pid, look, end } = await watchSmall(1_200)
  process.kill(pid, 'SIGSTOP')
  await widthIs(page, 160, MS.away)
  const seen = await look()
  tell('poor', seen)
  expectCalm(seen)
  expect(seen.sizes).toEqual([640, 160])
  await widthIs(page, 640, MS.back)
  await end()
}, 180_000)
