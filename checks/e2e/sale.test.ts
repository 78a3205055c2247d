import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '#kernel'
import type { Client } from '#sdk'
import type { Product } from '#trade/catalog/contract'
import type { Offer } from '#trade/offers/contract'
import { desk as wide, openBrowser, readLoudness, readPlay, shoot, visit, waitFrames, type Visit,
} from '../../lab/rig/browser.ts'
import { startHouse, type RiggedHouse } from '../../lab/rig/house.ts'
import { fillDelivery } from '../../lab/rig/shopper.ts'

let house: RiggedHouse
let browser: Browser
let staff: Client
let showId: string
let room: Visit
let studio: Visit
let products: Product[]

const patient = { timeout: 20_000, interval: 200 }
const card = () => room.page.getByRole('article', { name: 'Product on stage' })
const byHandle = (handle: string) => products.find((product) => product.handle === handle)!

const value = <T>(result: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

async function waitLive(): Promise<void> {
  await vi.waitFor(async () => {
    const show = value(await staff.call('GET /api/shows/:showId', { params: { showId } }))
    expect([show.state, show.signal]).toEqual(['live', 'receiving'])
  }, { timeout: 30_000, interval: 200 })
}

beforeAll(async () => {
  ;[house, browser] = await Promise.all([startHouse(), openBrowser()])
  studio = await visit(browser, { viewport: wide, colorScheme: 'dark' })
  await studio.page.goto(house.signIn)
  await studio.page.waitForURL('**/studio')
  const cookie = (await studio.context.cookies()).find((one) => one.name === 'sid')
  staff = house.client(cookie!.value)
  showId = value(await staff.call('GET /api/shows'))[0]!.id
  products = value(await staff.call('GET /api/products', { query: {} }))
  await waitLive()
  room = await visit(browser)
  await room.page.goto(`${house.url}/s/quiet-things?market=DE`)
  await studio.page.goto(`${house.url}/studio/shows/${showId}`)
})
afterAll(async () => {
  await browser?.close()
  await house?.stop()
})

/** What the shelf would hold without sales: demo shoppers buy beside the test, so what is on hand
 *  and what was paid must add up to the same, whoever bought. */
async function readShelf(product: Product): Promise<number> {
  const id = product.variants[0]!.id
  const levels = value(await staff.call('GET /api/stock'))
  const { orders } = value(await staff.call('GET /api/desk/orders', { query: { limit: 200 } }))
  const sold = orders.filter((order) => order.variantId === id && order.state === 'paid')
  const onHand = levels.find((level) => level.variantId === id)!.onHand
  return onHand + sold.reduce((sum, order) => sum + order.quantity, 0)
}

async function readOffer(): Promise<Offer | undefined> {
  const offers = value(await staff.call('GET /api/shows/:showId/offers', { params: { showId } }))
  return offers.find((offer) => offer.state === 'open')
}

const mine = async () =>
  value(await staff.call('GET /api/desk/orders', { query: { demo: 'without' } })).orders

/** Presses for as long as a button asks for that must not be hit by mistake. */
async function hold(page: Page, button: Locator): Promise<void> {
  await button.hover()
  await page.mouse.down()
  await systemClock.sleep(1500)
  await page.mouse.up()
}

describe('the demo sale, as people see it', () => {
  test('the show plays: frames advance and there is sound', async () => {
    await waitFrames(room.page, 20)
    const before = await readPlay(room.page)
    await room.page.getByRole('button', { name: 'Tap for sound' }).click()
    await waitFrames(room.page, 25)
    const after = await readPlay(room.page)
    expect(after.seconds).toBeGreaterThan(before.seconds)
    expect(after.transport).toBe('whep')
    expect(after.isMuted).toBe(false)
    expect(await readLoudness(room.page)).toBeGreaterThan(0.001)
  })

  test('the studio plays it too and says what the encoder sends', async () => {
    await waitFrames(studio.page, 5)
    await studio.page.getByText('720×1280').waitFor()
  })

  test('one click takes the show from its director', async () => {
    await studio.page.getByRole('button', { name: 'Take over from the director' }).click()
    await vi.waitFor(async () => {
      const show = value(await staff.call('GET /api/shows/:showId', { params: { showId } }))
      expect(show.isDirected).toBe(false)
    }, patient)
    // What the director had open ends, so that the producer's own offer can begin.
    const open = await readOffer()
    if (open) {
      const params = { showId, offerId: open.id }
      value(await staff.call('POST /api/shows/:showId/offers/:offerId/close', { params }))
    }
  })

  test('a pin made in the studio shows in the Room', async () => {
    const { title } = byHandle('knife-set')
    await studio.page.getByRole('button', { name: `Pin ${title}` }).first().click()
    await card().getByRole('heading', { name: title }).waitFor()
  })

  test('an offer opened in the studio is bought with a challenge and paid by webhook', async () => {
    const tea = byHandle('tea-set')
    const before = await readShelf(tea)
    await studio.page.getByRole('button', { name: `Open an offer: ${tea.title}` }).click()
    await studio.page.getByRole('button', { name: '−20%' }).click()
    await studio.page.getByLabel('Seconds', { exact: true }).fill('150')
    await shoot(studio.page, 'studio-offer')
    await studio.page.getByRole('button', { name: 'Open the offer now' }).click()
    const price = `€${(tea.variants[0]!.prices['DE']!.amountMinor * 0.8 / 100).toFixed(2)}`
    await card().getByText(price).waitFor()

    await card().getByRole('button', { name: /^Buy/ }).click({ timeout: 15_000 })
    await room.page.getByRole('button', { name: 'Continue' }).click()
    await fillDelivery(room.page)
    await shoot(room.page, 'room-review')
    await room.page.getByRole('button', { name: `Pay ${price}` }).click()
    const bank = room.page.frameLocator('iframe')
    await bank.getByRole('button', { name: 'Approve' }).waitFor()
    await shoot(room.page, 'room-bank')
    await bank.getByRole('button', { name: 'Approve' }).click()
    await room.page.getByText('Thank you, it is yours').waitFor()
    await shoot(room.page, 'room-paid')
    await room.page.getByRole('button', { name: 'Back to the show' }).click()

    const [order, ...others] = await mine()
    expect([order!.state, others]).toEqual(['paid', []])
    await vi.waitFor(async () => expect(await readShelf(tea)).toEqual(before), patient)
    await vi.waitFor(async () => {
      const left = (await readOffer())?.left
      expect(left).toBeLessThan(20)
      expect(await card().getByText(`${left} left`, { exact: true }).count()).toBe(1)
    }, patient)
  })

  test("the studio's orders, money and stock have moved", async () => {
    const [order] = await mine()
    const sold = studio.page.locator('li, tr, article').filter({ hasText: 'Germany' })
      .filter({ hasText: 'Paid' })
    await sold.first().waitFor()
    const money = `€${(order!.total.amountMinor / 100).toFixed(2)}`
    await studio.page.getByText(money).first().waitFor()
    await shoot(studio.page, 'studio-live')
  })

  test('a refund made at the desk shows in the Room, and the goods are back', async () => {
    const tea = byHandle('tea-set')
    const before = await readShelf(tea)
    const [order] = await mine()
    const { page } = studio
    await page.goto(`${house.url}/desk`)
    await page.getByText(order!.number).first().click()
    await shoot(page, 'desk-order')
    await page.getByRole('button', { name: 'Refund this order…' }).click()
    await page.getByLabel('Reason').fill('Changed their mind')
    await page.getByLabel('Go back into stock').check()
    await hold(page, page.getByRole('button', { name: /Hold to refund/ }))
    await room.page.getByText(`Order ${order!.number} was refunded.`).first().waitFor()
    await page.getByText('went back to the buyer').waitFor()
    await vi.waitFor(async () => expect(await readShelf(tea)).toEqual(before), patient)
    await room.page.getByRole('button', { name: /My orders/ }).first().click()
    await room.page.getByText('Refunded', { exact: true }).first().waitFor()
    await room.page.keyboard.press('Escape')
  })

  test('the big button stops every sale at once', async () => {
    await studio.page.goto(`${house.url}/studio/shows/${showId}`)
    await hold(studio.page, studio.page.getByRole('button', { name: 'Hold to stop the sale' }))
    await card().getByText('Sale paused').waitFor()
    expect(await readOffer()).toBeUndefined()
    await shoot(studio.page, 'studio-stopped')
    await shoot(room.page, 'room-stopped')
    const body = { stopped: false }
    value(await staff.call('POST /api/shows/:showId/sale', { params: { showId }, body }))
    await card().getByRole('button', { name: /^Buy/ }).waitFor()
  })
})

describe('every viewer', () => {
  test('in Arabic the Room is mirrored and speaks Arabic', async () => {
    const arabic = await visit(browser, { locale: 'ar-SA' })
    await arabic.page.goto(`${house.url}/s/quiet-things`)
    await waitFrames(arabic.page)
    const html = '[document.documentElement.dir, document.documentElement.lang]'
    expect(await arabic.page.evaluate<string[]>(html)).toEqual(['rtl', 'ar'])
    const buy = arabic.page.getByRole('button', { name: /شراء/ }).first()
    const title = arabic.page.getByRole('article').getByRole('heading').first()
    const [button, heading] = [await buy.boundingBox(), await title.boundingBox()]
    expect(button!.x).toBeLessThan(heading!.x)
    await shoot(arabic.page, 'room-arabic')
    expect(arabic.troubles).toEqual([])
    await arabic.context.close()
  })

  test('what a viewer meets is in the Studio, and in the figures of the house', async () => {
    const params = { showId }
    await vi.waitFor(async () => {
      const path = 'GET /api/shows/:showId/quality'
      const { minute, samples } = value(await staff.call(path, { params }))
      expect(minute.all.viewers).toBeGreaterThan(0)
      expect(minute.all.watchedMs).toBeGreaterThan(1000)
      expect(minute.transports.some((row) => row.latencyMsP50 !== null)).toBe(true)
      expect(samples.at(-1)!.kbps).toBeGreaterThan(100)
    }, { timeout: 40_000, interval: 500 })
    await studio.page.getByRole('button', { name: 'Details', exact: true }).click()
    await studio.page.getByRole('img', { name: /^Bitrate/ }).waitFor()
    await studio.page.getByRole('cell', { name: 'WebRTC' }).first().waitFor()
    await shoot(studio.page, 'studio-health')
    await studio.page.getByRole('button', { name: 'Less', exact: true }).click()
    const text = await (await fetch(`${house.url}/metrics`)).text()
    expect(text).toMatch(/^silkcast_media_ingest_kbps\{process="media",show="sho_\w+"\} [1-9]/m)
    expect(text).toMatch(/^silkcast_http_requests_total\{route="\/api\/quality"/m)
  })

  test('on a desktop, in the dark', async () => {
    const dark = await visit(browser, { viewport: wide, colorScheme: 'dark' })
    await dark.page.goto(`${house.url}/s/quiet-things?market=US`)
    await waitFrames(dark.page)
    await shoot(dark.page, 'room-desktop-dark')
    await dark.context.close()
    await shoot(room.page, 'room-live')
  })

  test('sold out says so, and the end of a show becomes its replay', async () => {
    const fan = byHandle('desk-fan')
    const levels = value(await staff.call('GET /api/stock'))
    for (const level of levels.filter((one) => fan.variants.some((v) => v.id === one.variantId))) {
      for (const shelf of level.byWarehouse) {
        const params = { variantId: level.variantId, warehouseId: shelf.warehouseId }
        const path = 'PUT /api/stock/:variantId/:warehouseId'
        value(await staff.call(path, { params, body: { onHand: 0 } }))
      }
    }
    const body = { productId: fan.id }
    value(await staff.call('POST /api/shows/:showId/pin', { params: { showId }, body }))
    await card().getByText('Sold out').waitFor()
    await shoot(room.page, 'room-sold-out')
    value(await staff.call('POST /api/shows/:showId/end', { params: { showId } }))
    await room.page.getByText('Replay').first().waitFor()
    await waitFrames(room.page, 5, 40_000)
    await shoot(room.page, 'room-ended')
  })

  test('no page had an error or broke the content policy', () => {
    expect([room.troubles, studio.troubles]).toEqual([[], []])
  })
})
