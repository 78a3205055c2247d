import { expect, test } from 'vitest'
import { Fault, silentLog, systemClock } from '#kernel'
import { makeShowId, startControlDesk, until, INTERNAL_KEY } from '#stage/media/testing'
import type { StateReport } from '#stage/media/contract'
import { makeControl } from './control.ts'

const connect = (serverUrl: string, internalKey = INTERNAL_KEY) =>
  makeControl({ serverUrl, internalKey, clock: systemClock, log: silentLog })

test('a key is good, refused with its code, or undecided', async () => {
  const desk = await startControlDesk()
  const showId = makeShowId()
  desk.keys.set('good-key-1', showId)
  const control = connect(desk.url)
  expect(await control.authorize('good-key-1', '::1')).toEqual({ ok: true, value: showId })
  expect(control.renditionsOf(showId)).toBeUndefined()
  desk.renditions = ['audio', '4k', 7]
  await control.authorize('good-key-1', '::1')
  expect(control.renditionsOf(showId)).toEqual(['audio'])
  expect(await control.authorize('evil-key-1', '::1'))
    .toMatchObject({ ok: false, refusal: { code: 'stage.show.key_unknown' } })
  desk.isDown = true
  await expect(control.authorize('good-key-1', '::1')).rejects.toBeInstanceOf(Fault)
  desk.isDown = false
  await expect(connect(desk.url, 'wrong').authorize('good-key-1', '::1'))
    .rejects.toMatchObject({ code: 'stage.media.server_unclear' })
  await desk.close()
  await expect(control.authorize('good-key-1', '::1'))
    .rejects.toMatchObject({ code: 'stage.media.server_silent', retryable: true })
})

test('reports wait for a server that is away, and it hears the newest', async () => {
  const desk = await startControlDesk()
  const control = connect(desk.url)
  const showId = makeShowId()
  desk.isDown = true
  const report = (atMs: number, state: StateReport['state']) =>
    control.report({ showId, state, atMs })
  for (let n = 0; n < 40; n++) report(n, 'receiving')
  report(40, 'lost')
  desk.isDown = false
  await until('reports', () => desk.reports.at(-1)?.state === 'lost')
  expect(desk.reports.map(({ atMs }) => atMs)).toEqual([0, 39, 40])
  await desk.close()
})
