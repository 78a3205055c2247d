import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import { desk, openBrowser, visit, type Visit } from '../../lab/rig/browser.ts'
import { script, value, type World } from './world.ts'

const closing = `</script></title></textarea>${script}`

async function isClean(page: Page, { troubles }: Visit): Promise<unknown> {
  return {
    pwned: await page.evaluate('window.pwned ?? null'),
    elements: await page.evaluate(
      `document.querySelectorAll('#pwned, [onerror], [onload], a[href^="javascript:"]').length`),
    troubles,
  }
}
const clean = { pwned: null, elements: 0, troubles: [] }

/** Everything that people can name, named like markup. */
async function nameThings({ merchant, victim, showId, product,
  scratchShowId }: World): Promise<void> {
  value(await victim.client.call('PUT /api/me/name', { body: { displayName: script.slice(0,
    40) } }))
  const { id: productId, title: _title, status: _status, pictures: _pictures, ...rest } = product
  const fresh = value(await merchant.call('GET /api/products/:productId',
    { params: { productId } }))
  value(await merchant.call('PUT /api/products/:productId', {
    params: { productId },
    body: {
      ...rest, version: fresh.version, title: `Tea ${script}`.slice(0, 140), description: closing,
      vendor: script.slice(0, 80), kind: script.slice(0, 80), tags: [script.slice(0, 40)],
      words: { en: { title: `Tea ${script}`.slice(0, 140), description: closing } },
      variants: rest.variants.map((variant) => ({ ...variant,
        title: `One ${script}`.slice(0, 140) })),
    },
  }))
  const show = value(await merchant.call('GET /api/shows/:showId', { params: { showId } }))
  const { slug, startsAtMs, lineUp } = show
  value(await merchant.call('PUT /api/shows/:showId', {
    params: { showId }, body: { slug, startsAtMs, lineUp, title: closing.slice(0, 100) },
  }))
  value(await merchant.call('PUT /api/shows/:showId', {
    params: { showId: scratchShowId }, body: { slug: 'scratch', startsAtMs: 0, lineUp: [],
      title: closing.slice(0, 100) },
  }))
  for (const text of [script, closing, 'javascript:window.pwned=1']) {
    await victim.client.call('POST /api/rooms/:showId/say', {
      params: { showId }, body: { t: 'chat', ref: '1', text },
    })
    await systemClock.sleep(50)
  }
}

export function pageCases(world: () => World): void {
  describe('markup in names', () => {
    let browser: Awaited<ReturnType<typeof openBrowser>>
    beforeAll(async () => {
      browser = await openBrowser()
      await nameThings(world())
    })
    afterAll(() => browser?.close())

    test('is text in the Room', async () => {
      const seen = await visit(browser, { viewport: desk })
      await seen.page.goto(`${world().house.url}/s/quiet-things?market=DE`)
      await seen.page.locator('.chat-list .chat-line', { hasText: 'onerror' })
        .filter({ visible: true }).first().waitFor()
      const card = seen.page.locator('article.card').first()
      expect(await card.textContent()).toContain('<img src=x id=pwned')
      await card.locator('.card-open').click()
      await seen.page.getByRole('dialog').getByText('</script></title>').first().waitFor()
      expect(await seen.page.title()).toContain('</script></title>')
      expect(await isClean(seen.page, seen)).toEqual(clean)
      await seen.context.close()
    })

    test('is text in the Studio', async () => {
      const { house, staff, product, showId } = world()
      const session = { url: house.url, token: staff.merchant }
      const seen = await visit(browser, { viewport: desk, session })
      const paths = ['/studio', '/studio/products', `/studio/products/${product.id}`,
        `/studio/shows/${showId}`, `/studio/shows/${showId}/control`, '/studio/<script>', '/desk']
      let shown = 0
      for (const path of paths) {
        await seen.page.goto(house.url + path)
        await systemClock.sleep(700)
        shown += (await seen.page.locator('body').innerText()).includes('<img src=x') ? 1 : 0
        expect([path, await isClean(seen.page, seen)]).toEqual([path, clean])
      }
      // Shown at least where shows are listed: otherwise this would prove nothing.
      expect(shown).toBeGreaterThan(0)
      await seen.context.close()
    })
  })
}
