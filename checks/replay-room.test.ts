import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, visit } from '../lab/rig/browser.ts'
import { startFixture } from '../lab/room-fixture/server.ts'

let fixture: Awaited<ReturnType<typeof startFixture>>
let browser: Browser
const mediaDir = mkdtempSync(join(tmpdir(), 'silkcast-replay-room-'))
beforeAll(async () => {
  const opening = [startFixture({ mediaDir, isPlain: true }), openBrowser()] as const
  ;[fixture, browser] = await Promise.all(opening)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await fixture?.stop()
  rmSync(mediaDir, { recursive: true, force: true })
})

/** The fixture's replay: four products of ten seconds each, a line of chat every five. */
test('the replay goes from chapter to chapter, and the room is as it was then', async () => {
  const { page, troubles } = await visit(browser)
  await page.goto(`${fixture.url}/?scene=ended&t=12`)
  const bar = page.getByRole('slider', { name: 'Position in the recording' })
  const at = async () => Math.floor(Number(await bar.inputValue()) / 1000)
  const card = page.getByRole('article', { name: 'Product on stage' })
  await expect.poll(at, { timeout: 15_000 }).toBeGreaterThanOrEqual(12)
  expect(await at()).toBeLessThan(18)
  await expect.poll(() => card.innerText()).toContain('Power bank')
  await expect.poll(() => page.locator('.chat-preview').innerText()).toContain('¿Viene con tapa?')
  expect(await page.locator('.chat-preview').innerText()).not.toContain('lovely')
  expect(await card.getByRole('button', { name: /^Buy/ }).isEnabled()).toBe(true)

  await page.keyboard.press(' ')
  await expect.poll(() => page.getByRole('button', { name: 'Play', exact: true }).count()).toBe(1)
  await page.keyboard.press('k')
  await expect.poll(at).toBe(20)
  expect(await bar.getAttribute('aria-valuetext')).toBe('00:20 of 00:40, How it is made')
  await expect.poll(() => card.innerText()).toContain('Sun-protection jacket')
  await page.keyboard.press('j')
  await expect.poll(at).toBe(10)
  await page.keyboard.press('ArrowRight')
  await expect.poll(at).toBe(15)

  await page.getByRole('button', { name: /^Chapters/ }).click()
  await page.getByRole('button', { name: /Celadon tea set/ }).last().click()
  await expect.poll(at).toBe(0)
  await expect.poll(() => card.innerText()).toContain('Celadon tea set')
  expect(await page.locator('.chat-preview').innerText()).not.toContain('tapa')
  await page.getByRole('button', { name: /^Go to Rice water serum/ }).click()
  await expect.poll(at).toBe(30)
  expect(troubles.filter((line) => !line.includes('404'))).toEqual([])
}, 60_000)
