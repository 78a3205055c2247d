import { expect, test } from 'vitest'
import { Fault, makeIds, silentLog, systemClock, systemRandom } from '#kernel'
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
  // A process that a publisher is handed over to hears it from the front.
  control.keepRenditions(showId, ['360p'])
  expect(control.renditionsOf(showId)).toEqual(['360p'])
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

test('the key of a guest opens nothing for an encoder, and a line of their own over WebRTC',
  async () => {
    const desk = await startControlDesk()
    const showId = makeShowId()
    const id = makeIds({ clock: systemClock, random: systemRandom }).make('gst')
    const guest = { id, isOnStage: false, isMuted: true, revision: 7 }
    desk.keys.set('guest-key-1', showId)
    desk.guests.set('guest-key-1', guest)
    const control = connect(desk.url)
    const no = { ok: false, refusal: { code: 'stage.show.key_unknown' } }
    expect(await control.authorize('guest-key-1', '::1')).toEqual(no)
    expect(await control.locate('guest-key-1', '::1')).toEqual(no)
    expect(await control.identify('guest-key-1', '::1'))
      .toMatchObject({ ok: true, value: { showId, guest } })
    desk.guests.set('guest-key-1', { ...guest, isMuted: 'no' } as never)
    await expect(control.identify('guest-key-1', '::1'))
      .rejects.toMatchObject({ code: 'stage.media.server_unclear' })
    await desk.close()
  })

test('the key of a guests\' picture opens nothing for an encoder, and is told apart', async () => {
  const desk = await startControlDesk()
  const showId = makeShowId()
  desk.keys.set('picture-key-1', showId)
  desk.pictures.set('picture-key-1', 3)
  const control = connect(desk.url)
  const no = { ok: false, refusal: { code: 'stage.show.key_unknown' } }
  expect(await control.authorize('picture-key-1', '::1')).toEqual(no)
  expect(await control.locate('picture-key-1', '::1')).toEqual(no)
  expect(await control.identify('picture-key-1', '::1'))
    .toMatchObject({ ok: true, value: { showId, pictureRound: 3 } })
  // Never taken for a stream key because something is odd about it.
  for (const odd of ['3', 1.5, null, {}]) {
    desk.pictures.set('picture-key-1', odd)
    await expect(control.identify('picture-key-1', '::1'))
      .rejects.toMatchObject({ code: 'stage.media.server_unclear' })
  }
  await desk.close()
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
