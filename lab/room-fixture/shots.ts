import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { projectRoot } from '../../tools/lib/run.ts'
import { startFixture } from './server.ts'

/** One picture: the state of the room, the screen, and what is pressed before. */
interface Shot {
  readonly name: string
  readonly query: string
  readonly isWide?: boolean
  readonly theme?: 'light' | 'dark'
  readonly size?: { readonly width: number, readonly height: number }
  readonly act?: (page: Page) => Promise<void>
}

const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name }).first().click()

async function fillAddress(page: Page): Promise<void> {
  await page.getByLabel('Full name').fill('Ada Lind')
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Street and house number').fill('Lindenweg 4')
  await page.getByLabel('City').fill('Köln')
  await page.getByLabel('Postal code').fill('50667')
}

async function toReview(page: Page): Promise<void> {
  await press(page, /^Buy/)
  await press(page, 'Continue')
  await fillAddress(page)
  await press(page, 'Save and continue')
  await page.getByText('Deliver to').waitFor()
}

const fresh = '?scene=live&fresh=1'
const side = { width: 844, height: 390 }
const small = { width: 320, height: 568 }

const silver = '?view=silver&scene'
const silverShots: readonly Shot[] = [
  { name: 'silver', query: `${silver}=live` },
  { name: 'silver-dark', query: `${silver}=live`, theme: 'dark' },
  { name: 'silver-ar', query: `${silver}=live&lang=ar&market=SA` },
  { name: 'silver-pseudo', query: `${silver}=live&lang=en-XA` },
  { name: 'silver-soldout', query: `${silver}=soldout` },
  { name: 'silver-soon', query: `${silver}=soon` },
  { name: 'silver-stopped', query: `${silver}=stopped` },
  { name: 'silver-scheduled', query: `${silver}=scheduled` },
  { name: 'silver-lost', query: `${silver}=lost` },
  { name: 'silver-ended', query: `${silver}=ended` },
  { name: 'silver-more', query: `${silver}=live`, act: (page) => press(page, 'More') },
  { name: 'silver-chat', query: `${silver}=live`, act: (page) => press(page, 'Ask or say') },
  { name: 'silver-goods', query: `${silver}=soldout`, act: (page) => press(page, 'See products') },
  { name: 'silver-buy', query: `${silver}=live&fresh=1`, act: (page) => press(page, /^Buy/) },
  { name: 'silver-review', query: `${silver}=live&fresh=1`, act: toReview },
  { name: 'silver-small', query: `${silver}=live`, size: small },
  { name: 'silver-small-pseudo', query: `${silver}=live&lang=en-XA`, size: small },
  { name: 'silver-small-ar', query: `${silver}=live&lang=ar&market=SA`, size: small },
  {
    name: 'silver-small-buy', query: `${silver}=live&fresh=1`, size: small,
    act: (page) => press(page, /^Buy/),
  },
  { name: 'silver-zoom', query: `${silver}=live`, size: { width: 195, height: 422 } },
  { name: 'silver-landscape', query: `${silver}=live`, size: side },
  { name: 'silver-desktop', query: `${silver}=live`, isWide: true },
]

const tv = '?view=tv&scene'
const hall = { width: 1920, height: 1080 }
const tvShots: readonly Shot[] = [
  { name: 'tv', query: `${tv}=live`, size: hall },
  { name: 'tv-ar', query: `${tv}=live&lang=ar&market=SA`, size: hall },
  { name: 'tv-soldout', query: `${tv}=soldout`, size: hall },
  { name: 'tv-ended', query: `${tv}=ended`, size: hall },
  { name: 'tv-scheduled', query: `${tv}=scheduled`, size: hall },
  { name: 'tv-half', query: `${tv}=live`, size: { width: 960, height: 540 } },
  {
    name: 'tv-goods', query: `${tv}=live`, size: hall,
    async act(page) {
      await page.keyboard.press('g')
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
    },
  },
]

export const shots: readonly Shot[] = [
  { name: 'live', query: '?scene=live' },
  { name: 'live-dark', query: '?scene=live', theme: 'dark' },
  { name: 'live-ar', query: '?scene=live&lang=ar&market=SA' },
  { name: 'live-zh', query: '?scene=live&lang=zh-Hans&market=CN' },
  { name: 'live-pseudo', query: '?scene=live&lang=en-XA' },
  { name: 'plain', query: '?scene=plain' },
  { name: 'soon', query: '?scene=soon' },
  { name: 'soon-dark', query: '?scene=soon', theme: 'dark' },
  { name: 'soon-ar', query: '?scene=soon&lang=ar&market=SA' },
  { name: 'desktop-soon', query: '?scene=soon', isWide: true },
  { name: 'soldout', query: '?scene=soldout' },
  { name: 'stopped', query: '?scene=stopped' },
  { name: 'scheduled', query: '?scene=scheduled' },
  { name: 'lost', query: '?scene=lost' },
  { name: 'ended', query: '?scene=ended' },
  { name: 'ended-ar', query: '?scene=ended&lang=ar&market=SA&t=22' },
  { name: 'ended-dark', query: '?scene=ended&t=12', theme: 'dark' },
  { name: 'chapters', query: '?scene=ended&t=12', act: (page) => press(page, /^Chapters/) },
  { name: 'empty', query: '?scene=empty' },
  { name: 'offline', query: '?scene=live', act: (page) => page.context().setOffline(true) },
  { name: 'bag', query: '?scene=live', act: (page) => press(page, 'In this show') },
  { name: 'product', query: '?scene=live', act: (page) => press(page, /^More about/) },
  { name: 'chat', query: '?scene=live', act: (page) => press(page, 'Open the whole chat') },
  { name: 'places', query: '?scene=live', act: (page) => press(page, 'Language and country') },
  { name: 'buy', query: fresh, act: (page) => press(page, /^Buy/) },
  {
    name: 'address-wrong', query: fresh,
    async act(page) {
      await press(page, /^Buy/)
      await press(page, 'Continue')
      await press(page, 'Save and continue')
    },
  },
  { name: 'review', query: fresh, act: toReview },
  { name: 'review-dark', query: fresh, theme: 'dark', act: toReview },
  {
    name: 'challenge', query: fresh,
    async act(page) {
      await toReview(page)
      await press(page, /^Pay/)
      await page.locator('iframe').waitFor()
      await page.waitForTimeout(500)
    },
  },
  {
    name: 'paid', query: fresh,
    async act(page) {
      await toReview(page)
      await press(page, /^Pay/)
      await page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click()
      await page.getByText('Thank you').waitFor()
    },
  },
  { name: 'orders', query: '?scene=live', act: (page) => press(page, 'My orders') },
  { name: 'buy-ar', query: `${fresh}&lang=ar&market=SA`, act: (page) => press(page, /^شراء/) },
  { name: 'desktop', query: '?scene=live', isWide: true },
  { name: 'desktop-dark', query: '?scene=live', isWide: true, theme: 'dark' },
  { name: 'desktop-ar', query: '?scene=live&lang=ar&market=SA', isWide: true },
  { name: 'desktop-ended', query: '?scene=ended', isWide: true },
  { name: 'desktop-review', query: fresh, isWide: true, act: toReview },
  { name: 'landscape', query: '?scene=live', size: { width: 844, height: 390 } },
  { name: 'landscape-dark', query: '?scene=live', theme: 'dark', size: side },
  { name: 'landscape-ar', query: '?scene=live&lang=ar&market=SA', size: side },
  { name: 'landscape-ended', query: '?scene=ended', size: side },
  { name: 'landscape-soon', query: '?scene=scheduled', size: side },
  { name: 'landscape-lost', query: '?scene=lost', size: side },
  { name: 'landscape-buy', query: fresh, size: side, act: (page) => press(page, /^Buy/) },
  { name: 'comfort', query: '?scene=live', act: (page) => press(page, 'View and comfort') },
  {
    name: 'comfort-ar', query: '?scene=live&lang=ar&market=SA',
    act: (page) => press(page, 'العرض والراحة'),
  },
  { name: 'keys', query: '?scene=live', isWide: true, act: (page) => page.keyboard.press('?') },
  ...silverShots, ...tvShots,
  { name: 'zoom-200', query: '?scene=live', size: { width: 320, height: 568 } },
]

async function takeShot(browser: Browser, url: string, folder: string, shot: Shot): Promise<void> {
  const viewport = shot.size ?? (shot.isWide ? { width: 1440, height: 900 }
    : { width: 390, height: 844 })
  const context = await browser.newContext({
    viewport, deviceScaleFactor: viewport.width > 1000 ? 1 : 2, colorScheme: shot.theme ?? 'light',
    hasTouch: !shot.isWide,
  })
  const page = await context.newPage()
  page.on('console',
    (line) => line.type() === 'error' && console.log(`${shot.name}: ${line.text()}`))
  page.on('pageerror', (error) => console.log(`${shot.name}: ${error.message}`))
  try {
    await page.goto(url + shot.query)
    await page.waitForTimeout(1800)
    await shot.act?.(page)
    await page.waitForTimeout(400)
    await page.screenshot({ path: join(folder, `room-${shot.name}.png`) })
  } catch (error) {
    console.log(`${shot.name}: ${(error as Error).message.split('\n')[0]}`)
  } finally {
    await context.close()
  }
}

/** `node lab/room-fixture/shots.ts [name ...]`: pictures of the Room into shots/. */
async function main(names: readonly string[]): Promise<void> {
  const folder = join(projectRoot, 'shots')
  const mediaDir = mkdtempSync(join(tmpdir(), 'room-fixture-'))
  mkdirSync(folder, { recursive: true })
  const fixture = await startFixture({ mediaDir })
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  try {
    const wanted = shots.filter(({ name }) => names.length === 0 || names.includes(name))
    for (const shot of wanted) await takeShot(browser, fixture.url, folder, shot)
  } finally {
    await browser.close()
    await fixture.stop()
    rmSync(mediaDir, { recursive: true, force: true })
  }
}

await main(process.argv.slice(2))
