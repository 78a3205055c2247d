import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock, type ShowId } from '#kernel'
import type { Client } from '#sdk'
import { mediaPaths } from '#stage/media/contract'
import { startEncoder, until, type Encoder } from '#stage/media/testing'
import type { Show } from '#stage/show/contract'
import { desk as wide, openBrowser, visit } from '../../lab/rig/browser.ts'
import { startHouse, type RiggedHouse } from '../../lab/rig/house.ts'

let house: RiggedHouse
let browser: Browser
let token: string
let staff: Client
const encoders: Encoder[] = []

const value = <T>(result: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

beforeAll(async () => {
  const env = { SILKCAST_RENDITIONS: 'all' }
  ;[house, browser] = await Promise.all([startHouse({ isDemo: false, env }), openBrowser()])
  token = await house.enter(house.signIn)
  staff = house.client(token)
}, 120_000)
afterAll(async () => {
  await Promise.all(encoders.map((encoder) => encoder.stop()))
  await browser?.close()
  await house?.stop()
})

const planShow = async (title: string): Promise<Show> =>
  value(await staff.call('POST /api/shows', {
    body: { title, startsAtMs: systemClock.nowMs() + 600_000, lineUp: [] },
  }))
const readShow = async ({ id }: Show): Promise<Show> =>
  value(await staff.call('GET /api/shows/:showId', { params: { showId: id } }))

/** Chosen as a producer would. */
async function choose(show: Show, label: string): Promise<void> {
  const { page, context } = await visit(browser,
    { viewport: wide, session: { url: house.url, token } })
  await page.goto(`${house.url}/studio/shows/${show.id}/plan`)
  await page.getByRole('radio', { name: label }).check({ force: true })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(`**/studio/shows/${show.id}`)
  await context.close()
}

/** What viewers are offered, by the names that players show. */
async function goLive(show: Show): Promise<string[]> {
  const params = { showId: show.id }
  const { streamKey } = value(await staff.call('GET /api/shows/:showId/ingest', { params }))
  const url = `rtmp://127.0.0.1:${house.rtmpPort}/live/${streamKey}`
  encoders.push(startEncoder(url, { size: '720x404', fps: 10, gop: 10, seconds: 90 }))
  await until('a signal', async () => (await readShow(show)).signal === 'receiving', 20_000)
  value(await staff.call('POST /api/shows/:showId/go-live', { params }))
  const master = await until('the master', async () => {
    const answer = await fetch(house.url + mediaPaths.master(show.id as ShowId))
    return answer.ok && await answer.text()
  }, 20_000)
  return [...master.matchAll(/NAME="([^"]+)"/g)].map(([, name]) => name!)
}

test('SHW16 one show has its source only, another a small picture, a third sound alone',
  async () => {
    const [bare, small, heard] = [
      await planShow('Bare'), await planShow('Small'), await planShow('Heard'),
    ]
    await choose(bare, 'Only the picture as it is sent')
    await choose(heard, 'Sound alone as well')
    expect((await readShow(bare)).renditions).toBe('none')
    expect((await readShow(small)).renditions).toBeNull()
    expect(await goLive(bare)).toEqual(['404p'])
    expect(await goLive(small)).toEqual(['404p', '360p', 'audio'])
    expect(await goLive(heard)).toEqual(['404p', 'audio'])
  }, 120_000)
