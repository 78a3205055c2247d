import { rm, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSandboxControl } from '#adapters/pay-sandbox'
import type { Database } from '#adapters/store-postgres'
import { systemClock, type Refusal, type Result } from '#kernel'
import type { Product } from '#trade/catalog/contract'
import { desk, openBrowser, visit, waitFrames, type Visit } from '../../lab/rig/browser.ts'
import { startHouse, type Part, type RiggedHouse } from '../../lab/rig/house.ts'
import { checkIntents, checkMoney, checkTrade, openBooks, readLeft,
  readUnpaid } from './kill/books.ts'
import { startLoad, type Goods, type Load } from './kill/load.ts'
import { familyOf, living, parentOf, settingOf, waitFor } from './kill/processes.ts'

const HOLD_SECONDS = 4
const BUYERS = 6
const env = { SILKCAST_RATE_PROFILE: 'lab', SILKCAST_HOLD_SECONDS: String(HOLD_SECONDS) }

let dataDir: string
let house: RiggedHouse
let browser: Browser
let room: Visit
let books: Database
let load: Load
let goods: Goods
let product: Product

const value = <T>(result: Result<T, Refusal>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}
const say = (what: string) => process.stdout.write(`  kill: ${what}\n`)
const settings = (name: string) => settingOf(house.pid('server')!, name)

async function approve(paymentId: string): Promise<void> {
  const control = makeSandboxControl({
    baseUrl: settings('SILKCAST_PAY_URL'), key: settings('SILKCAST_PAY_KEY'), clock: systemClock,
  })
  await control.approve(paymentId)
}

/** The demo show without its director: one product, many units, a long offer. */
async function openSale(): Promise<void> {
  const staff = house.client(await house.enter(house.signIn))
  const show = value(await staff.call('GET /api/shows'))[0]!
  const params = { showId: show.id }
  await waitFor('the show is live', 30_000, async () => {
    const { state, signal } = value(await staff.call('GET /api/shows/:showId', { params }))
    return state === 'live' && signal === 'receiving' ? true : null
  })
  value(await staff.call('POST /api/shows/:showId/take-over',
    { params, body: { directed: false } }))
  const offers = value(await staff.call('GET /api/shows/:showId/offers', { params }))
  const open = offers.find((offer) => offer.state === 'open')
  if (open) {
    const old = { showId: show.id, offerId: open.id }
    value(await staff.call('POST /api/shows/:showId/offers/:offerId/close', { params: old }))
  }
  product = value(await staff.call('GET /api/products', { query: {} }))
    .find(({ handle }) => handle === 'tea-set')!
  const variant = product.variants[0]!
  const level = value(await staff.call('GET /api/stock'))
    .find(({ variantId }) => variantId === variant.id)!
  const shelf = { variantId: variant.id, warehouseId: level.byWarehouse[0]!.warehouseId }
  value(await staff.call('PUT /api/stock/:variantId/:warehouseId',
    { params: shelf, body: { onHand: 50_000 } }))
  const offer = value(await staff.call('POST /api/shows/:showId/offers', {
    params,
    body: {
      productId: product.id, prices: { DE: { amountMinor: 3990, currency: 'EUR' } },
      units: 10_000, perBuyerCap: 20, seconds: 300,
    },
  }))
  goods = {
    showId: show.id, variantId: variant.id, offerId: offer.id, market: 'DE', offerMinor: 3990,
    usualMinor: variant.prices['DE']!.amountMinor,
  }
  await systemClock.sleep(Math.max(0, offer.opensAtMs - systemClock.nowMs()) + 200)
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'silkcast-kill-'))
  ;[house, browser] = await Promise.all([startHouse({ dataDir, env }), openBrowser()])
  say(`house ready in ${Math.round(house.readyMs)} ms`)
  room = await visit(browser, { viewport: desk })
  await openSale()
  await room.page.goto(`${house.url}/s/quiet-things?market=DE`)
  await room.page.evaluate('window.silkcastMark = "never loaded again"')
  books = openBooks(settings('SILKCAST_DATABASE_URL'))
  load = await startLoad({ url: house.url, goods, buyers: BUYERS, approve })
  await waitFrames(room.page, 5)
})
afterAll(async () => {
  await load?.close()
  await books?.close()
  await browser?.close()
  await house?.stop()
  // As root the database lives outside of the data folder; the banner says where.
  const elsewhere = /Database\s+(\/\S+)/.exec(house?.said() ?? '')?.[1]
  for (const dir of [dataDir, elsewhere]) if (dir) await rm(dir, { recursive: true, force: true })
})

const fetchText = async (path: string): Promise<string | null> => {
  const answer = await fetch(house.url + path, { signal: AbortSignal.timeout(2000) })
  const text = await answer.text()
  return answer.ok ? text : null
}
const playlist = () => `/media/${goods.showId}/live.m3u8`
const lastPart = (text: string | null) => /[\s\S]*URI="([^"]+)"/.exec(text ?? '')?.[1] ?? null

/** What people were told is in the books, once, and the books agree with each other. */
async function checkBooks(): Promise<void> {
  await load.pause()
  const open = await load.sendAgain()
  const { value: money, tookMs } = await waitFor('all money has its place', 15_000, async () => {
    const found = await checkMoney(books, dataDir)
    return found.problems.length === 0 ? found : null
  }).catch(async () => ({ value: await checkMoney(books, dataDir), tookMs: -1 }))
  const held = load.intents.filter(({ fate }) => fate === 'held').length
  say(`${load.intents.length} orders sent, ${held} acknowledged, ${open} sent again; `
    + `${money.captured} payments captured, ${money.refunded} refunded, settled in ${tookMs} ms`)
  expect(await checkIntents(books, load.intents)).toEqual([])
  expect(load.oddities).toEqual([])
  expect(money.problems).toEqual([])
  expect(await checkTrade(books)).toEqual([])
}

/** The page that was open all the time plays, chats and shows what is true. */
async function checkRoom(words: string): Promise<void> {
  const { page } = room
  const startedMs = systemClock.steadyMs()
  await waitFrames(page, 10, 20_000)
  const playMs = Math.round(systemClock.steadyMs() - startedMs)
  await waitFor('chat works', 15_000, async () => {
    await page.locator('.say-input').fill(words)
    await page.locator('.say-input').press('Enter')
    await page.locator('.chat-list .chat-line',
      { hasText: words }).filter({ visible: true }).first()
      .waitFor({ timeout: 2500 })
    return true
  })
  const card = page.getByRole('article', { name: 'Product on stage' })
    .or(page.getByRole('region', { name: 'Product on stage' })).first()
  expect(await card.textContent()).toContain(product.title)
  const { value: left } = await waitFor('the Room shows the units that are left', 8000, async () =>
    {
    const text = await card.locator('.offer-line .visually-hidden').first().textContent()
    const shown = Number((text ?? '').replace(/\D/g, ''))
    return shown === await readLeft(books, goods.offerId) ? shown : null
  })
  expect(await page.evaluate('window.silkcastMark')).toBe('never loaded again')
  say(`Room plays again ${playMs} ms after we looked, chat works, ${left} units left is true`)
}

/** kill -9 in the middle of the sale; answers how long until `isBack`, ms. */
async function killDuringSale(part: Part, isBack: () => Promise<unknown>): Promise<number> {
  load.resume()
  await systemClock.sleep(1500)
  const before = house.pid(part)
  house.kill(part)
  const { tookMs } = await waitFor(`${part} is back`, 20_000, async () => {
    const now = house.pid(part)
    return now !== undefined && now !== before ? await isBack() : null
  })
  say(`${part} answers again ${tookMs} ms after kill -9`)
  await systemClock.sleep(1500)
  return tookMs
}

describe('kill -9 during a sale', () => {
  test('the server', async () => {
    await killDuringSale('server', () => fetchText('/api/markets'))
    await checkBooks()
    await checkRoom('after the server')
  })

  test('the media process is back within 2 s', async () => {
    const before = lastPart(await fetchText(playlist()))
    const tookMs = await killDuringSale('media', () => fetchText(playlist()))
    const { tookMs: moreMs } = await waitFor('new parts', 15_000, async () => {
      const last = lastPart(await fetchText(playlist()))
      return last !== null && last !== before ? last : null
    })
    say(`new video ${tookMs + 1500 + moreMs} ms after kill -9 at the latest`)
    // The budget is 2 s; a machine that others use as well gets more before this fails.
    expect(tookMs).toBeLessThan(6000)
    await checkBooks()
    await checkRoom('after media')
  })

  test('PostgreSQL', async () => {
    const { client } = load.intents[0]!.buyer
    await killDuringSale('postgres', async () =>
      (await client.call('GET /api/orders/mine')).ok ? true : null)
    await checkBooks()
    await checkRoom('after PostgreSQL')
  })

  test('everything at once, and started again on the same data', async () => {
    load.resume()
    await systemClock.sleep(1500)
    const launcher = parentOf(house.pid('server')!)
    const family = familyOf(launcher)
    process.kill(launcher, 'SIGKILL')
    const { tookMs } = await waitFor('every process of the house has ended', 15_000, () =>
      living(family).length === 0 ? true : null)
      .catch((error: Error) => { throw new Error(`${error.message}: ${living(family).join()}`) })
    const port = Number(new URL(house.url).port)
    house = await startHouse({ dataDir, port, rtmpPort: house.rtmpPort, env })
    say(`all ${family.length} processes ended ${tookMs} ms after kill -9 of the launcher, `
      + `ready again in ${Math.round(house.readyMs)} ms`)
    await books.close()
    books = openBooks(settings('SILKCAST_DATABASE_URL'))
    await systemClock.sleep(1000)
    await checkBooks()
    await checkRoom('after everything')
  })

  test('holds expire by the seconds that were set', async () => {
    await load.pause()
    await systemClock.sleep(HOLD_SECONDS * 1000 + 1500)
    const unpaid = await readUnpaid(books, load.intents)
    expect(unpaid).toEqual({
      states: { expired: expect.any(Number) as number }, holdSeconds: [HOLD_SECONDS],
    })
    expect(await checkTrade(books)).toEqual([])
    say(`${unpaid.states['expired']} unpaid orders expired after ${HOLD_SECONDS} s`)
  })
})
