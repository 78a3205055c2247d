import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import {
  openBrowser, readLoudness, readPlay, visit, waitFrames, type Visit,
} from '../../lab/rig/browser.ts'
import { startHouse, type RiggedHouse } from '../../lab/rig/house.ts'
import { fillDelivery } from '../../lab/rig/shopper.ts'

/** As a network that lets no UDP through: every candidate of the server leads nowhere. */
const noUdp = `
window.isBlocked = true
const set = RTCPeerConnection.prototype.setRemoteDescription
RTCPeerConnection.prototype.setRemoteDescription = function (description) {
  const sdp = window.isBlocked
    ? description.sdp.replace(/(a=candidate:.* )\\d+( typ host)/g, '$19$2') : description.sdp
  return set.call(this, { type: description.type, sdp })
}`

let house: RiggedHouse
let browser: Browser

beforeAll(async () => {
  // Three places, one of them kept for those who buy.
  house = await startHouse({ env: { SILKCAST_WHEP_MAX: '3', SILKCAST_WHEP_KEPT: '1' } })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await house?.stop()
})

async function enter(script?: string): Promise<Visit> {
  const room = await visit(browser)
  if (script) await room.context.addInitScript(script)
  await room.page.goto(house.url)
  return room
}
async function waitTransport(page: Page, transport: 'whep' | 'hls', ms: number): Promise<number> {
  const startMs = systemClock.steadyMs()
  for (;;) {
    const now = await readPlay(page)
    if (now.transport === transport && now.frames > 0) return systemClock.steadyMs() - startMs
    const waitedMs = systemClock.steadyMs() - startMs
    if (waitedMs > ms) throw new Error(`no ${transport} in ${ms} ms: ${JSON.stringify(now)}`)
    await systemClock.sleep(100)
  }
}

describe('the way to a viewer', () => {
  test('is WebRTC where it works', async () => {
    const { page, context, troubles } = await enter()
    await waitTransport(page, 'whep', 20_000)
    await waitFrames(page, 20)
    expect(troubles).toEqual([])
    await context.close()
  })

  test('is HLS where a browser has none', async () => {
    const { page, context } = await enter('delete window.RTCPeerConnection')
    await waitTransport(page, 'hls', 20_000)
    await waitFrames(page, 20)
    await context.close()
  })

  test('is HLS where UDP is blocked, and WebRTC as soon as it is not: sound and cart go on',
    async () => {
      const { page, context, troubles } = await enter(noUdp)
      await waitTransport(page, 'hls', 20_000)
      await page.getByRole('button', { name: 'Tap for sound' }).click()
      expect(await readLoudness(page)).toBeGreaterThan(0.001)
      await page.getByRole('button', { name: /^Buy/ }).first().click()
      const sheet = page.getByRole('dialog')
      await sheet.waitFor()
      await page.evaluate('window.isBlocked = false')
      // It is tried again after half a minute.
      await waitTransport(page, 'whep', 60_000)
      await waitFrames(page, 20)
      expect((await readPlay(page)).isMuted).toBe(false)
      expect(await readLoudness(page)).toBeGreaterThan(0.001)
      expect(await sheet.isVisible()).toBe(true)
      expect(await page.evaluate<number>(
        '[...document.querySelectorAll("video")].filter((v) => !v.paused && !v.muted).length'))
        .toBe(1)
      expect(troubles).toEqual([])
      await context.close()
    })
})

/** Notes every word that lies over the picture from now on. */
const watchVeils = `(() => {
  const stage = document.querySelector('.stage')
  window.veils = []
  new MutationObserver(() => stage.dataset.veil && window.veils.push(stage.dataset.veil))
    .observe(stage, { attributes: true })
})()`
const heard = '[...document.querySelectorAll("video")].filter((v) => !v.paused && !v.muted).length'

async function order(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Buy/ }).first().click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await fillDelivery(page)
  await page.getByRole('button', { name: /^Pay/ }).click()
}

describe('a place without delay where there are few', () => {
  const run = async () => {
    const first = await enter()
    await waitTransport(first.page, 'whep', 40_000)
    const second = await enter()
    await waitTransport(second.page, 'whep', 20_000)
    const buyer = await enter()
    await waitTransport(buyer.page, 'hls', 20_000)
    await waitFrames(buyer.page, 20)

    // The first looks at goods with sound on; that one has been here longest.
    await first.page.getByRole('button', { name: 'Tap for sound' }).click()
    await first.page.getByRole('button', { name: /^Buy/ }).first().click()
    await first.page.getByRole('dialog').waitFor()
    await first.page.evaluate(watchVeils)
    await order(buyer.page)
    await waitTransport(buyer.page, 'whep', 8_000)
    await waitTransport(first.page, 'hls', 8_000)

    expect(await first.page.evaluate<number>(heard)).toBe(1)
    expect((await readPlay(first.page)).isMuted).toBe(false)
    await waitFrames(first.page, 20)
    expect(await readLoudness(first.page)).toBeGreaterThan(0.001)
    expect(await first.page.getByRole('dialog').isVisible()).toBe(true)
    expect(await first.page.evaluate<string[]>('window.veils')).toEqual([])
    await systemClock.sleep(6_000)
    expect(await Promise.all([first, second, buyer].map(async ({ page }) =>
      (await readPlay(page)).transport))).toEqual(['hls', 'whep', 'whep'])
    for (const { context, troubles } of [first, second, buyer]) {
      expect(troubles).toEqual([])
      await context.close()
    }
  }

  test('goes to who buys; who made room has sound and cart on, and stays away', run)

  test('the same where none is kept, and somebody has to go at once', async () => {
    await house.stop()
    house = await startHouse({ env: { SILKCAST_WHEP_MAX: '2', SILKCAST_WHEP_KEPT: '0' } })
    await run()
  })
})
