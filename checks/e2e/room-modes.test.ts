import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startFixture } from '../../lab/room-fixture/server.ts'
import { openBrowser, visit, waitFrames } from '../../lab/rig/browser.ts'

// The Room alone, without a house behind it: keys, views, small window, data saver.

const patient = { timeout: 10_000, interval: 100 }
const mediaDir = mkdtempSync(join(tmpdir(), 'room-modes-'))
let fixture: Awaited<ReturnType<typeof startFixture>>
let browser: Browser
const open: { page: Page, troubles: string[] }[] = []

beforeAll(async () => {
  [fixture, browser] = await Promise.all([startFixture({ mediaDir }), openBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await fixture?.stop()
  rmSync(mediaDir, { recursive: true, force: true })
})
afterEach(async () => {
  for (const { page, troubles } of open.splice(0)) {
    await page.context().close()
    expect(troubles).toEqual([])
  }
})

async function go(query: string, viewport = { width: 1440, height: 900 }): Promise<Page> {
  const one = await visit(browser, { viewport })
  open.push(one)
  await one.page.goto(`${fixture.url}/?${query}`)
  await one.page.locator('.room').waitFor()
  return one.page
}

const dialog = (page: Page) => page.locator('dialog[open]')
const focused = (page: Page) => page.evaluate<string>(`(() => {
  const element = document.activeElement
  return element?.getAttribute('aria-label') || element?.textContent || element?.tagName || ''
})()`)
const isMuted = (page: Page) => page.evaluate<boolean>('document.querySelector("video").muted')

describe('keys', () => {
  test('open and close what they say, and give the focus back', async () => {
    const page = await go('scene=live&fresh=1')
    for (const [key, title] of [
      ['?', 'View and comfort'], ['c', 'Chat'], ['g', 'In this show'], ['o', 'My orders'],
      ['b', 'Buy'],
    ] as const) {
      await page.keyboard.press(key)
      await dialog(page).getByRole('heading', { name: title, exact: true }).waitFor()
      expect(await page.evaluate('document.activeElement.closest("dialog") !== null')).toBe(true)
      await page.keyboard.press('Escape')
      await dialog(page).waitFor({ state: 'detached' })
    }
    expect(await isMuted(page)).toBe(true)
    await page.keyboard.press('m')
    await vi.waitFor(async () => expect(await isMuted(page)).toBe(false), patient)

    const orders = page.getByRole('button', { name: 'My orders' })
    await orders.focus()
    await page.keyboard.press('Enter')
    await dialog(page).waitFor()
    // No other sheet opens on top, and the focus cannot leave for what lies below.
    await page.keyboard.press('g')
    for (let at = 0; at < 6; at++) {
      await page.keyboard.press('Tab')
      expect(await page.evaluate(
        'document.activeElement === document.body || !!document.activeElement.closest("dialog")',
      )).toBe(true)
    }
    expect(await dialog(page).count()).toBe(1)
    await page.keyboard.press('Escape')
    await vi.waitFor(async () => expect(await focused(page)).toBe('My orders'), patient)
  })

  test('are letters in a field, and nothing once they are switched off', async () => {
    const page = await go('scene=live')
    await page.getByLabel('Say something').first().focus()
    await page.keyboard.type('bcgomf?')
    expect(await page.getByLabel('Say something').first().inputValue()).toBe('bcgomf?')
    expect(await dialog(page).count()).toBe(0)
    expect(await isMuted(page)).toBe(true)

    await page.getByRole('button', { name: 'View and comfort' }).click()
    await page.getByLabel('Use single-key shortcuts').uncheck()
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    await page.reload()
    await page.locator('.room').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('?')
    await page.waitForTimeout(200)
    expect(await dialog(page).count()).toBe(0)
  })
})

describe('the small window', () => {
  const inWindow = (page: Page) => page.evaluate<string>(
    'document.pictureInPictureElement?.dataset.name ?? document.pictureInPictureElement?.tagName')
  const isPlaying = (page: Page) =>
    page.evaluate<boolean>('!document.querySelector("video").paused')

  test('plays on under a sheet, follows the element that plays, and comes back', async () => {
    const page = await go('scene=live')
    await waitFrames(page, 5)
    await page.keyboard.press('p')
    await vi.waitFor(async () => expect(await inWindow(page)).toBe('VIDEO'), patient)
    await page.getByRole('button', { name: 'Close the small window' }).waitFor()
    await page.keyboard.press('g')
    await dialog(page).waitFor()
    await waitFrames(page, 5)
    expect(await inWindow(page)).toBe('VIDEO')
    await page.keyboard.press('Escape')

    // What the player does when it changes over to another element.
    await page.evaluate(`(async () => {
      const first = document.querySelector('video[data-playing]')
      delete first.dataset.playing
      const second = document.createElement('video')
      second.dataset.name = 'second'
      second.dataset.playing = ''
      second.muted = true
      second.srcObject = first.captureStream()
      first.after(second)
      await second.play()
    })()`)
    await vi.waitFor(async () => expect(await inWindow(page)).toBe('second'), patient)
    await page.evaluate('document.querySelector("[data-name=second]").remove()')
    await page.keyboard.press('p')
    await vi.waitFor(async () => expect(await inWindow(page)).toBeUndefined(), patient)
    await page.keyboard.press('p')
    await vi.waitFor(async () => expect(await inWindow(page)).toBe('VIDEO'), patient)
    // The window's own close button pauses the film; a live show goes on.
    await page.evaluate('document.querySelector("video").pause(), document.exitPictureInPicture()')
    await vi.waitFor(async () => expect(await isPlaying(page)).toBe(true), patient)
    await waitFrames(page, 5)
  })
})

describe('silver mode', () => {
  interface Measured {
    readonly buttons: { text: string, width: number, height: number, bottom: number }[]
    readonly small: string[]
    readonly overflow: number
    readonly panelTop: number
    readonly stageBottom: number
    readonly stageHeight: number
    readonly type: number
  }
  const measure = (page: Page) => page.evaluate<Measured>(`(() => {
    const box = (element) => element.getBoundingClientRect()
    const shown = [...document.querySelectorAll('.room :is(button, input, a)')]
      .filter((element) => element.checkVisibility())
    return {
      buttons: [...document.querySelectorAll('.big-buttons button')].map((element) => ({
        text: element.textContent, width: box(element).width, height: box(element).height,
        bottom: box(element).bottom,
      })),
      small: shown.filter((element) => box(element).height < 63.5 || box(element).width < 63.5)
        .map((element) => element.outerHTML.slice(0, 90)),
      overflow: document.documentElement.scrollWidth - innerWidth,
      panelTop: box(document.querySelector('.room-side')).top,
      stageBottom: box(document.querySelector('.stage')).bottom,
      stageHeight: box(document.querySelector('.stage')).height,
      type: parseFloat(getComputedStyle(document.querySelector('.big-buttons button')).fontSize),
    }
  })()`)

  test.each([
    [390, 844, 'en'], [320, 568, 'en'], [195, 422, 'en'], [844, 390, 'en'], [320, 568, 'en-XA'],
    [390, 844, 'ar'],
  ])('has three large buttons in words at %i x %i, in %s', async (width, height, lang) => {
    const page = await go(`view=silver&scene=live&lang=${lang}`, { width, height })
    const { buttons, small, overflow, ...at } = await measure(page)
    expect(buttons).toHaveLength(3)
    for (const button of buttons) {
      expect(button.text.trim().length).toBeGreaterThan(2)
      expect(button.height).toBeGreaterThanOrEqual(63.5)
      expect(button.bottom).toBeLessThanOrEqual(height + 0.5)
    }
    expect(small).toEqual([])
    expect(overflow).toBeLessThanOrEqual(0)
    if (width < height) expect(at.panelTop).toBeGreaterThanOrEqual(at.stageBottom - 0.5)
    expect(at.stageHeight).toBeGreaterThan(height * 0.2)
    // The same page around a picture of 16:9.
    await page.evaluate('document.querySelector(".room").dataset.shape = "wide"')
    expect((await measure(page)).stageHeight).toBeGreaterThan(height * 0.2)
    // At 195 px the browser's own zoom has made everything twice as large.
    if (width > 200) expect(at.type).toBeGreaterThanOrEqual(16 * 1.4 - 0.01)
  })

  test('has everything else one tap away, and keeps its place when nothing can be bought',
    async () => {
      const page = await go('view=silver&scene=soldout', { width: 390, height: 844 })
      const three = page.locator('.big-buttons button')
      expect(await three.allTextContents())
        .toEqual(['See products', 'Ask or say something', 'Sound on'])
      await three.nth(2).click()
      await vi.waitFor(async () => expect(await three.nth(2).textContent()).toBe('Sound off'))
      await page.getByRole('button', { name: 'More', exact: true }).click()
      expect((await dialog(page).locator('.more button').allTextContents()).slice(0, 5)).toEqual(
        ['In this show', 'Chat', 'My orders', 'Language and country', 'View and comfort'])
      await dialog(page).getByRole('button', { name: 'View and comfort' }).click()
      await dialog(page).getByRole('radio', { name: 'Standard' }).check()
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'In this show' }).waitFor()
      expect(await page.evaluate('localStorage.getItem("silkcast.comfort")')).toContain('"plain"')
    })
})

describe('a phone on its side', () => {
  test.each(['en', 'ar'])('leaves the picture free and Buy under the thumb, in %s',
    async (lang) => {
      const page = await go(`scene=live&lang=${lang}`, { width: 844, height: 390 })
      await waitFrames(page, 3)
      const covered = await page.evaluate<string[]>(`(() => {
        const stage = document.querySelector('.stage').getBoundingClientRect()
        const { left, right, top, bottom } = stage
        const width = (bottom - top) * 9 / 16
        const start = document.dir === 'rtl' ? left : right - width
        const found = []
        for (let x = 0.05; x < 1; x += 0.1) for (let y = 0.05; y < 1; y += 0.1) {
          const hit = document.elementFromPoint(start + width * x, top + (bottom - top) * y)
          if (!hit.matches('.stage-video')) found.push(hit.className)
        }
        return found
      })()`)
      expect(covered).toEqual([])
      const buy = (await page.locator('.card-act button').boundingBox())!
      expect(buy.y).toBeGreaterThan(390 / 2)
      expect(buy.height).toBeGreaterThanOrEqual(44)
    })
})

describe('television', () => {
  const hall = { width: 1920, height: 1080 }
  const ring = (page: Page) => page.evaluate<string>(
    'getComputedStyle(document.activeElement).outlineStyle + " "'
    + ' + getComputedStyle(document.activeElement).outlineWidth')

  test('is worked with arrows, OK and Back, and the focus is always to be seen', async () => {
    const page = await go('view=tv&scene=live&fresh=1', hall)
    await vi.waitFor(async () => expect(await focused(page)).toMatch(/^Buy: /), patient)
    expect(await ring(page)).toMatch(/^solid [5-9]/)
    await page.keyboard.press('ArrowUp')
    expect(await focused(page)).toMatch(/My orders|Language|Full screen|Small window|^More about/)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await page.evaluate('document.activeElement.className')).toBe('say-input')
    await page.keyboard.press('ArrowRight')
    expect(await focused(page)).toBe('Send a heart')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await dialog(page).getByRole('heading', { name: 'In this show' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    expect(await focused(page)).toMatch(/^Buy/)
    // The Back key of a remote control.
    await page.evaluate('document.activeElement.dispatchEvent('
      + 'new KeyboardEvent("keydown", { key: "GoBack", bubbles: true, cancelable: true }))')
    await dialog(page).waitFor({ state: 'detached' })
    expect(await ring(page)).toMatch(/^solid [5-9]/)
  })

  test('finds a new place for the focus when its button has gone', async () => {
    const page = await go('view=tv&scene=live', hall)
    await vi.waitFor(async () => expect(await focused(page)).toMatch(/^Buy: /), patient)
    const { show } = fixture.world.makeRoom('live', Date.now())
    await page.waitForTimeout(300)
    fixture.tell({ k: 'show', show: { ...show, saleStopped: true } })
    await page.getByText('Sale paused').first().waitFor()
    await vi.waitFor(async () =>
      expect(await page.evaluate('document.activeElement.tagName')).toBe('BUTTON'), patient)
  })

  test('shows a code that opens the product on a phone; nobody else fetches the encoder',
    async () => {
      const asked: string[] = []
      const page = await go('scene=live')
      page.on('request', (request) => asked.push(request.url()))
      await page.reload()
      await waitFrames(page, 3)
      expect(asked.filter((url) => url.includes('qr-code'))).toEqual([])
      const set = await go('view=tv&scene=live', hall)
      const code = set.getByRole('img', { name: 'Code that opens this product on your phone' })
      const size = (await code.boundingBox())!
      expect(size.width).toBeGreaterThan(180)
      const { pinned } = fixture.world.makeRoom('live', Date.now())
      const phone = await go(`scene=live&product=${pinned!.id}`, { width: 390, height: 844 })
      await dialog(phone).getByRole('heading', { name: pinned!.title }).waitFor()
    })
})

describe('data saver', () => {
  const pieces = (asked: readonly string[], name: string) =>
    asked.filter((url) => new RegExp(`/${name}-\\d+\\.m4s`).test(url)).length

  async function play(comfort: object): Promise<{ asked: string[], page: Page }> {
    const page = await go('scene=plain')
    const kept = JSON.stringify(comfort)
    await page.evaluate(`localStorage.setItem('silkcast.comfort', '${kept}')`)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(`${fixture.url}/?scene=renditions`)
    const seconds = () => page.evaluate<number>('document.querySelector("video").currentTime')
    await vi.waitFor(async () => expect(await seconds()).toBeGreaterThan(1),
      { timeout: 20_000, interval: 200 })
    return { asked, page }
  }

  test('asks for the smallest picture only', async () => {
    const { asked, page } = await play({ dataSaver: 'on' })
    expect(pieces(asked, 'low')).toBeGreaterThan(0)
    expect([pieces(asked, 'show'), pieces(asked, 'sound')]).toEqual([0, 0])
    expect(await page.evaluate('document.querySelector("video").videoWidth')).toBe(180)
  })

  test('asks for the sound only, says so, and gives the picture back', async () => {
    const { asked, page } = await play({ dataSaver: 'sound' })
    expect(pieces(asked, 'sound')).toBeGreaterThan(0)
    expect([pieces(asked, 'show'), pieces(asked, 'low')]).toEqual([0, 0])
    await page.getByText('Sound only, to save data').waitFor()
    await page.getByRole('button', { name: 'Show the picture' }).click()
    await vi.waitFor(async () => expect(
      await page.evaluate('document.querySelector("video").videoWidth')).toBe(180), patient)
  })

  test('does nothing where nothing was asked', async () => {
    const { asked } = await play({ dataSaver: 'off' })
    await vi.waitFor(() => expect(pieces(asked, 'show')).toBeGreaterThan(0), patient)
    expect(pieces(asked, 'sound')).toBe(0)
  })
})
