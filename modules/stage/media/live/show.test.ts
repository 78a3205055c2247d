import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeManualClock, silentLog } from '#kernel'
import { parseVideoConfig } from '#formats/codecs'
import { avcRecord } from '#formats/testing/avc'
import { emptyShow } from '#stage/recording/contract'
import { holdAlone } from '#stage/recording/testing'
import { MEDIA_LIMITS, type StateReport } from '../contract.ts'
import { makeShowId, noTurners } from '../testing.ts'
import { nalRun } from '#formats/testing/flv'
import { makeBackup } from './backup.ts'
import { makeShow, type Publisher, type Show } from './show.ts'

let root: string
beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'silkcast-show-')) })
afterAll(() => rm(root, { recursive: true, force: true }))

const config = parseVideoConfig(avcRecord())!

function begin() {
  const clock = makeManualClock()
  const reports: StateReport[] = []
  const id = makeShowId()
  const show = makeShow({
    id, recording: holdAlone(join(root, id)), clock, log: silentLog, restored: emptyShow,
    forms: { turners: noTurners },
    report: (report) => void reports.push(report),
  })
  return { clock, reports, show }
}

const restore = (show: Show) => holdAlone(show.folder).restore(MEDIA_LIMITS.windowSeconds)

function publish(show: Show, drop: () => void = () => {}): Publisher {
  const published = show.publish(drop)
  if (!published.ok) throw new Error(published.refusal.code)
  return published.value
}

function send(publisher: Publisher, seconds: number): void {
  publisher.push(config, 0)
  for (let n = 0; n < seconds * 25; n++) {
    publisher.push({ kind: 'frame', key: n % 25 === 0, ctoMs: 0, data: nalRun(80) }, n * 40)
  }
}

test('MED4 a publisher silent for three seconds gives way, a lively one does not', async () => {
  const { clock, show, reports } = begin()
  let dropped = 0
  const first = publish(show, () => void dropped++)
  await clock.advance(MEDIA_LIMITS.silentMs - 1)
  first.push({ kind: 'nothing' }, 0)
  await clock.advance(MEDIA_LIMITS.silentMs - 1)
  expect(show.publish(() => {})).toMatchObject({
    ok: false, refusal: { code: 'stage.media.already_publishing' },
  })
  expect(reports.at(-1)).toMatchObject({
    state: 'receiving', problem: 'stage.media.already_publishing',
  })
  await clock.advance(1)
  const second = publish(show)
  expect([dropped, show.isReceiving]).toEqual([1, true])
  // What still comes from the first one is nobody's.
  expect(first.push(config, 0)).toBeUndefined()
  first.leave()
  expect(show.isReceiving).toBe(true)
  second.leave()
  expect(show.isReceiving).toBe(false)
  await show.release()
})

test('MED4 a backup takes over from the next keyframe, and waits again', async () => {
  const { clock, show, reports } = begin()
  const first = publish(show)
  let ended = 0
  const backup = makeBackup(show, () => void ended++)
  const frame = (publisher: Publisher, key: boolean, atMs: number) =>
    publisher.push({ kind: 'frame', key, ctoMs: 0, data: nalRun(80) }, atMs)
  first.push(config, 0)
  backup.push(config, 0)
  frame(first, true, 0)
  frame(backup, true, 0)
  expect(show.needsBackup).toBe(false)
  const told = async () => {
    await clock.advance(MEDIA_LIMITS.reportEveryMs)
    return reports.at(-1)?.health?.backup
  }
  expect(await told()).toBe('ready')
  first.leave()
  expect(show.isReceiving).toBe(false)
  frame(backup, false, 40)
  expect(show.isReceiving).toBe(false)
  frame(backup, true, 80)
  expect(show.isReceiving).toBe(true)
  expect(reports.at(-1)?.health?.backup).toBe('shown')
  // Nobody was told that another encoder uses the key: that is what a backup is for.
  expect(reports.some((one) => one.problem)).toBe(false)
  // One that only fell silent is followed, too.
  const again = publish(show)
  frame(backup, true, 120)
  await clock.advance(MEDIA_LIMITS.silentMs)
  expect([show.needsBackup, ended]).toEqual([true, 0])
  frame(backup, true, 160)
  expect(again.push(config, 0)).toBeUndefined()
  expect(show.needsBackup).toBe(false)
  // A new key ends whoever waits, and whoever is on air.
  show.drop()
  frame(backup, true, 200)
  expect([show.isReceiving, ended]).toEqual([false, 1])
  await show.release()
})

test('MED13 the state is told on every change and every two seconds', async () => {
  const { clock, show, reports } = begin()
  const publisher = publish(show)
  send(publisher, 3)
  expect(reports.map(({ state }) => state)).toEqual(['receiving', 'receiving'])
  expect(reports[1]!.video).toMatchObject({ width: 320, fps: 25, keyframeSeconds: 1 })
  await clock.advance(3 * MEDIA_LIMITS.reportEveryMs)
  expect(reports).toHaveLength(5)
  publisher.leave('stage.media.stream_malformed')
  await clock.advance(60_000)
  expect(reports).toHaveLength(6)
  expect(reports.at(-1)).toMatchObject({
    state: 'lost', problem: 'stage.media.stream_malformed',
  })
  await show.release()
})

test('MED15 nothing is announced that is not on disk', async () => {
  const { show } = begin()
  const publisher = publish(show)
  const seen: number[] = []
  const recording = (async () => {
    for (let n = 0; n < 200; n++) {
      const told = show.window.segments.reduce((sum, one) => sum + one.parts.length, 0)
      const kept = (await restore(show))?.window.segments ?? []
      expect(kept.reduce((sum, one) => sum + one.parts.length, 0)).toBeGreaterThanOrEqual(told)
      seen.push(told)
      if (told === 20) return
    }
  })()
  send(publisher, 5)
  await recording
  expect(Math.max(...seen)).toBeGreaterThan(0)
  publisher.leave()
  await show.release()
  expect((await restore(show))!.recorded.map(({ msn }) => msn)).toEqual([0, 1, 2])
})

test('MED5 an ended show lets nobody in, also one that never had media', async () => {
  const { show } = begin()
  show.stop()
  show.stop()
  expect(show.publish(() => {})).toMatchObject({
    ok: false, refusal: { code: 'stage.media.show_ended' },
  })
  await show.release()
  expect((await restore(show))!.window.isEnded).toBe(true)
})
