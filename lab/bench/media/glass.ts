import type { Browser, Page } from 'playwright-core'
import { systemClock } from '#kernel'
import type { Client } from '#sdk'
import { openBrowser, visit } from '../../rig/browser.ts'
import { startHouse, type RiggedHouse } from '../../rig/house.ts'
import type { UdpPath } from '../../rig/udp-path.ts'
import { quantile, round, watchMachine, type Machine } from './figures.ts'
import { cameraPage, meter, withoutRtc } from './pages.ts'

const WARM_MS = 5_000
const MEASURE_MS = 20_000

/** What a viewer saw and heard of one way from glass to glass. */
export interface Glass {
  readonly way: string
  readonly p50Ms: number
  readonly p95Ms: number
  readonly frames: number
  readonly fps: number
  readonly longestGapMs: number
  /** Of the sound that was played, the share that was made up. Null where it cannot be known. */
  readonly concealed: number | null
  /** Times that the picture ran dry. */
  readonly waits: number
  readonly jitterBufferMs: number | null
  readonly machine: Machine
}

interface Meter {
  readonly lagsMs: readonly number[]
  readonly atMs: readonly number[]
  readonly ways: Readonly<Record<string, number>>
  readonly unread: number
  readonly waits: number
}
interface Inbound {
  readonly concealedSamples: number
  readonly totalSamplesReceived: number
  readonly jitterBufferDelay: number
  readonly jitterBufferEmittedCount: number
}
type Stats = { readonly [kind in 'audio' | 'video']?: Inbound }

const readMeter = (page: Page) => page.evaluate<Meter>('window.meter')
const readStats = (page: Page) => page.evaluate<Stats>('readInbound()')

/** Waits until the page has pictures of the way that is wanted, lets it settle, and measures. */
export async function watchGlass(
  page: Page, way: string, transport: 'whep' | 'hls', seconds = MEASURE_MS / 1000,
): Promise<Glass> {
  const deadline = systemClock.steadyMs() + 40_000
  while (((await readMeter(page)).ways[transport] ?? 0) < 10) {
    if (systemClock.steadyMs() > deadline) {
      throw new Error(`${way}: no picture, ${JSON.stringify(await readMeter(page))}`)
    }
    await systemClock.sleep(100)
  }
  await systemClock.sleep(WARM_MS)
  const readMachine = watchMachine()
  const [before, heardBefore] = [await readMeter(page), await readStats(page)]
  await systemClock.sleep(seconds * 1000)
  const [after, heard] = [await readMeter(page), await readStats(page)]
  const other = transport === 'whep' ? 'hls' : 'whep'
  if (after.ways[other] !== before.ways[other]) throw new Error(`${way}: it fell to ${other}`)
  const lags = after.lagsMs.slice(before.lagsMs.length)
  const times = after.atMs.slice(before.atMs.length)
  const gaps = times.slice(1).map((at, n) => at - times[n]!)
  const grew = (kind: 'audio' | 'video', of: keyof Inbound): number =>
    (heard[kind]?.[of] ?? NaN) - (heardBefore[kind]?.[of] ?? NaN)
  const isWhep = transport === 'whep'
  return {
    way, p50Ms: round(quantile(lags, 0.5)), p95Ms: round(quantile(lags, 0.95)),
    frames: lags.length, fps: round(lags.length / seconds, 1),
    longestGapMs: round(Math.max(...gaps)), waits: after.waits - before.waits,
    concealed: isWhep
      ? round(grew('audio', 'concealedSamples') / grew('audio', 'totalSamplesReceived'), 4) : null,
    jitterBufferMs: isWhep ? round(1000 * grew('video', 'jitterBufferDelay')
      / grew('video', 'jitterBufferEmittedCount'), 1) : null,
    machine: readMachine(),
  }
}

/** A house with one live show, pages for a camera, and two browsers: one sends, one watches. */
export interface Scene {
  readonly house: RiggedHouse
  readonly staff: Client
  readonly showId: string
  readonly streamKey: string
  readonly rtmpUrl: string
  goLive(): Promise<void>
  /** Opens the Room of the show; the page counts what it sees. */
  openRoom(transport: 'whep' | 'hls', path?: UdpPath, script?: string): Promise<Page>
  /** Films the clock, or what the given page shows, and publishes it over WHIP. */
  openCamera(path?: UdpPath, what?: string): Promise<Page>
  close(): Promise<void>
}

const value = <T>(result: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

async function makeShow(staff: Client) {
  const product = value(await staff.call('POST /api/products', { body: {
    title: 'Clock', variants: [{
      title: 'One', sku: 'CLO', prices: { DE: { amountMinor: 2490, currency: 'EUR' } },
    }],
  } }))
  const show = value(await staff.call('POST /api/shows', { body: {
    title: 'Clock', startsAtMs: Math.round(systemClock.nowMs()), lineUp: [product.id],
  } }))
  const params = { showId: show.id }
  const ingest = value(await staff.call('GET /api/shows/:showId/ingest', { params }))
  return { show, params, streamKey: ingest.streamKey }
}

/** For shows of a house without demo. */
export async function openScene(
  options: { readonly env?: Readonly<Record<string, string>>; readonly dataDir?: string } = {},
): Promise<Scene> {
  const [house, sending, watching] = await Promise.all([
    startHouse({ isDemo: false, ...options }), openBrowser(), openBrowser(),
  ])
  const staff = house.client(await house.enter(house.signIn))
  const { show, params, streamKey } = await makeShow(staff)
  const open = async (browser: Browser, path?: UdpPath): Promise<Page> => {
    const { page } = await visit(browser)
    await path?.carry(page)
    return page
  }
  return {
    house, staff, showId: show.id, streamKey,
    rtmpUrl: `rtmp://127.0.0.1:${house.rtmpPort}/live/${streamKey}`,
    async goLive() {
      const deadline = systemClock.steadyMs() + 30_000
      for (;;) {
        const live = await staff.call('POST /api/shows/:showId/go-live', { params })
        if (live.ok) return
        if (systemClock.steadyMs() > deadline) throw new Error(JSON.stringify(live.refusal))
        await systemClock.sleep(200)
      }
    },
    async openRoom(transport, path, script) {
      const page = await open(watching, path)
      if (transport === 'hls') await page.addInitScript(withoutRtc)
      await page.addInitScript(meter)
      if (script) await page.addInitScript(script)
      await page.goto(`${house.url}/s/${show.slug}?market=DE`)
      return page
    },
    async openCamera(path, what = cameraPage) {
      const page = await open(sending, path)
      // As a page of the house's own, like the Studio's.
      await page.route('**/camera-of-the-bench', (route) =>
        route.fulfill({ contentType: 'text/html', body: what }))
      await page.goto(`${house.url}/camera-of-the-bench`)
      await page.evaluate(
        `publish(${JSON.stringify(`${house.url}/media/whip`)}, ${JSON.stringify(streamKey)})`)
      return page
    },
    async close() {
      await Promise.all([sending.close(), watching.close()])
      await house.stop()
    },
  }
}
