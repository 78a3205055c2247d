import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '#kernel'
import type { Client } from '#sdk'
import type { Show } from '#stage/show/contract'
import { desk as wide, openBrowser, phone, visit, type Visit } from '../../lab/rig/browser.ts'
import { startClockVideo, type ClockVideo } from '../../lab/rig/clock-video.ts'
import { startHouse, type RiggedHouse } from '../../lab/rig/house.ts'
import { personScript } from '../../lab/rig/person.ts'

const patient = { timeout: 40_000, interval: 250 }
const PROCESSES = 3
const HOST_HZ = 440
const small = { width: 320, height: 180, fps: 10 }
const [ANA, BO] = [{ name: 'Ana', colour: '#d000d0', hertz: 1320 },
  { name: 'Bo', colour: '#00a050', hertz: 2640 }]

let house: RiggedHouse
let browser: Browser
let token: string
let staff: Client
let show: Show
let encoder: ClockVideo
let retrying: { cancel(): void }
let studio: Visit
let ana: Visit
let bo: Visit
let obs: Visit

const value = <T>(result: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}
const button = (page: Page, name: string) => page.getByRole('button', { name })

/** How loud one tone is in everything that this page plays. */
const loudness = (page: Page, hertz: number) => page.evaluate<number>(`(async () => {
  const context = new AudioContext()
  await context.resume()
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 })
  for (const { srcObject, paused } of document.querySelectorAll('audio')) {
    if (!paused && srcObject) context.createMediaStreamSource(srcObject).connect(analyser)
  }
  await new Promise((done) => setTimeout(done, 700))
  const bins = new Float32Array(analyser.frequencyBinCount)
  analyser.getFloatFrequencyData(bins)
  const at = Math.round(${hertz} / (context.sampleRate / analyser.fftSize))
  await context.close()
  return Math.max(...bins.slice(at - 2, at + 3))
})()`)
const hears = (page: Page, hertz: number) => vi.waitFor(async () =>
  expect(await loudness(page, hertz)).toBeGreaterThan(-60), patient)
const hearsNot = (page: Page, hertz: number) => vi.waitFor(async () =>
  expect(await loudness(page, hertz)).toBeLessThan(-75), patient)

const both = ['Ana', 'Bo']
interface Face { name: string; x: number; width: number; height: number; frames: number }
const faces = (page: Page) => page.evaluate<Face[]>(`
  [...document.querySelectorAll('.picture-face')].flatMap((face) => {
    const { x, width, height } = face.getBoundingClientRect()
    const frames = face.querySelector('video').getVideoPlaybackQuality().totalVideoFrames
    return width === 0 ? [] : [{ name: face.textContent, x, width, height, frames }]
  })`)
const placed = async (page: Page) => (await faces(page))
  .map(({ name, x, width }) => [name, Math.round(x), Math.round(width)])
/** Both pictures move. */
async function moves(page: Page, names: readonly string[]): Promise<void> {
  const framesOf = async () => new Map((await faces(page)).map((face) => [face.name, face.frames]))
  const least = new Map<string, number>()
  await vi.waitFor(async () => {
    const now = await framesOf()
    // Fewer than before: it is another line.
    for (const [name, frames] of now) {
      if (frames > 0) least.set(name, Math.min(frames, least.get(name) ?? frames))
    }
    for (const name of names) {
      expect(now.get(name) ?? 0).toBeGreaterThan((least.get(name) ?? Infinity) + 5)
    }
  }, patient)
}

/** What an encoder gets, alpha and all: the colour in the middle of a part of it. */
async function pixel(page: Page, x: number, y: number): Promise<number[]> {
  const clip = { x, y, width: 1, height: 1 }
  const png = (await page.screenshot({ omitBackground: true, clip })).toString('base64')
  return page.evaluate<number[]>(`(async () => {
    const bytes = Uint8Array.from(atob('${png}'), (one) => one.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const brush = new OffscreenCanvas(1, 1).getContext('2d')
    brush.drawImage(image, 0, 0)
    return [...brush.getImageData(0, 0, 1, 1).data]
  })()`)
}

async function enter(
  { name, colour, hertz }: { name: string; colour: string; hertz: number },
): Promise<Visit> {
  const made = value(await staff.call('POST /api/shows/:showId/stage/invitations',
    { params: { showId: show.id } }))
  const opened = await visit(browser, { viewport: phone })
  const { page } = opened
  await page.addInitScript(personScript({ colour, hertz, ...small }))
  await page.goto(`${house.url}/stage${new URL(made.url).hash}`)
  await button(page, 'Turn on camera and microphone').click()
  await page.getByLabel('Your name').fill(name)
  await button(page, 'Enter the waiting room').click()
  await page.getByText('You are in the waiting room').waitFor()
  return opened
}

const readStage = async () => value(await staff.call('GET /api/shows/:showId/stage',
  { params: { showId: show.id } }))
const act = async (name: string, what: 'admit' | 'mute', muted = true) => {
  const guest = (await readStage()).guests.find((one) => one.name === name)!
  const params = { showId: show.id, guestId: guest.id }
  value(what === 'admit'
    ? await staff.call('POST /api/shows/:showId/stage/guests/:guestId/admit', { params })
    : await staff.call('POST /api/shows/:showId/stage/guests/:guestId/mute',
        { params, body: { muted } }))
}
const lay = async (layout: 'side' | 'spotlight' | 'corner', name: string) => {
  const guest = (await readStage()).guests.find((one) => one.name === name)
  value(await staff.call('PUT /api/shows/:showId/stage/layout', {
    params: { showId: show.id }, body: { layout, spotlight: guest?.id ?? 'host' },
  }))
}

/** Asks each process what is beside its shows, as the server does. */
async function holders(): Promise<{ pid: number; shows: string[] }[]> {
  return Promise.all(house.pids('media').map(async (pid) => {
    const env = Object.fromEntries(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      .map((line) => line.split(/=(.*)/s).slice(0, 2))) as Record<string, string>
    const answer = await fetch(`http://127.0.0.1:${env['SILKCAST_MEDIA_PORT']}/internal/health`,
      { headers: { 'x-silkcast-internal': env['SILKCAST_INTERNAL_KEY']! } })
    const { staged, receiving } = await answer.json() as { staged: string[]; receiving: string[] }
    return { pid, shows: [...staged, ...receiving.map((id) => `picture of ${id}`)] }
  }))
}

/** As OBS does: goes on trying when it was cut off or turned away. */
async function push(): Promise<void> {
  const { streamKey } = value(await staff.call('GET /api/shows/:showId/ingest',
    { params: { showId: show.id } }))
  const url = `rtmp://127.0.0.1:${house.rtmpPort}/live/${streamKey}`
  const start = () => startClockVideo({ url, fps: 15, hasTone: true })
  encoder = start()
  retrying = systemClock.every(5_000, () => {
    if (encoder.errors.length === 0) return
    void encoder.stop()
    encoder = start()
  })
}

beforeAll(async () => {
  ;[house, browser] = await Promise.all([
    startHouse({ isDemo: false, mediaProcesses: PROCESSES }), openBrowser(),
  ])
  token = await house.enter(house.signIn)
  staff = house.client(token)
  show = value(await staff.call('POST /api/shows', {
    body: { title: 'From OBS', startsAtMs: systemClock.nowMs() + 600_000, lineUp: [] },
  }))
  await push()
  studio = await visit(browser, { viewport: wide, session: { url: house.url, token } })
  await studio.page.addInitScript(personScript({ colour: '#000000', hertz: HOST_HZ, ...small }))
  await studio.page.goto(`${house.url}/studio/shows/${show.id}`)
}, 120_000)
afterAll(async () => {
  retrying?.cancel()
  await encoder?.stop()
  await browser?.close()
  await house?.stop()
})

describe('a show from an encoder, with guests, over three media processes', () => {
  let address: string

  test('Studio gives the address of the guests\' picture, and it is of the guests alone',
    async () => {
      const { page } = studio
      await page.getByRole('button', { name: 'Stream setup', exact: true }).click()
      await page.getByRole('tab', { name: 'OBS, RTMP' }).click()
      await button(page, 'Show the address').click()
      await button(page, 'Show the address').and(page.locator('.icon-button')).click()
      const code = page.locator('.obs-guests code')
      await vi.waitFor(async () => expect(await code.textContent()).toContain('#key='))
      address = (await code.textContent())!
      expect(new URL(address).origin).toBe(house.url)
      await page.keyboard.press('Escape')
      obs = await visit(browser, { viewport: { width: 1280, height: 720 } })
      await obs.page.goto(address)
      ana = await enter(ANA!)
      await systemClock.sleep(1_500)
      expect(await faces(obs.page)).toEqual([])
    }, 120_000)

  test('on stage, in a rehearsal still, a guest is in it, moves and is heard', async () => {
    await act('Ana', 'admit')
    await moves(obs.page, ['Ana'])
    await hears(obs.page, ANA!.hertz)
    expect(await placed(obs.page)).toEqual([['Ana', 0, 1280]])
    const key = new URLSearchParams(new URL(address).hash.slice(1)).get('key')
    for (const path of ['whep', 'live.m3u8', 'live.m3u8?guest=host']) {
      const answer = await fetch(`${house.url}/media/${show.id}/${path}`, {
        headers: { authorization: `Bearer ${key}` },
      })
      expect(answer.status).toBe(404)
    }
    const sent = await fetch(`${house.url}/media/whip`, {
      method: 'POST', body: 'v=0',
      headers: { 'content-type': 'application/sdp', authorization: `Bearer ${key}` },
    })
    expect(sent.status).toBe(401)
  }, 90_000)

  test('guests do not hear the host until the control room lets them', async () => {
    const { page } = studio
    await vi.waitFor(() => button(page, 'Go live').click({ timeout: 500 }), patient)
    await page.getByText('Your guests do not hear you').waitFor({ timeout: 20_000 })
    await button(page, 'Let guests hear me').click()
    await page.getByText('Guests hear you', { exact: true }).waitFor({ timeout: 20_000 })
    await hears(ana.page, HOST_HZ)
    await page.getByText('Your guests do not hear you').waitFor({ state: 'detached' })
    // What viewers see, from the encoder, is before the guest too.
    await vi.waitFor(async () => expect(await ana.page.evaluate(
      'document.querySelector(".guest-programme").videoWidth')).toBe(384), patient)
  }, 120_000)

  test('two stand side by side, one is muted, one is large, all without a reload', async () => {
    await obs.page.evaluate('window.isSame = true')
    bo = await enter(BO!)
    await act('Bo', 'admit')
    await moves(obs.page, both)
    expect(await placed(obs.page)).toEqual([['Ana', 0, 636], ['Bo', 644, 636]])
    expect((await pixel(obs.page, 100, 100)).slice(0, 2)).toEqual([expect.any(Number), 0])
    expect((await pixel(obs.page, 640, 100))[3]).toBe(0)
    await hears(obs.page, BO!.hertz)
    await act('Bo', 'mute')
    await hearsNot(obs.page, BO!.hertz)
    await hears(obs.page, ANA!.hertz)
    await lay('spotlight', 'Bo')
    await vi.waitFor(async () => expect(await placed(obs.page)).toEqual(
      [['Ana', 955, 325], ['Bo', 0, 947]]), patient)
    expect(await obs.page.evaluate('window.isSame')).toBe(true)
  }, 120_000)

  test('everybody is where the show is, and comes back when that process is killed', async () => {
    const of = (all: { shows: string[] }[]) => all.map(({ shows }) => shows.length)
    const before = await vi.waitFor(async () => {
      const all = await holders()
      expect(of(all).toSorted()).toEqual([0, 0, 2])
      return all
    }, patient)
    const owner = before.find(({ shows }) => shows.length > 0)!
    process.kill(owner.pid, 'SIGKILL')
    const startMs = systemClock.steadyMs()
    const backMs = async (is: Promise<void>): Promise<number> => {
      await is
      return Math.round(systemClock.steadyMs() - startMs)
    }
    await systemClock.sleep(1_000)
    process.stdout.write(`${JSON.stringify({ picturesMs: await backMs(moves(obs.page, both)) })}\n`)
    process.stdout.write(`${JSON.stringify({ soundMs: await backMs(hears(obs.page, ANA!.hertz)),
      hostMs: await backMs(hears(ana.page, HOST_HZ)) })}\n`)
    await hearsNot(obs.page, BO!.hertz)
    await vi.waitFor(async () => {
      expect(of(await holders()).toSorted()).toEqual([0, 0, 2])
    }, patient)
    expect(await obs.page.evaluate('window.isSame')).toBe(true)
  }, 180_000)

  test('a new address ends the one before, with a sentence', async () => {
    const made = value(await staff.call('POST /api/shows/:showId/stage/picture',
      { params: { showId: show.id }, body: { isNew: true } }))
    await obs.page.getByText('This address does not work any more').waitFor()
    expect(await faces(obs.page)).toEqual([])
    await obs.page.goto('about:blank')
    await obs.page.goto(address.replace(/key=[^&]+/, `key=${made.key}`))
    await moves(obs.page, both)
    expect([...obs.troubles, ...ana.troubles, ...bo.troubles, ...studio.troubles]).toEqual([])
  }, 90_000)
})
