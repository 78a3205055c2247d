import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import { hlsScript, startRig, until, type Rig } from './testing.ts'

const PAGE = `<!doctype html><video id="v" muted autoplay playsinline></video>
<script src="/hls.js"></script><script>
const seen = { frames: 0, lag: [], errors: [], fatal: 0 }
const hls = new Hls({ lowLatencyMode: true })
hls.on(Hls.Events.ERROR, (_, e) => {
  seen.errors.push(e.details + ' ' + (e.reason || e.error?.message || ''))
  if (!e.fatal) return
  seen.fatal++
  if (e.type === 'mediaError') hls.recoverMediaError()
  else setTimeout(() => hls.levels.length ? hls.startLoad() : hls.loadSource(src), 300)
})
const src = new URLSearchParams(location.search).get('src')
hls.loadSource(src)
hls.attachMedia(v)
v.requestVideoFrameCallback(function tick() { seen.frames++; v.requestVideoFrameCallback(tick) })
setInterval(() => {
  if (hls.playingDate && !v.paused) seen.lag.push(Date.now() - hls.playingDate)
}, 100)
window.read = () => ({ ...seen, time: v.currentTime, width: v.videoWidth,
  audioBytes: v.webkitAudioDecodedByteCount })
</script>`

interface Seen {
  frames: number; lag: number[]; errors: string[]; fatal: number; time: number; width: number
  audioBytes: number
}

let rig: Rig
let browser: Browser
let site: Server
let siteUrl: string

beforeAll(async () => {
  rig = await startRig()
  const script = await readFile(hlsScript())
  site = createServer((request, response) => {
    const isScript = request.url === '/hls.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : PAGE)
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  const bound = site.address()
  siteUrl = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--autoplay-policy=no-user-gesture-required'],
  })
}, 20_000)

afterAll(async () => {
  await browser?.close()
  site?.close()
  await rig?.close()
})

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

test('MED1 a browser plays with sound, close behind, and goes on after a kill', async () => {
  const show = rig.addShow()
  const encoder = rig.encoder(show.rtmpUrl())
  await until('playlist', async () => (await fetch(show.url('live.m3u8'))).ok)
  const page = await browser.newPage()
  await page.goto(`${siteUrl}/?src=${encodeURIComponent(show.url('live.m3u8'))}`)
  const read = (): Promise<Seen> => page.evaluate('read()')
  await page.waitForFunction('seen.frames > 25', undefined, { timeout: 8_000 })
  const before = await read()
  await systemClock.sleep(3_000)
  const after = await read()
  const lagMsP50 = median(after.lag.slice(before.lag.length))
  expect(after.width).toBe(320)
  expect(after.frames - before.frames).toBeGreaterThan(50)
  expect(after.audioBytes).toBeGreaterThan(before.audioBytes)
  expect(after.errors).toEqual([])
  expect(lagMsP50).toBeLessThan(2_000)

  const killedMs = systemClock.steadyMs()
  await rig.media.kill('SIGKILL')
  await encoder.stop()
  await rig.start(rig.media.httpPort)
  rig.encoder(show.rtmpUrl())
  const frozen = (await read()).frames
  await page.waitForFunction(`seen.frames > ${frozen + 40}`, undefined, { timeout: 12_000 })
  const pictureBackMs = Math.round(systemClock.steadyMs() - killedMs)
  await systemClock.sleep(1_000)
  const later = await read()
  const sound = later.audioBytes - after.audioBytes
  expect(sound).toBeGreaterThan(0)
  expect(later.errors.filter((one) => /Parsing|append|media/i.test(one))).toEqual([])
  const lagAfterMs = median(later.lag.slice(-8))
  const figures = { lagMsP50, pictureBackMs, lagAfterMs, fatal: later.fatal }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}, 40_000)
