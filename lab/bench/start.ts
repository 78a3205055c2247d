import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#kernel'
import { buildWeb } from '../../tools/build-web.ts'
import { openBrowser, readPlay, visit } from '../rig/browser.ts'
import { startHouse } from '../rig/house.ts'

const budgetMs = 10_000
const runs = 3

interface Timed {
  readonly what: string
  readonly readyMs: number
  readonly firstFrameMs: number
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!

/** From the start command to the first frame of the demo show in a browser that was open
 *  already. */
async function time(what: string, dataDir: string): Promise<Timed> {
  const browser = await openBrowser()
  const { page } = await visit(browser)
  await page.goto('about:blank')
  const startedMs = systemClock.steadyMs()
  const house = await startHouse({ dataDir })
  try {
    await page.goto(`${house.url}/`)
    while ((await readPlay(page)).frames === 0) {
      if (systemClock.steadyMs() - startedMs > 60_000) throw new Error('no frame within a minute')
      await systemClock.sleep(20)
    }
    return { what, readyMs: house.readyMs, firstFrameMs: systemClock.steadyMs() - startedMs }
  } finally {
    await browser.close()
    await house.stop()
  }
}

/** `npm run bench -- start`: `npm start` on an installed checkout, new data and known data. */
export async function run(): Promise<void> {
  const root = join(import.meta.dirname, '..', '..')
  await buildWeb({ root, log: () => {} })
  const timed: Timed[] = []
  for (let turn = 0; turn < runs; turn++) {
    const dataDir = await mkdtemp(join(tmpdir(), 'silkcast-start-'))
    timed.push(await time('new data', dataDir), await time('known data', dataDir))
    await rm(dataDir, { recursive: true, force: true })
  }
  const rows = ['new data', 'known data'].map((what) => {
    const own = timed.filter((one) => one.what === what)
    return {
      what,
      readyMsMedian: Math.round(median(own.map((one) => one.readyMs))),
      firstFrameMsMedian: Math.round(median(own.map((one) => one.firstFrameMs))),
      firstFrameMsWorst: Math.round(Math.max(...own.map((one) => one.firstFrameMs))),
    }
  })
  console.table(rows)
  const isMet = rows.every((row) => row.firstFrameMsMedian <= budgetMs)
  console.log(JSON.stringify({ bench: 'start', runs, budgetMs, isMet, rows }))
  if (!isMet) process.exitCode = 1
}
