import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '#kernel'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

const places = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
const quiet = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
]

/** `more`: flags of one test, e.g. for a camera that is not there. */
export async function openBrowser(more: readonly string[] = []): Promise<Browser> {
  const executablePath = places.find((place) => place !== undefined && existsSync(place))
  if (!executablePath) throw new Error('no Chromium: `npm test` installs one or says how')
  return chromium.launch({ executablePath, args: [...quiet, ...more] })
}

export const phone = { width: 390, height: 844 }
export const desk = { width: 1440, height: 900 }

export interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  /** What went wrong in the page: errors, and refused resources of our own. */
  readonly troubles: string[]
}

export interface VisitOptions {
  readonly viewport?: { width: number; height: number }
  readonly locale?: string
  readonly colorScheme?: 'light' | 'dark'
  readonly session?: { url: string; token: string }
}

export async function visit(browser: Browser, options: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: options.viewport ?? phone,
    locale: options.locale ?? 'en-US',
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
  })
  if (options.session) {
    const { url, token } = options.session
    await context.addCookies([{ name: 'sid', value: token, url, httpOnly: true, sameSite: 'Lax' }])
  }
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && /content security policy/i.test(message.text()))
      troubles.push(message.text())
  })
  return { context, page, troubles }
}

/** Kept under shots/ for people to look at; not committed. */
export async function shoot(page: Page, name: string): Promise<void> {
  const dir = join(import.meta.dirname, '..', '..', 'shots')
  await mkdir(dir, { recursive: true })
  await page.screenshot({ path: join(dir, `${name}.png`) })
}

export interface PlayState {
  readonly seconds: number
  readonly frames: number
  readonly width: number
  readonly isMuted: boolean
  readonly transport: 'whep' | 'hls'
}

// As text: this file is checked without the browser's types, which the server must not see.
const playState = `(() => {
  const video = document.querySelector('video[data-playing]') ?? document.querySelector('video')
  return {
    seconds: video?.currentTime ?? 0, width: video?.videoWidth ?? 0,
    frames: video && video.readyState >= 2 ? video.getVideoPlaybackQuality().totalVideoFrames : 0,
    isMuted: video?.muted ?? true, transport: video?.srcObject ? 'whep' : 'hls',
  }
})()`

/** How loud the picture that plays is over a second or two: the largest mean square of a window. */
const loudness = `(async () => {
  const video = document.querySelector('video[data-playing]') ?? document.querySelector('video')
  const context = new AudioContext()
  await context.resume()
  const source = video.srcObject ? context.createMediaStreamSource(video.srcObject)
    : context.createMediaStreamSource(video.captureStream())
  const analyser = context.createAnalyser()
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  let loudest = 0
  for (let n = 0; n < 30; n++) {
    await new Promise((done) => setTimeout(done, 100))
    analyser.getFloatTimeDomainData(samples)
    const square = samples.reduce((sum, one) => sum + one * one, 0) / samples.length
    loudest = Math.max(loudest, Math.sqrt(square))
    if (loudest > 0.01) break
  }
  await context.close()
  return loudest
})()`

export const readLoudness = (page: Page): Promise<number> => page.evaluate<number>(loudness)

export const readPlay = (page: Page): Promise<PlayState> => page.evaluate<PlayState>(playState)

/** Waits until the picture moves: at least `frames` more frames than now. */
export async function waitFrames(page: Page, frames = 10, timeoutMs = 30_000): Promise<void> {
  const deadline = systemClock.steadyMs() + timeoutMs
  let first = -1
  for (;;) {
    const now = await readPlay(page)
    // Fewer than before: the picture comes from another element now.
    if (now.frames > 0 && (first < 0 || now.frames < first)) first = now.frames
    if (first >= 0 && now.frames >= first + frames) return
    if (systemClock.steadyMs() > deadline) {
      throw new Error(`the picture stands still: ${JSON.stringify({ first, ...now })}`)
    }
    await systemClock.sleep(100)
  }
}
