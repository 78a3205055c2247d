import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '#kernel'
import type { Client } from '#sdk'
import type { Show } from '#stage/show/contract'
import {
  desk as wide, openBrowser, phone, readLoudness, visit, type Visit,
} from '../../lab/rig/browser.ts'
import { startHouse, type RiggedHouse } from '../../lab/rig/house.ts'
import { personScript } from '../../lab/rig/person.ts'

const patient = { timeout: 40_000, interval: 250 }
type Colour = 'green' | 'magenta' | 'dark' | 'other'

let house: RiggedHouse
let browser: Browser
let token: string
let staff: Client
let show: Show
let host: Visit
let guest: Visit

const value = <T>(result: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}
const button = (page: Page, name: string) => page.getByRole('button', { name })

/** What stands in the upper and the lower half of the picture that plays. */
const halves = `(() => {
  const video = document.querySelector('video[data-playing]') ?? document.querySelector('video')
  if (!video || video.videoWidth === 0) return ['dark', 'dark']
  const canvas = document.createElement('canvas')
  canvas.width = 18; canvas.height = 32
  const brush = canvas.getContext('2d')
  brush.drawImage(video, 0, 0, 18, 32)
  const name = (y) => {
    const [r, g, b] = brush.getImageData(9, y, 1, 1).data
    if (r + g + b < 150) return 'dark'
    if (g > r + 50 && g > b + 50) return 'green'
    return r > g + 50 && b > g + 50 ? 'magenta' : 'other'
  }
  return [name(8), name(24)]
})()`
const seen = (page: Page) => page.evaluate<[Colour, Colour]>(halves)
const sees = (page: Page, upper: Colour, lower: Colour) => vi.waitFor(async () =>
  expect(await seen(page)).toEqual([upper, lower]), patient)

/** How loud one tone is in the picture that plays. */
const toneOf = (hertz: number) => `(async () => {
  const video = document.querySelector('video[data-playing]') ?? document.querySelector('video')
  const context = new AudioContext()
  await context.resume()
  const stream = video.srcObject ?? video.captureStream()
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 })
  context.createMediaStreamSource(stream).connect(analyser)
  await new Promise((done) => setTimeout(done, 700))
  const bins = new Float32Array(analyser.frequencyBinCount)
  analyser.getFloatFrequencyData(bins)
  const at = Math.round(${hertz} / (context.sampleRate / analyser.fftSize))
  await context.close()
  return Math.max(...bins.slice(at - 2, at + 3))
})()`
const loudness = (page: Page, hertz: number) => page.evaluate<number>(toneOf(hertz))

/** Opens somebody's own line in this page, beside its player. */
const lineOf = (who: string) => `(async () => {
  const peer = new RTCPeerConnection()
  const video = window.line = document.createElement('video')
  video.muted = true
  peer.addTransceiver('video', { direction: 'recvonly' })
  peer.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track])
    void video.play()
  }
  await peer.setLocalDescription()
  const answer = await fetch('/media/${show.id}/whep?guest=${who}', { method: 'POST',
    body: peer.localDescription.sdp, headers: { 'content-type': 'application/sdp' } })
  await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
})()`
const colourOfLine = `(() => {
  const canvas = document.createElement('canvas')
  const brush = canvas.getContext('2d')
  brush.drawImage(window.line, 0, 0, 16, 9)
  const [r, g, b] = brush.getImageData(8, 4, 1, 1).data
  return r > g + 50 && b > g + 50 ? 'magenta' : [r, g, b].join()
})()`
const readStage = async () => value(await staff.call('GET /api/shows/:showId/stage',
  { params: { showId: show.id } })).guests

const HOST_HZ = 440
const GUEST_HZ = 1320

async function open(path: string, colour: string, hertz: number, options: object): Promise<Visit> {
  const opened = await visit(browser, options)
  await opened.page.addInitScript(personScript({ colour, hertz }))
  await opened.page.goto(house.url + path)
  return opened
}

async function watch(isHls: boolean): Promise<Page> {
  const { page } = await visit(browser, { viewport: wide })
  if (isHls) await page.route('**/whep', (route) => route.abort())
  await page.goto(`${house.url}/s/${show.slug}`)
  return page
}

const invite = async (): Promise<string> => new URL(value(await staff.call(
  'POST /api/shows/:showId/stage/invitations', { params: { showId: show.id } })).url).hash.slice(1)

async function hold(page: Page, name: string): Promise<void> {
  await button(page, name).hover()
  await page.mouse.down()
  await systemClock.sleep(1500)
  await page.mouse.up()
}

beforeAll(async () => {
  ;[house, browser] = await Promise.all([startHouse({ isDemo: false }), openBrowser()])
  token = await house.enter(house.signIn)
  staff = house.client(token)
  show = value(await staff.call('POST /api/shows', {
    body: { title: 'Two hosts', startsAtMs: systemClock.nowMs() + 600_000, lineUp: [] },
  }))
  host = await open(`/studio/shows/${show.id}/camera`, '#00a050', HOST_HZ,
    { viewport: wide, session: { url: house.url, token } })
})
afterAll(async () => {
  await browser?.close()
  await house?.stop()
})

describe('two hosts from two browsers, one of them in Arabic', () => {
  let whep: Page
  let hls: Page

  test('the host goes live alone', async () => {
    const { page } = host
    await button(page, 'Turn on camera and microphone').click()
    await button(page, 'Start the rehearsal').click()
    await page.getByText('Rehearsal: nobody sees you').waitFor()
    await vi.waitFor(() => button(page, 'Go live').click({ timeout: 500 }), patient)
    await page.getByText('You are live').waitFor()
    ;[whep, hls] = [await watch(false), await watch(true)]
    await sees(whep, 'green', 'green')
    await sees(hls, 'green', 'green')
  })

  test('a guest enters by an invitation, once, and waits unseen', async () => {
    const secret = await invite()
    guest = await open(`/stage#${secret}`, '#d000d0', GUEST_HZ, { viewport: phone, locale: 'ar' })
    const { page } = guest
    await page.getByRole('heading', { name: 'أنت مدعو إلى المنصة' }).waitFor()
    expect(await page.evaluate('document.documentElement.dir')).toBe('rtl')
    await button(page, 'شغّل الكاميرا والميكروفون').click()
    await page.getByLabel('اسمك').fill('سارة')
    await button(page, 'دخول غرفة الانتظار').click()
    await page.getByText('أنت في غرفة الانتظار').waitFor()
    const second = await visit(browser)
    await second.page.goto(`${house.url}/stage#${secret}`)
    await second.page.getByText('This invitation does not work').waitFor()
    await second.context.close()
    // The host sees who waits, and viewers do not: not in the picture, not by the line itself.
    await host.page.locator('.stage-person', { hasText: 'سارة' }).waitFor()
    await vi.waitFor(async () => expect(await host.page.evaluate(
      'document.querySelector(".stage-face video").videoWidth')).toBeGreaterThan(0), patient)
    expect(await seen(whep)).toEqual(['green', 'green'])
    const [waiting] = await readStage()
    const answer = await fetch(`${house.url}/media/${show.id}/whep?guest=${waiting!.id}`, {
      method: 'POST', headers: { 'content-type': 'application/sdp' }, body: 'v=0',
    })
    expect(answer.status).toBe(404)
  })

  test('let in, both are in the picture on both transports, and both are heard', async () => {
    await button(host.page, 'Let in').click()
    await guest.page.getByText('أنت على المنصة').waitFor()
    await sees(whep, 'green', 'magenta')
    await sees(hls, 'green', 'magenta')
    await vi.waitFor(async () => {
      expect(await loudness(whep, HOST_HZ)).toBeGreaterThan(-60)
      expect(await loudness(whep, GUEST_HZ)).toBeGreaterThan(-60)
    }, patient)
    expect(await readLoudness(hls)).toBeGreaterThan(0.01)
    // A page that lays out the tracks itself gets the guest's own line.
    await whep.evaluate(lineOf((await readStage())[0]!.id))
    await vi.waitFor(async () => expect(await whep.evaluate(colourOfLine)).toBe('magenta'), patient)
    // The guest sees the same without a player's delay.
    await sees(guest.page, 'green', 'magenta')
  })

  test('the host mutes: the guest is seen and not heard, and only the host ends it', async () => {
    await host.page.locator('.stage-person').getByRole('button', { name: 'Mute' }).click()
    await guest.page.getByText('كتم المضيف صوتك. لا أحد يسمعك.').waitFor()
    await vi.waitFor(async () => expect(await loudness(whep, GUEST_HZ)).toBeLessThan(-75), patient)
    expect(await loudness(whep, HOST_HZ)).toBeGreaterThan(-60)
    expect((await seen(whep))[1]).toBe('magenta')
    await button(host.page, 'Ask to speak').click()
    await button(guest.page, 'تحدث').click()
    await vi.waitFor(async () =>
      expect(await loudness(whep, GUEST_HZ)).toBeGreaterThan(-60), patient)
  })

  test('the spotlight makes the guest the large one', async () => {
    await host.page.locator('.stage-person').getByRole('button', { name: 'Spotlight' }).click()
    await vi.waitFor(async () => expect((await seen(whep))[0]).toBe('magenta'), patient)
    await host.page.keyboard.press('1')
    await sees(whep, 'magenta', 'magenta')
    await sees(hls, 'magenta', 'magenta')
  })

  test('sent off, the guest is gone from the picture, and the key is spent', async () => {
    await hold(host.page, 'Hold to send off')
    await guest.page.getByText('أنهى المضيف زيارتك').waitFor()
    await sees(whep, 'green', 'green')
    await sees(hls, 'green', 'green')
    const key = await guest.page.evaluate<string>(
      'JSON.parse(localStorage.getItem("silkcast.stage.guest")).key')
    const answer = await fetch(`${house.url}/media/whip`, {
      method: 'POST', body: 'v=0',
      headers: { 'content-type': 'application/sdp', authorization: `Bearer ${key}` },
    })
    expect(answer.status).toBe(401)
    expect([...host.troubles, ...guest.troubles]).toEqual([])
  })

  test('a viewer raises a hand, is asked on stage, and finds the door', async () => {
    await button(whep, 'Raise your hand to come on stage').click()
    await host.page.locator('.stage-hands').getByRole('button', { name: 'Invite' }).click()
    await whep.getByText('You are invited on stage').waitFor()
    await button(whep, 'Go to the stage').click()
    await whep.getByText('Look at yourself first.').waitFor()
    expect(new URL(whep.url()).origin).toBe(house.url)
  })
})
