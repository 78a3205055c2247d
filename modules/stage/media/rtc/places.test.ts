import { afterAll, beforeAll, expect, test } from 'vitest'
import { sealAsker, type Seat } from '#adapters/clients-forwarded'
import { CHROMIUM_WATCHES } from '#formats/testing/offers'
import { systemClock } from '#kernel'
import { INTERNAL_KEY, makeShowId, startRig, until, type Rig } from '../testing.ts'

let rig: Rig
let show: ReturnType<Rig['addShow']>
beforeAll(async () => {
  rig = await startRig({ SILKCAST_WHEP_MAX: '2', SILKCAST_WHEP_KEPT: '1' })
  show = rig.addShow()
  rig.encoder(show.rtmpUrl())
  await until('signal', () => rig.desk.reports.find((one) => one.video && one.audio), 20_000)
}, 60_000)
afterAll(() => rig?.close())

const seat = (change: Partial<Seat> = {}): Seat => ({
  showId: show.id, need: 'seat', untilMs: systemClock.nowMs() + 60_000, ...change,
})
const sealed = (viewer: string, own?: Seat, key = INTERNAL_KEY) =>
  sealAsker(key, { viewer, address: '192.0.2.1', seat: own })

async function ask(headers: Record<string, string>, path = 'whep') {
  const answer = await fetch(show.url(path), {
    method: 'POST', body: path.startsWith('whep') ? CHROMIUM_WATCHES : '',
    headers: { 'content-type': 'application/sdp', ...headers },
  })
  const location = answer.headers.get('location')?.split('/').at(-1)
  return { status: answer.status, session: location, moved: answer.headers.get('x-silkcast-moved') }
}
const end = async (session: string | undefined) =>
  (await fetch(show.url(`rtc/${session}`), { method: 'DELETE' })).status

test('a seat gets in beyond the ordinary places; what is forged or of another show gains nothing',
  async () => {
    const first = await ask(sealed('viewer-0001'))
    expect(first).toMatchObject({ status: 201, moved: null })
    for (const forged of [
      {}, sealed('viewer-0002'), sealed('viewer-0002', seat(), 'another-key-another-key'),
      { 'x-silkcast-asker': `viewer-0002 192.0.2.1 ${show.id} seat 9999999999999` },
      sealed('viewer-0002', seat({ showId: makeShowId() })),
      sealed('viewer-0002', seat({ untilMs: systemClock.nowMs() - 1 })),
    ]) expect((await ask(forged)).status).toBe(503)
    // Whose offer cannot be answered moves nobody.
    const broken = await fetch(show.url('whep'), {
      method: 'POST', body: 'v=0',
      headers: { 'content-type': 'application/sdp', ...sealed('viewer-0003', seat()) },
    })
    expect(broken.status).toBe(400)
    expect(await end('s'.repeat(24))).toBe(404)

    // The server hears who is to make room; it is not over yet.
    const buyer = await ask(sealed('viewer-0002', seat()))
    expect(buyer).toMatchObject({ status: 201, moved: `viewer-0001 ${first.session}` })
    const next = await ask(sealed('viewer-0004', seat()))
    expect(next).toMatchObject({ status: 201, moved: `viewer-0001 ${first.session}` })
    // Now it is, and it says why to whoever asks about it.
    expect(await end(first.session)).toBe(410)
    expect((await ask(sealed('viewer-0005', seat()))).status).toBe(503)
    expect(await end(buyer.session)).toBe(200)
    expect((await ask(sealed('viewer-0001'))).status).toBe(503)
    expect(await end(next.session)).toBe(200)
    expect((await ask(sealed('viewer-0001'))).status).toBe(503)
  })

test('a viewer who buys keeps the place that they have; strangers learn no session', async () => {
  const first = await ask(sealed('viewer-0011'))
  expect(first.status).toBe(201)
  const claim = (headers: Record<string, string>) => ask(headers, `rtc/${first.session}`)
  expect((await claim({})).status).toBe(204)
  expect((await claim(sealed('viewer-0011', seat()))).status).toBe(204)
  expect((await ask(sealed('viewer-0011', seat()), `rtc/${'s'.repeat(24)}`)).status).toBe(404)
  const second = await ask(sealed('viewer-0012', seat()))
  expect(second).toMatchObject({ status: 201, moved: null })
  expect((await ask(sealed('viewer-0013', seat()))).status).toBe(503)
  expect([await end(first.session), await end(second.session)]).toEqual([200, 200])
})

test('the report has the places', async () => {
  const report = await until('places', () =>
    rig.desk.reports.findLast(({ health }) => (health?.viewersMoved ?? 0) > 0), 10_000)
  expect(report.health).toMatchObject({ placesWhep: 2, placesKept: 1, viewersMoved: 1 })
})
