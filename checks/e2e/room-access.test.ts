import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startFixture } from '../../lab/room-fixture/server.ts'
import { openBrowser, visit, waitFrames } from '../../lab/rig/browser.ts'

// What a screen reader gets of the Room: the browser's own accessibility tree.

const patient = { timeout: 10_000, interval: 100 }
const mediaDir = mkdtempSync(join(tmpdir(), 'room-access-'))
let fixture: Awaited<ReturnType<typeof startFixture>>
let browser: Browser
const open: Page[] = []

beforeAll(async () => {
  [fixture, browser] = await Promise.all([startFixture({ mediaDir }), openBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await fixture?.stop()
  rmSync(mediaDir, { recursive: true, force: true })
})
afterEach(async () => {
  for (const page of open.splice(0)) await page.context().close()
})

async function go(query: string, viewport = { width: 390, height: 844 }): Promise<Page> {
  const { page } = await visit(browser, { viewport })
  open.push(page)
  await page.goto(`${fixture.url}/?${query}`)
  await page.locator('.room').waitFor()
  return page
}

interface Thing { readonly role: string, readonly name: string }

/** Everything that is not hidden from assistive technology, in reading order. */
async function readTree(page: Page): Promise<Thing[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  return nodes.filter((node) => !node.ignored).map((node) => ({
    role: String(node.role?.value ?? ''), name: String(node.name?.value ?? '').trim(),
  }))
}

// A form without a name is no landmark (HTML-AAM), although this browser lists it.
const MUST_BE_NAMED = new Set([
  'button', 'link', 'textbox', 'searchbox', 'slider', 'radio', 'checkbox', 'combobox', 'spinbutton',
  'menuitem', 'tab', 'img', 'image', 'Video', 'video', 'dialog', 'region', 'complementary',
  'navigation', 'log', 'article', 'radiogroup', 'Iframe',
])
const LANDMARKS = new Set(
  ['banner', 'complementary', 'contentinfo', 'main', 'navigation', 'region', 'search'])

const unnamed = (tree: readonly Thing[]) =>
  tree.filter(({ role, name }) => MUST_BE_NAMED.has(role) && name === '')

const shown = (tree: readonly Thing[], role: string) =>
  tree.filter((thing) => thing.role === role).map(({ name }) => name)

const desk = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
const side = { width: 844, height: 390 }
const hall = { width: 1920, height: 1080 }

describe('every control has a name and every landmark too', () => {
  test.each([
    ['scene=live', phone], ['scene=live', desk], ['scene=live', side], ['scene=soldout', phone],
    ['scene=scheduled', desk], ['scene=ended', phone], ['scene=lost', phone],
    ['scene=live&view=silver', phone], ['scene=ended&view=silver', phone],
    ['scene=live&view=tv', hall], ['scene=live&lang=ar', phone], ['scene=live&lang=zh-Hans', desk],
  ])('%s at %o', async (query, viewport) => {
    const page = await go(query, viewport)
    await page.waitForTimeout(600)
    const tree = await readTree(page)
    expect(unnamed(tree)).toEqual([])
    expect(shown(tree, 'main')).toHaveLength(1)
    const landmarks = tree.filter(({ role }) => LANDMARKS.has(role))
    const names = landmarks.map(({ role, name }) => `${role} ${name}`)
    expect(new Set(names).size).toBe(names.length)
    expect(await page.locator('h1').count()).toBe(1)
    // The picture is told from the still that stands in for it.
    expect(tree.filter(({ role }) => role.toLowerCase() === 'video').map(({ name }) => name))
      .toEqual(query.includes('scheduled') ? [] : [expect.stringContaining('Quiet things')])
  })

  test('in every sheet', async () => {
    const page = await go('scene=live&fresh=1', desk)
    for (const [key, title] of [
      ['?', 'View and comfort'], ['c', 'Chat'], ['g', 'In this show'], ['o', 'My orders'],
      ['b', 'Buy'],
    ] as const) {
      await page.keyboard.press(key)
      await page.locator('dialog[open]').waitFor()
      await page.waitForTimeout(300)
      const tree = await readTree(page)
      expect(shown(tree, 'dialog')).toEqual([title])
      expect(unnamed(tree)).toEqual([])
      await page.keyboard.press('Escape')
      await page.locator('dialog[open]').waitFor({ state: 'detached' })
    }
  })
})

describe('the order of the focus', () => {
  async function walk(page: Page, steps: number): Promise<string[]> {
    const names: string[] = []
    for (let at = 0; at < steps; at++) {
      await page.keyboard.press('Tab')
      names.push(await page.evaluate<string>(`(() => {
        const element = document.activeElement
        return element.getAttribute('aria-label') ?? (element.labels?.[0] ?? element).textContent
      })()`))
    }
    return names
  }

  test('on a phone: sound, tools, product, buy, chat', async () => {
    const page = await go('scene=live')
    await page.getByRole('button', { name: 'Tap for sound' }).waitFor()
    const names = await walk(page, 11)
    expect(names.map((name) => name.replace(/: .*| about .*/, ''))).toEqual([
      'Tap for sound', 'Sound on', 'My orders', 'Language and country', 'View and comfort',
      'Open the whole chat', 'More', 'Buy', 'Say something', 'Raise your hand to come on stage',
      'Send a heart',
    ])
  })

  test('on a desk the product on stage comes before the long list', async () => {
    const page = await go('scene=live', desk)
    const names = await walk(page, 18)
    const buy = names.findIndex((name) => name.startsWith('Buy: '))
    expect(buy).toBeGreaterThan(0)
    expect(buy).toBeLessThan(names.findIndex((name) => name.includes('On stage now')))
  })
})

describe('what is said aloud', () => {
  /** What the polite regions that can be heard say; a modal sheet silences those outside it. */
  const said = (page: Page) => page.evaluate<string>(`(() => {
    const sheet = document.querySelector('dialog[open]')
    return [...document.querySelectorAll('p[aria-live=polite]')]
      .filter((region) => !sheet || sheet.contains(region))
      .map((region) => region.textContent.trim()).join('|')
  })()`)
  const hears = (page: Page, text: string | RegExp) => vi.waitFor(
    async () => expect(await said(page)).toMatch(text), patient)

  async function joined(query: string): Promise<Page> {
    const page = await go(query)
    // The first pin that arrives proves that the socket stands; nothing changes by it.
    await waitFrames(page, 3)
    return page
  }

  test('a pin, sold out, a stopped sale; inside a sheet too; no second of a countdown',
    async () => {
      const page = await joined('scene=live')
      const { show, lineUp, offer, pinned } = fixture.world.makeRoom('live', Date.now())
      const other = lineUp.find((card) => card.id !== pinned!.id)!
      await page.waitForTimeout(2500)
      expect(await said(page)).toBe('')
      expect(await page.getByRole('timer').first().getAttribute('aria-live')).toBe('off')

      fixture.tell({ k: 'left', offerId: offer!.id, left: 12 })
      await page.getByText('12 left').first().waitFor({ state: 'attached' })
      expect(await said(page)).toBe('')
      fixture.tell({ k: 'left', offerId: offer!.id, left: 0 })
      await hears(page, `${pinned!.title} is sold out.`)
      fixture.tell({ k: 'pin', product: other, mediaMs: null })
      await hears(page, `Now on stage: ${other.title}`)

      await page.keyboard.press('o')
      await page.locator('dialog[open]').waitFor()
      fixture.tell({ k: 'show', show: { ...show, saleStopped: true } })
      await hears(page, 'Sale paused')
      fixture.tell({ k: 'show', show })
      await hears(page, 'The sale goes on.')
      fixture.tell({ k: 'show', show: { ...show, signal: 'lost' } })
      await hears(page, 'Back soon')
    })

  test('that the line is gone, and that it stands again', async () => {
    const page = await joined('scene=live')
    await page.context().setOffline(true)
    await hears(page, 'You are offline')
    await page.context().setOffline(false)
    await hears(page, /Connected again|Reconnecting/)
  })

  test('the chat only to those who opened it', async () => {
    const page = await go('scene=live', desk)
    const log = page.getByRole('log', { name: 'Chat' })
    expect(await log.first().getAttribute('aria-live')).toBe('off')
    await page.keyboard.press('c')
    const sheet = page.locator('dialog[open]').getByRole('log', { name: 'Chat' })
    expect(await sheet.getAttribute('aria-live')).toBe('polite')
  })
})
