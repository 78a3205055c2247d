import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pickNode, silentLog, systemClock, type ShowId } from '#kernel'
import { INTERNAL_KEY, makeShowId, startControlDesk, startMedia, until,
  type ControlDesk, type MediaProcess } from '#stage/media/testing'
import { makeMediaFleet, type MediaFleet } from './index.ts'

const PROCESSES = 3
const SHOWS = 12
const FRONT = join(import.meta.dirname, '..', '..', 'media', 'front.ts')

interface Publishing { stop(): void }
interface Seen { last: number; newestMs: number; stillMs: number; back: string[] }
interface Watched { readonly id: ShowId; readonly key: string }

let folder: string
let desk: ControlDesk
let fleet: MediaFleet
let media: MediaProcess[]
let front: ChildProcess
let rtmpPort: number
const publishing: Publishing[] = []
/** The same number of shows falls to each process. */
const names = Array.from({ length: PROCESSES }, (_, at) => `media-${at + 1}`)
const shows: Watched[] = Array.from({ length: SHOWS }, (_, at) => {
  for (;;) {
    const id = makeShowId()
    if (pickNode(id, names) === names[at % PROCESSES]) return { id, key: `key-${id}` }
  }
})

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((done) => { server.close(done) })))
  return ports
}

async function startFront(): Promise<void> {
  front = spawn(process.execPath, [FRONT], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      SILKCAST_SERVER_URL: desk.url, SILKCAST_INTERNAL_KEY: INTERNAL_KEY,
      SILKCAST_RTMP_PORT: '0', SILKCAST_RTMP_HOST: '127.0.0.1', SILKCAST_LOG_LEVEL: 'warn',
      SILKCAST_MEDIA_PROCESSES: String(PROCESSES),
    },
  })
  for await (const line of createInterface({ input: front.stdout! })) {
    const said = JSON.parse(line) as { ready?: boolean; rtmpPort: number }
    if (!said.ready) continue
    rtmpPort = said.rtmpPort
    front.stdout!.resume()
    return
  }
}

const start = (httpPort: number): Promise<MediaProcess> => startMedia({
  folder, serverUrl: desk.url, httpPort, env: { SILKCAST_RTMP_FRONT: '1' },
})

/** A clip made once, so that twelve encoders cost next to nothing. */
async function makeClip(): Promise<string> {
  const path = join(folder, 'clip.flv')
  const child = spawn(ffmpeg.path, ['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i',
    'testsrc=size=160x90:rate=10', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune',
    'zerolatency', '-pix_fmt', 'yuv420p', '-g', '10', '-b:v', '40k', '-t', '60', '-f', 'flv', path])
  child.stderr.pipe(createWriteStream('/dev/null'))
  expect((await once(child, 'exit'))[0]).toBe(0)
  return path
}

/** Sends to one show and, as OBS does, comes back when it is cut off. */
function publish(clip: string, { key }: Watched): Publishing {
  let child: ChildProcess | undefined
  let isOver = false
  const run = (): void => {
    if (isOver) return
    child = spawn(ffmpeg.path, ['-hide_banner', '-loglevel', 'quiet', '-re', '-i', clip,
      '-c', 'copy', '-f', 'flv', `rtmp://127.0.0.1:${rtmpPort}/live/${key}`], { stdio: 'ignore' })
    child.on('exit', () => void systemClock.after(300, run))
  }
  run()
  return {
    stop() {
      isOver = true
      child?.kill('SIGKILL')
    },
  }
}

const read = (id: ShowId, name: string): Promise<string> =>
  fetch(`${fleet.urlFor(id)}/media/${id}/${name}`).then((answer) => answer.text(), () => '')
const firstMsn = (text: string): number => Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1] ?? -1)
const lastMsn = (text: string): number =>
  firstMsn(text) + (text.match(/^s\d+\.m4s$/gm)?.length ?? 0) - 1
const partsOf = (text: string): string[] =>
  [...text.matchAll(/EXT-X-PART:[^\n]*URI="([^"]+)"/g)].map((match) => match[1]!)
const at = (name: string): number => {
  const [, msn, part] = /^p(\d+)\.(\d+)\.m4s$/.exec(name)!
  return Number(msn) * 1000 + Number(part)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silkcast-fleet-'))
  desk = await startControlDesk()
  desk.place = (showId) => fleet.place(showId)
  for (const { id, key } of shows) desk.keys.set(key, id)
  const ports = await freePorts(PROCESSES)
  media = await Promise.all(ports.map(start))
  fleet = makeMediaFleet({
    urls: media.map(({ httpUrl }) => httpUrl), internalKey: INTERNAL_KEY, clock: systemClock,
    log: silentLog,
  })
  await fleet.start()
  await startFront()
  const clip = await makeClip()
  // Not all in one moment: a process too busy to answer twice counts as gone.
  for (const show of shows) {
    publishing.push(publish(clip, show))
    await systemClock.sleep(100)
  }
}, 60_000)
afterAll(async () => {
  for (const one of publishing) one.stop()
  fleet?.stop()
  front?.kill('SIGKILL')
  await Promise.all((media ?? []).map((one) => one.kill('SIGKILL')))
  await desk?.close()
  await rm(folder, { recursive: true, force: true })
})

/** Watches all playlists until stopped: nothing may step back, and how long each stood still. */
function follow() {
  const seen = new Map<ShowId, Seen>()
  let isOver = false
  const watch = async ({ id }: Watched): Promise<void> => {
    const mine: Seen = { last: -1, newestMs: systemClock.steadyMs(), stillMs: 0, back: [] }
    seen.set(id, mine)
    while (!isOver) {
      const newest = partsOf(await read(id, 'live.m3u8')).at(-1)
      const nowMs = systemClock.steadyMs()
      if (newest && at(newest) < mine.last) mine.back.push(`${newest} after ${mine.last}`)
      if (newest && at(newest) > mine.last) {
        mine.last = at(newest)
        mine.newestMs = nowMs
      }
      mine.stillMs = Math.max(mine.stillMs, nowMs - mine.newestMs)
      await systemClock.sleep(150)
    }
  }
  const all = Promise.all(shows.map(watch))
  return async () => {
    isOver = true
    await all
    return seen
  }
}

test('MED24 one of three is killed: its shows go on elsewhere, the others are not disturbed',
  async () => {
    for (const { id } of shows) {
      await until('a playlist', async () => lastMsn(await read(id, 'live.m3u8')) >= 1, 25_000)
    }
    const owners = new Map(shows.map(({ id }) => [id, fleet.urlFor(id)]))
    const [killed] = media
    const mine = shows.filter(({ id }) => owners.get(id) === killed!.httpUrl)
    // Each has its share: twelve shows on one process would prove nothing.
    expect(new Set(owners.values()).size).toBe(PROCESSES)
    const before = new Map(await Promise.all(mine.map(async ({ id }): Promise<[ShowId, string]> =>
      [id, await read(id, 'live.m3u8')])))
    const stopFollowing = follow()
    const killedMs = systemClock.steadyMs()
    await killed!.kill('SIGKILL')
    await until('moved', async () => {
      const texts = await Promise.all(mine.map(({ id }) => read(id, 'live.m3u8')))
      return texts.every((text) => text.startsWith('#EXTM3U'))
    })
    const movedMs = systemClock.steadyMs() - killedMs
    for (const { id } of mine) {
      expect(fleet.urlFor(id)).not.toBe(killed!.httpUrl)
      const text = await read(id, 'live.m3u8')
      expect(firstMsn(text)).toBeGreaterThanOrEqual(firstMsn(before.get(id)!))
      // Every part that was told is still there.
      const part = partsOf(before.get(id)!).at(-1)!
      expect((await fetch(`${fleet.urlFor(id)}/media/${id}/${part}`)).status).toBe(200)
    }
    for (const { id } of mine) {
      await until('goes on', async () => {
        const text = await read(id, 'live.m3u8')
        return lastMsn(text) > lastMsn(before.get(id)!) + 1 && text.includes('#EXT-X-DISCONTINUITY')
      })
    }
    // It comes back, and what is live stays where it is.
    media[0] = await start(killed!.httpPort)
    await systemClock.sleep(1_500)
    for (const { id } of mine) expect(fleet.urlFor(id)).not.toBe(killed!.httpUrl)
    const seen = await stopFollowing()
    const still = (of: readonly Watched[]) =>
      Math.round(Math.max(...of.map(({ id }) => seen.get(id)!.stillMs)))
    const others = shows.filter((show) => !mine.includes(show))
    process.stdout.write(`${JSON.stringify({
      killedShows: mine.length, movedMs: Math.round(movedMs), stillMs: still(mine),
      othersStillMs: still(others),
    })}\n`)
    expect([...seen.values()].flatMap(({ back }) => back)).toEqual([])
    expect(movedMs).toBeLessThan(3_000)
    expect(still(mine)).toBeLessThan(5_000)
    expect(still(others)).toBeLessThan(1_500)
    for (const { id } of others) expect(fleet.urlFor(id)).toBe(owners.get(id))
  }, 90_000)

test('MED24 one that sleeps is replaced; awake again it lets go and serves what it is given',
  async () => {
    const sleeper = media[1]!
    const mine = shows.filter(({ id }) => fleet.urlFor(id) === sleeper.httpUrl)
    expect(mine.length).toBeGreaterThan(0)
    const before = new Map(await Promise.all(mine.map(async ({ id }): Promise<[ShowId, number]> =>
      [id, lastMsn(await read(id, 'live.m3u8'))])))
    const startMs = systemClock.steadyMs()
    sleeper.child.kill('SIGSTOP')
    for (const { id } of mine) {
      await until('goes on', async () => fleet.urlFor(id) !== sleeper.httpUrl
        && lastMsn(await read(id, 'live.m3u8')) > before.get(id)! + 1, 12_000)
    }
    process.stdout.write(`${JSON.stringify({
      sleeperShows: mine.length, goesOnMs: Math.round(systemClock.steadyMs() - startMs),
    })}\n`)
    sleeper.child.kill('SIGCONT')
    await until('let go', async () => {
      const answer = await fetch(`${sleeper.httpUrl}/internal/health`,
        { headers: { 'x-silkcast-internal': INTERNAL_KEY } })
      const { held } = await answer.json() as { held: string[] }
      return mine.every(({ id }) => !held.includes(id))
    })
    for (const { id } of mine) {
      const { window, index } = { window: await read(id, 'live.m3u8'),
        index: await read(id, 'replay.m3u8') }
      expect(lastMsn(window)).toBeGreaterThan(before.get(id)!)
      // One line, one number, none twice: nobody else wrote.
      const numbers = [...index.matchAll(/^s(\d+)\.m4s$/gm)].map((match) => Number(match[1]))
      expect(numbers).toEqual(numbers.map((_number, n) => numbers[0]! + n))
    }
  }, 60_000)
