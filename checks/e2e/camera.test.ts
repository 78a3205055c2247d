import { networkInterfaces } from 'node:os'
import type { Browser, Locator, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '#kernel'
import type { Client } from '#sdk'
import type { Show } from '#stage/show/contract'
import { desk as wide, openBrowser, phone, visit, waitFrames, type Visit,
} from '../../lab/rig/browser.ts'
import { startHouse, type RiggedHouse } from '../../lab/rig/house.ts'

const fakeCamera = [
  // The second of Chromium's cameras measures depth, which it cannot send.
  '--use-fake-device-for-media-stream=device-count=3', '--use-fake-ui-for-media-stream',
  '--auto-select-tab-capture-source-by-title=Silkcast Studio',
]
const patient = { timeout: 30_000, interval: 200 }

let house: RiggedHouse
let browser: Browser
let token: string
let staff: Client

const value = <T>(result: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}
const button = (page: Page, name: string) => page.getByRole('button', { name })
const readShow = async (showId: string): Promise<Show> =>
  value(await staff.call('GET /api/shows/:showId', { params: { showId } }))
const planShow = async (title: string) => value(await staff.call('POST /api/shows', {
  body: { title, startsAtMs: systemClock.nowMs() + 600_000, lineUp: [] },
}))

async function openCamera(show: Show, viewport = wide): Promise<Visit> {
  const opened = await visit(browser, { viewport, session: { url: house.url, token } })
  await opened.page.goto(`${house.url}/studio/shows/${show.id}/camera`)
  // Asked once; a browser that remembers the yes starts by itself.
  const start = button(opened.page, 'Turn on camera and microphone')
  const ready = button(opened.page, 'Start the rehearsal')
  await start.or(ready).first().waitFor()
  if (await start.isVisible()) await start.click()
  await opened.page.getByText('Ready to send.').or(ready).first().waitFor()
  return opened
}

async function hold(page: Page, held: Locator): Promise<void> {
  await held.hover()
  await page.mouse.down()
  await systemClock.sleep(1500)
  await page.mouse.up()
}

beforeAll(async () => {
  ;[house, browser] = await Promise.all(
    [startHouse({ isDemo: false }), openBrowser(fakeCamera)])
  token = await house.enter(house.signIn)
  staff = house.client(token)
})
afterAll(async () => {
  await browser?.close()
  await house?.stop()
})

describe('going live from the camera of a browser', () => {
  let show: Show
  let studio: Visit
  let room: Visit
  const posts: string[] = []
  beforeAll(async () => {
    show = await planShow('Camera')
    studio = await openCamera(show)
    studio.page.on('request', (request) => {
      if (request.url().endsWith('/media/whip')) posts.push(request.method())
    })
  })

  test('a rehearsal reaches the server and comes back late, and no viewer gets any of it',
    async () => {
      room = await visit(browser)
      const asked: string[] = []
      room.page.on('request', (request) => {
        if (request.url().includes(`/media/${show.id}`)) asked.push(request.url())
      })
      await room.page.goto(`${house.url}/s/${show.slug}`)
      await button(studio.page, 'Start the rehearsal').click()
      await studio.page.getByText('Rehearsal: nobody sees you').waitFor()
      await vi.waitFor(async () => {
        const now = await readShow(show.id)
        expect([now.state, now.signal, now.video?.hasBFrames])
          .toEqual(['scheduled', 'receiving', false])
      }, patient)
      await vi.waitFor(async () => {
        const late = await studio.page.evaluate<number>(
          'document.querySelectorAll("video")[1]?.getVideoPlaybackQuality().totalVideoFrames ?? 0')
        expect(late).toBeGreaterThan(10)
      }, patient)
      expect(asked).toEqual([])
    })

  test('going live brings moving frames and sound to the Room', async () => {
    await button(studio.page, 'Go live').click()
    await studio.page.getByText('You are live').waitFor()
    await waitFrames(room.page, 20)
    await vi.waitFor(async () => expect((await readShow(show.id)).state).toBe('live'), patient)
    expect(posts).toEqual(['POST'])
  })

  test('the screen with the camera in a corner takes its place without a new session', async () => {
    await studio.page.getByRole('radio', { name: 'Screen and camera' }).click()
    await studio.page.getByText('Camera stands').waitFor()
    await waitFrames(room.page, 20)
    await studio.page.getByRole('radio', { name: 'Camera', exact: true }).click()
    await waitFrames(room.page, 10)
    expect(posts).toEqual(['POST'])
  })

  test('another microphone, and a camera pulled out and put back, need no new session either',
    async () => {
      await studio.page.getByLabel('Microphone', { exact: true }).and(
        studio.page.locator('select')).selectOption({ index: 1 })
      await waitFrames(room.page, 10)
      await studio.page.evaluate('document.querySelector("video").srcObject.getVideoTracks()[0]'
        + '.dispatchEvent(new Event("ended"))')
      await studio.page.getByText('The camera is gone.').first().waitFor()
      await studio.page.evaluate('navigator.mediaDevices.dispatchEvent(new Event("devicechange"))')
      await waitFrames(room.page, 20, 60_000)
      await studio.page.getByText('The camera is gone.').first().waitFor({ state: 'detached' })
      expect(posts).toEqual(['POST'])
    })

  test('another camera needs no new session; without a picture the one before stays', async () => {
    const { page } = studio
    const cameras = page.getByLabel('Camera', { exact: true }).and(page.locator('select'))
    const options = await cameras.locator('option').all()
    const [first, , third] = await Promise.all(options.map((one) => one.getAttribute('value')))
    await cameras.selectOption(third!)
    await vi.waitFor(async () => expect(await cameras.inputValue()).toBe(third), patient)
    await waitFrames(room.page, 20)
    // As a virtual camera that is switched off.
    await page.evaluate(`navigator.mediaDevices.getUserMedia = async () =>
      new MediaStream([new MediaStreamTrackGenerator({ kind: 'video' })])`)
    await cameras.selectOption(first!)
    await page.getByText('That camera gives no picture').waitFor()
    expect(await cameras.inputValue()).toBe(third)
    await waitFrames(room.page, 20)
    await page.evaluate('delete navigator.mediaDevices.getUserMedia')
    expect(posts).toEqual(['POST'])
  })

  test('a media process that dies is found again without a reload', async () => {
    house.kill('media')
    await studio.page.getByText('The connection is lost.').first().waitFor({ timeout: 20_000 })
    await studio.page.getByText('You are live').waitFor({ timeout: 40_000 })
    await waitFrames(room.page, 20, 60_000)
    expect(posts.length).toBeGreaterThan(1)
    expect((await readShow(show.id)).state).toBe('live')
  })

  test('ending the show ends the sending', async () => {
    await hold(studio.page, button(studio.page, 'Hold to end the show'))
    await studio.page.getByText('This show has ended').waitFor()
    await vi.waitFor(async () => expect((await readShow(show.id)).state).toBe('ended'), patient)
    expect(studio.troubles).toEqual([])
    await Promise.all([studio.context.close(), room.context.close()])
  })
})

// In a page of its own: what a server would do, without one.
const answerScript = `async (sdp) => {
  globalThis.peer?.close()
  const peer = globalThis.peer = new RTCPeerConnection()
  await peer.setRemoteDescription({ type: 'offer', sdp })
  await peer.setLocalDescription(await peer.createAnswer())
  if (peer.iceGatheringState !== 'complete') await new Promise((done) => {
    peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && done()
  })
  return peer.localDescription.sdp
}`

describe('a WHIP endpoint that answers, refuses and vanishes', () => {
  let studio: Visit
  let far: Page
  const told = { offers: [] as string[], deletes: 0 }
  let mode: 'answer' | 'vanish' | string = 'answer'

  const refuse = (route: Route, code: string) =>
    route.fulfill({ status: 409, json: { refusal: { code } } })
  beforeAll(async () => {
    studio = await openCamera(await planShow('Fake'))
    far = await studio.context.newPage()
    await far.goto(`${house.url}/icon.svg`)
    await studio.page.bringToFront()
    await studio.page.route('**/media/rtc/*', (route) => {
      told.deletes++
      return mode === 'vanish' ? route.abort() : route.fulfill({ status: 200 })
    })
    await studio.page.route('**/media/whip', async (route) => {
      const offer = route.request().postData() ?? ''
      told.offers.push(offer)
      if (mode === 'vanish') return route.abort()
      if (mode !== 'answer') return refuse(route, mode)
      const body = await far.evaluate<string>(`(${answerScript})(${JSON.stringify(offer)})`)
      return route.fulfill({
        status: 201, contentType: 'application/sdp', body, headers: { location: '/media/rtc/a1' },
      })
    })
  })
  afterAll(() => studio.context.close())

  test('"somebody else sends" is tried for six seconds, then said', async () => {
    mode = 'stage.media.already_publishing'
    await button(studio.page, 'Start the rehearsal').click()
    await studio.page.getByText('Somebody is already sending video with this key.').first()
      .waitFor({ timeout: 15_000 })
    expect(told.offers.length).toBeGreaterThanOrEqual(5)
    expect(told.deletes).toBe(0)
  })

  test('an answer connects: H.264 and stereo Opus only, offered without waiting for addresses',
    async () => {
      mode = 'answer'
      await button(studio.page, 'Start the rehearsal').click()
      await studio.page.getByText('Your picture arrives.').waitFor()
      const offer = told.offers.at(-1)!
      const codecs = [...offer.matchAll(/^a=rtpmap:\d+ (\w+)\/90000/gm)].map(([, name]) => name)
      expect(new Set(codecs)).toEqual(new Set(['H264', 'rtx']))
      expect(offer).toMatch(/^a=fmtp:\d+ .*\bstereo=1\b/m)
      expect(offer).not.toContain('a=candidate')
      expect(offer).toContain('a=sendonly')
    })

  test('one that vanishes is looked for until it is back, and the old session is ended',
    async () => {
      mode = 'vanish'
      const before = told.offers.length
      await far.evaluate('globalThis.peer.close()')
      await studio.page.getByText('The connection is lost.').first().waitFor({ timeout: 20_000 })
      await vi.waitFor(() => expect(told.offers.length).toBeGreaterThan(before + 1), patient)
      expect(told.deletes).toBe(1)
      mode = 'answer'
      await studio.page.getByText('Your picture arrives.').waitFor({ timeout: 20_000 })
    })

  test('stopping ends the session there', async () => {
    const before = told.deletes
    await button(studio.page, 'Stop sending').click()
    await studio.page.getByText('Only you see this').waitFor()
    await vi.waitFor(() => expect(told.deletes).toBe(before + 1), patient)
  })
})

describe('a phone', () => {
  test('is signed in by a code, once, as the camera and nothing else', async () => {
    const show = await planShow('Phone')
    const made = value(await staff.call('POST /api/shows/:showId/phone', {
      params: { showId: show.id },
    }))
    expect(made.isSecure).toBe(false)
    const link = made.url.replace(/^https?:\/\/[^/]+/, house.url)
    const { page, context } = await visit(browser, { viewport: phone })
    await page.goto(link)
    await page.waitForURL(`**/studio/shows/${show.id}/camera`)
    await button(page, 'Start the rehearsal').waitFor()
    const asked = (path: string) =>
      page.evaluate<number>(`fetch(${JSON.stringify(path)}).then((answer) => answer.status)`)
    expect(await asked(`/api/shows/${show.id}`)).toBe(200)
    expect(await asked('/api/desk/orders')).toBe(403)
    await context.close()
    const again = await visit(browser, { viewport: phone })
    await again.page.goto(link)
    await again.page.getByText('This sign-in link was used already').waitFor()
    await again.context.close()
  })

  const address = Object.values(networkInterfaces()).flatMap((found) => found ?? [])
    .find((one) => one.family === 'IPv4' && !one.internal)?.address
  // A machine without a network has no address that browsers hold for insecure.
  test.skipIf(!address)('that came without encryption is told why and what to do', async () => {
    const show = await planShow('Locked')
    const url = house.url.replace('localhost', address!)
    const { page, context } = await visit(browser, { viewport: phone, session: { url, token } })
    await page.goto(`${url}/studio/shows/${show.id}/camera`)
    await page.getByText('The browser keeps the camera locked here').waitFor()
    expect(await page.getByRole('link', { name: 'How to trust it' }).getAttribute('href'))
      .toBe('/trust')
    await context.close()
  })
})
