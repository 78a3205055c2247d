import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeIds, money, systemClock, systemRandom } from '#kernel'
import { makeSandboxPay } from '#adapters/pay-sandbox'
import { startSandboxPay, type RunningSandbox } from '#adapters/pay-sandbox/testing'
import { openBrowser } from '#lab/rig/browser.ts'

const ids = makeIds({ clock: systemClock, random: systemRandom })
let browser: Browser
let sandbox: RunningSandbox
let frame = ''
/** The shop: one page that shows the challenge in a frame, as the Room does. */
const shop = createServer((_, response) => {
  response.setHeader('content-type', 'text/html')
  const size = 'width="390" height="700"'
  response.end(`<iframe title="bank" sandbox="allow-forms" ${size} src="${frame}">`)
})

beforeAll(async () => {
  await new Promise<void>((done) => { shop.listen(0, '127.0.0.1', done) })
  sandbox = await startSandboxPay(shopUrl())
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await sandbox?.stop()
  shop.closeAllConnections()
  shop.close()
})
const shopUrl = () => `http://127.0.0.1:${(shop.address() as AddressInfo).port}`

it('is answered inside a sandboxed frame of the shop, without a script', async () => {
  const provider = makeSandboxPay({ ...sandbox, clock: systemClock })
  const paymentId = ids.make('pay')
  const { challengeUrl } = await provider.createIntent({
    paymentId, amount: money(2490, 'EUR'), orderNumber: 'SC-100001', returnUrl: shopUrl(),
  })
  frame = `${sandbox.baseUrl}${challengeUrl}`
  const page = await browser.newPage({ viewport: { width: 390, height: 720 } })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text())
  })
  await page.goto(shopUrl())
  const bank = page.frameLocator('iframe')
  await bank.getByText('Sandbox bank: no real money').waitFor()
  expect(await bank.locator('.amount').textContent()).toBe('€24.90')
  const button = bank.getByRole('button', { name: 'Approve' })
  expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(44)
  await button.click()
  await bank.getByText('Done, you can go back to the shop.').waitFor()
  expect((await provider.readIntent(paymentId))?.state).toBe('captured')
  expect(complaints).toEqual([])
})

it('is not shown in the frame of a stranger', async () => {
  const stranger = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<iframe title="bank" src="${frame}">`)
  })
  await new Promise<void>((done) => { stranger.listen(0, '127.0.0.1', done) })
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(stranger.address() as AddressInfo).port}`)
  const inside = page.frames().at(-1)!
  expect(await inside.locator('body').textContent()).not.toContain('Sandbox bank')
  stranger.closeAllConnections()
  stranger.close()
})
