import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '#kernel'
import type { Client } from '#sdk'
import type { Offer } from '#trade/offers/contract'
import type { Order } from '#trade/orders/contract'
import type { Product } from '#trade/catalog/contract'
import {
  desk,
  openBrowser,
  readPlay,
  shoot,
  visit,
  waitFrames,
  type Visit,
} from '../../lab/rig/browser.ts'
import { startHouse, type RiggedHouse } from '../../lab/rig/house.ts'

let house: RiggedHouse
let browser: Browser
let staff: Client
let staffToken: string
let showId: string
let room: Visit
let products: Product[]

const value = <T>(result: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

beforeAll(async () => {
  ;[house, browser] = await Promise.all([startHouse(), openBrowser()])
  staffToken = await house.enter(house.signIn)
  staff = house.client(staffToken)
  showId = value(await staff.call('GET /api/shows'))[0]!.id
  products = value(await staff.call('GET /api/products', { query: {} }))
  for (let isLive = false; !isLive;) {
    const show = value(await staff.call('GET /api/shows/:showId', { params: { showId } }))
    isLive = show.state === 'live' && show.signal === 'receiving'
    if (!isLive) await systemClock.sleep(200)
  }
  room = await visit(browser)
  await room.page.goto(`${house.url}/s/quiet-things?market=DE`)
})
afterAll(async () => {
  await browser?.close()
  await house?.stop()
})

const byHandle = (handle: string) => products.find((product) => product.handle === handle)!

const patient = { timeout: 20_000, interval: 200 }

/** What the shelf would hold without this show's sales: demo shoppers buy beside the test, so what is
 *  on hand and what was paid must add up to the same, whoever bought. */
async function readShelf(product: Product): Promise<number> {
  const id = product.variants[0]!.id
  const levels = value(await staff.call('GET /api/stock'))
  const { orders } = value(await staff.call('GET /api/desk/orders', { query: { limit: 200 } }))
  const sold = orders.filter((order) => order.variantId === id && order.state === 'paid')
  const onHand = levels.find((level) => level.variantId === id)!.onHand
  return onHand + sold.reduce((sum, order) => sum + order.quantity, 0)
}

async function readOffer(): Promise<Offer> {
  const offers = value(await staff.call('GET /api/shows/:showId/offers', { params: { showId } }))
  return offers.find((offer) => offer.state === 'open')!
}

async function fillDelivery(page: Page): Promise<void> {
  await page.getByLabel('Full name').fill('Ada Example')
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Street and house number').fill('Musterweg 1')
  await page.getByLabel('City').fill('Leipzig')
  await page.getByLabel('Postal code').fill('04109')
  await page.getByRole('button', { name: 'Save and continue' }).click()
}

describe('the demo sale, as people see it', () => {
  test('the show plays: frames advance and there is sound', async () => {
    await waitFrames(room.page, 20)
    const before = await readPlay(room.page)
    await room.page.getByRole('button', { name: 'Tap for sound' }).click()
    await waitFrames(room.page, 25)
    const after = await readPlay(room.page)
    expect(after.seconds).toBeGreaterThan(before.seconds)
    expect(after.audioBytes).toBeGreaterThan(before.audioBytes)
    expect(await room.page.evaluate<boolean>('document.querySelector("video").muted')).toBe(false)
  })

  test('one click takes the show from its director', async () => {
    const show = value(
      await staff.call('POST /api/shows/:showId/take-over', {
        params: { showId },
        body: { directed: false },
      }),
    )
    expect(show.isDirected).toBe(false)
    const open = value(
      await staff.call('GET /api/shows/:showId/offers', { params: { showId } }),
    ).find((offer) => offer.state === 'open')
    if (open)
      await staff.call('POST /api/shows/:showId/offers/:offerId/close', {
        params: { showId, offerId: open.id },
      })
  })

  test('a pin shows in the Room', async () => {
    const tea = byHandle('tea-set')
    value(
      await staff.call('POST /api/shows/:showId/pin', {
        params: { showId },
        body: { productId: tea.id },
      }),
    )
    await room.page
      .getByRole('article', { name: 'Product on stage' })
      .getByRole('heading', { name: tea.title })
      .waitFor()
  })

  test('an offer is bought with a challenge, paid by webhook, refunded from the desk', async () => {
    const tea = byHandle('tea-set')
    const before = await readShelf(tea)
    value(
      await staff.call('POST /api/shows/:showId/offers', {
        params: { showId },
        body: {
          productId: tea.id,
          prices: { DE: { amountMinor: 3990, currency: 'EUR' } },
          units: 40,
          perBuyerCap: 2,
          seconds: 120,
        },
      }),
    )
    const card = room.page.getByRole('article', { name: 'Product on stage' })
    await card.getByText('€39.90').waitFor()
    await card.getByText(/^\d+ left$/).first().waitFor()
    await card.getByRole('button', { name: /^Buy/ }).click({ timeout: 15_000 })
    await room.page.getByRole('button', { name: 'Continue' }).click()
    await fillDelivery(room.page)
    await shoot(room.page, 'room-review')
    await room.page.getByRole('button', { name: 'Pay €39.90' }).click()
    const bank = room.page.frameLocator('iframe')
    await bank.getByRole('button', { name: 'Approve' }).waitFor()
    await shoot(room.page, 'room-bank')
    await bank.getByRole('button', { name: 'Approve' }).click()
    await room.page.getByText('Thank you, it is yours').waitFor()
    await shoot(room.page, 'room-paid')
    await room.page.getByRole('button', { name: 'Back to the show' }).click()

    const listed = value(await staff.call('GET /api/desk/orders', { query: { demo: 'without' } }))
    expect(listed.orders).toHaveLength(1)
    const order = listed.orders[0]! as Order & { id: string }
    expect([order.state, order.total]).toEqual(['paid', { amountMinor: 3990, currency: 'EUR' }])
    await vi.waitFor(async () => expect(await readShelf(tea)).toEqual(before), patient)
    const file = value(
      await staff.call('GET /api/desk/orders/:orderId', { params: { orderId: order.id } }),
    )
    expect(file.warehouse).toBe('Rotterdam')
    const { left } = await readOffer()
    expect(left).toBeLessThan(40)
    await vi.waitFor(async () => {
      const now = await readOffer()
      expect(await card.getByText(`${now.left} left`, { exact: true }).count()).toBe(1)
    }, patient)

    value(
      await staff.call('POST /api/desk/orders/:orderId/refund', {
        params: { orderId: order.id },
        body: { reason: 'changed mind', restock: true },
      }),
    )
    await room.page.getByText(`Order ${order.number} was refunded.`).first().waitFor()
    await vi.waitFor(async () => expect(await readShelf(tea)).toEqual(before), patient)
  })

  test('the Room in Arabic is mirrored and speaks Arabic', async () => {
    const arabic = await visit(browser, { locale: 'ar-SA' })
    await arabic.page.goto(`${house.url}/s/quiet-things`)
    await waitFrames(arabic.page)
    expect(
      await arabic.page.evaluate<string[]>(
        '[document.documentElement.dir, document.documentElement.lang]',
      ),
    ).toEqual(['rtl', 'ar'])
    await arabic.page
      .getByRole('button', { name: /اشتر|شراء/ })
      .first()
      .waitFor()
    const card = await arabic.page.locator('video').boundingBox()
    expect(card).not.toBeNull()
    await shoot(arabic.page, 'room-arabic')
    expect(arabic.troubles).toEqual([])
    await arabic.context.close()
  })

  test('the page has no error and breaks no content policy', () => {
    expect(room.troubles).toEqual([])
  })

  test('desktop and dark', async () => {
    const wide = await visit(browser, { viewport: desk, colorScheme: 'dark' })
    await wide.page.goto(`${house.url}/s/quiet-things?market=US`)
    await waitFrames(wide.page)
    await shoot(wide.page, 'room-desktop-dark')
    await wide.context.close()
    await shoot(room.page, 'room-live')
  })
})
