import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DownloadView, RecordingView, StorageView } from '#stage/recording/contract'
import { INTERNAL_HEADER, mediaPaths, type StateView } from './contract.ts'
import { decode, INTERNAL_KEY, startRig, until, type EncoderSettings, type Rig } from './testing.ts'

let rig: Rig
beforeAll(async () => { rig = await startRig() })
afterAll(() => rig?.close())

const ask = (path: string, method = 'GET', body?: unknown, headers = {}): Promise<Response> =>
  fetch(rig.media.httpUrl + path, {
    method, headers: { [INTERNAL_HEADER]: INTERNAL_KEY, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
type Shown = ReturnType<Rig['addShow']>
const stateOf = async (show: Shown): Promise<StateView['state']> =>
  (await (await fetch(show.url('state.json'))).json() as StateView).state

/** A show that has ended, of one publisher after the other. */
async function record(...publishers: EncoderSettings[]): Promise<Shown> {
  const show = rig.addShow()
  for (const settings of publishers) {
    await rig.encoder(show.rtmpUrl(), { isFast: true, ...settings }).ended()
    await until('gone', async () =>
      await stateOf(show) === 'lost')
  }
  await ask(mediaPaths.stop(show.id), 'POST')
  return show
}

const recordingOf = async (show: Shown): Promise<RecordingView> =>
  (await ask(mediaPaths.recording(show.id))).json() as Promise<RecordingView>
const downloadOf = async (show: Shown): Promise<DownloadView> =>
  (await ask(mediaPaths.download(show.id))).json() as Promise<DownloadView>
const cut = (show: Shown, inMs: number, outMs: number | null, isPublic = true) =>
  ask(mediaPaths.cut(show.id), 'PUT', { inMs, outMs, isPublic })

async function download(show: Shown, name: string): Promise<string> {
  const answer = await ask(mediaPaths.movie(show.id))
  expect(answer.status).toBe(200)
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect(bytes.length).toBe(Number(answer.headers.get('content-length')))
  const path = join(rig.folder, name)
  await writeFile(path, bytes)
  return path
}

/** What a player fetches for a playlist, in one file. (ffmpeg 4.1 takes no ranges in fMP4.) */
async function assemble(show: Shown, text: string): Promise<string> {
  const load = async (name: string, range?: string) => {
    const [length, start] = (range ?? '').split('@').map(Number)
    const headers = range ? { range: `bytes=${start}-${start! + length! - 1}` } : {}
    return Buffer.from(await (await fetch(show.url(name), { headers })).arrayBuffer())
  }
  const init = await load(/MAP:URI="([^"]+)"/.exec(text)![1]!)
  const pieces = [...text.matchAll(/(?:BYTERANGE:(\d+@\d+)\n)?(s\d+\.m4s)/g)]
  const bytes = await Promise.all(pieces.map(([, range, name]) => load(name!, range)))
  const path = join(rig.folder, `assembled-${show.id}.mp4`)
  await writeFile(path, Buffer.concat([init, ...bytes]))
  return path
}

/** How far the sound's beginning or end is from the picture's, as ffmpeg reads the file. */
async function lengths(path: string) {
  const [picture, sound] = [await decode(path, ['-an']), await decode(path, ['-vn'])]
  return { picture: picture.seconds, sound: sound.seconds }
}

describe.concurrent('a recording', () => {
  test('MED25 is one MP4 that decodes, as long as the show, resumable', async () => {
    const show = await record({ seconds: 6 })
    const view = await recordingOf(show)
    expect(view.isEnded).toBe(true)
    const { state, forms, sizeBytes } = await downloadOf(show)
    expect([state, forms]).toEqual(['direct', 1])
    expect(Math.abs(view.durationMs - 6_000)).toBeLessThan(150)
    const path = await download(show, 'whole.mp4')
    const { seconds, broken, frames } = await decode(path)
    expect(broken).toEqual([])
    expect(Math.abs(seconds - 6)).toBeLessThan(0.15)
    expect(frames).toBe(150)
    const part = await ask(mediaPaths.movie(show.id), 'GET', undefined, { range: 'bytes=1000-' })
    expect([part.status, part.headers.get('content-range')])
      .toEqual([206, `bytes 1000-${sizeBytes! - 1}/${sizeBytes}`])
    const whole = Buffer.from(await (await ask(mediaPaths.movie(show.id))).arrayBuffer())
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(1_000))).toBe(true)
    const beyond = await ask(mediaPaths.movie(show.id), 'GET', undefined,
      { range: 'bytes=99999999999-' })
    expect(beyond.status).toBe(416)
  })

  test('REC5 keeps picture and sound together over a publisher that came back', async () => {
    const show = await record({ seconds: 4, gop: 50 }, { seconds: 3, gop: 50 })
    const view = await recordingOf(show)
    expect(view.spans.length).toBeGreaterThanOrEqual(1)
    const path = await download(show, 'twice.mp4')
    const { seconds, broken, frames } = await decode(path)
    expect(broken).toEqual([])
    expect(frames).toBe(175)
    expect(Math.abs(seconds - 7)).toBeLessThan(0.2)
    const { picture, sound } = await lengths(path)
    expect(Math.abs(picture - sound)).toBeLessThan(0.1)
  })

  test('REC5 of two sizes is coded into one, and says so before', async () => {
    const show = await record({ seconds: 3 }, { seconds: 2, size: '426x240' })
    expect(await downloadOf(show)).toMatchObject({ state: 'to_make', forms: 2 })
    expect((await ask(mediaPaths.movie(show.id))).status).toBe(404)
    await ask(mediaPaths.download(show.id), 'POST')
    const made = await until('made', async () => {
      const view = await downloadOf(show)
      expect(view.state).not.toBe('failed')
      return view.state === 'made' && view
    }, 40_000)
    expect(made.sizeBytes).toBeGreaterThan(10_000)
    const { seconds, broken, frames } = await decode(await download(show, 'forms.mp4'))
    expect(broken).toEqual([])
    expect(Math.abs(seconds - 5)).toBeLessThan(0.3)
    expect(frames).toBeGreaterThan(120)
  }, 60_000)

  test('MED25 REC4 cut: playlist and MP4 show what is in it, nothing else is there', async () => {
    const show = await record({ seconds: 8, gop: 50 })
    expect((await cut(show, 2_520, 5_480)).status).toBe(200)
    const view = await recordingOf(show)
    expect(view.playlistFromMs).toBeLessThanOrEqual(2_520)
    const text = await (await fetch(show.url('replay.m3u8'))).text()
    expect(text).toContain('#EXT-X-START:TIME-OFFSET=0.5')
    const shown = await decode(await assemble(show, text))
    expect(shown.broken).toEqual([])
    // From the keyframe at 2 s to the part that ends at 5.6 s.
    expect(shown.frames).toBe(90)
    const { seconds, broken } = await decode(await download(show, 'cut.mp4'))
    expect(broken).toEqual([])
    expect(Math.abs(seconds - 2.96)).toBeLessThan(0.06)
    expect((await fetch(show.url('s0.m4s'))).status).toBe(404)
    expect((await fetch(show.url('s3.m4s'))).status).toBe(404)
    expect((await fetch(show.url('s1.m4s'))).status).toBe(200)
    expect((await ask(mediaPaths.whole(show.id, 's0.m4s'))).status).toBe(200)
  })

  test('MED25 withdrawn: viewers have nothing of it, staff everything', async () => {
    const show = await record({ seconds: 4 })
    await cut(show, 0, null, false)
    for (const name of ['replay.m3u8', 's0.m4s', 'init-0.mp4']) {
      expect([name, (await fetch(show.url(name))).status]).toEqual([name, 404])
      expect([name, (await ask(mediaPaths.whole(show.id, name))).status]).toEqual([name, 200])
    }
    expect((await fetch(`${rig.media.httpUrl}${mediaPaths.whole(show.id, 's0.m4s')}`)).status)
      .toBe(401)
    await cut(show, 0, null, true)
    expect((await fetch(show.url('replay.m3u8'))).status).toBe(200)
  })

  test('REC4 MED25 a cut that is none is refused or is the whole', async () => {
    const show = await record({ seconds: 3 })
    const bad = [{ inMs: -1, outMs: null }, { inMs: 0.5, outMs: null }, { inMs: '0', outMs: null },
      { inMs: 0 }, { inMs: 0, outMs: 1e30 }, { inMs: 0, outMs: null, more: 1 }, [], null]
    for (const body of bad) {
      const given = Array.isArray(body) || body === null ? body : { isPublic: true, ...body }
      expect((await ask(mediaPaths.cut(show.id), 'PUT', given)).status).toBe(400)
    }
    for (const [inMs, outMs] of [[2_000, 1_000], [99_000, null], [1_000, 1_000],
      [0, Number.MAX_SAFE_INTEGER]] as const) {
      expect((await cut(show, inMs, outMs)).status).toBe(200)
      expect(await (await fetch(show.url('replay.m3u8'))).text()).not.toContain('EXT-X-START')
    }
    const live = rig.addShow()
    const encoder = rig.encoder(live.rtmpUrl(), { seconds: 20 })
    await until('on air', async () => (await fetch(live.url('replay.m3u8'))).ok)
    expect((await cut(live, 0, null, false)).status).toBe(409)
    expect((await ask(mediaPaths.remove(live.id), 'POST')).status).toBe(409)
    expect((await fetch(live.url('replay.m3u8'))).status).toBe(200)
    await encoder.stop()
  })

  test('MED25 removed: nothing is left but that the show has ended', async () => {
    const show = await record({ seconds: 3 })
    const before = await (await ask(mediaPaths.storage)).json() as StorageView
    const known = before.shows.find(({ showId }) => showId === show.id)!
    expect(known).toMatchObject({ isEnded: true, isReceiving: false })
    expect(known.sizeBytes).toBeGreaterThan(20_000)
    expect(before.freeBytes).toBeGreaterThan(0)
    expect((await ask(mediaPaths.remove(show.id), 'POST')).status).toBe(200)
    const left = await readdir(join(rig.folder, show.id))
    expect(left.filter((name) => !name.startsWith('.'))).toEqual(['index.jsonl'])
    for (const name of ['replay.m3u8', 's0.m4s', 'init-0.mp4']) {
      expect((await fetch(show.url(name))).status).toBe(404)
    }
    expect((await ask(mediaPaths.movie(show.id))).status).toBe(404)
    expect(await stateOf(show)).toBe('ended')
    const again = rig.encoder(show.rtmpUrl(), { seconds: 2 })
    await again.ended()
    expect((await fetch(show.url('s0.m4s'))).status).toBe(404)
    expect((await ask(mediaPaths.remove(show.id), 'POST')).status).toBe(200)
  })
})
