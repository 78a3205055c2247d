import { expect, test } from 'vitest'
import { silentLog, systemClock, type Log } from '#kernel'
import { encodeFilm } from '#stage/media/testing'
import type { TurnedPicture } from '#stage/media/contract'
import { findPackagedFfmpeg, makePictureTurners } from './index.ts'

/** Feeds a film in real time (or faster) and gives what came back, with how long it took. */
async function makeSmall(film: Awaited<ReturnType<typeof encodeFilm>>, everyMs: number) {
  const pictures = makePictureTurners({
    ffmpeg: findPackagedFfmpeg()!, clock: systemClock, log: silentLog,
  })
  const out: TurnedPicture[] = []
  const delays: number[] = []
  const pushedMs: number[] = []
  let records = 0
  const gone = Promise.withResolvers<void>()
  const turner = pictures.toSmall({ record: film.record, width: 640, height: 360, kbps: 600 }, {
    config: () => void records++,
    picture(picture) {
      out.push(picture)
      delays.push(systemClock.steadyMs() - (pushedMs[picture.place] ?? 0))
    },
    gone: () => gone.resolve(),
  })
  for (const picture of film.pictures) {
    pushedMs[picture.place] = systemClock.steadyMs()
    turner.push(picture)
    await systemClock.sleep(everyMs)
  }
  turner.finish()
  await gone.promise
  return { out, records, delayMs: delays.slice(10).sort((a, b) => a - b)[delays.length >> 1]! }
}

test.each([
  { fps: 25, bFrames: 0 }, { fps: 30, bFrames: 0 }, { fps: 60, bFrames: 0 },
  { fps: 30, bFrames: 2 },
])('every picture comes back in its place, keyframes where they were: %o', async (shape) => {
  const film = await encodeFilm({ size: '1280x720', gop: 20, seconds: 3, ...shape })
  const { out, records, delayMs } = await makeSmall(film, 1_000 / shape.fps / 2)
  expect(records).toBe(1)
  expect(out.map(({ place }) => place)).toEqual(film.pictures.map((_, n) => n))
  const keys = (pictures: readonly TurnedPicture[]) => (
    pictures.filter(({ isKey }) => isKey).map(({ place }) => place).sort((a, b) => a - b)
  )
  expect(keys(out)).toEqual(keys(film.pictures))
  const kbits = out.reduce((sum, { data }) => sum + data.length * 8, 0) / 1_000
  console.info(`${JSON.stringify(shape)}: delay ${delayMs.toFixed(0)} ms, `
    + `${((kbits * 25) / out.length).toFixed(0)} kb/s at 25 fps`)
  expect((kbits * 25) / out.length).toBeLessThan(900)
})

test('a child that dies is told once, one that is closed is not told', async () => {
  const pids: number[] = []
  const log: Log = { ...silentLog, debug: (_, fields) => void pids.push(fields!['pid'] as number) }
  const pictures = makePictureTurners({ ffmpeg: findPackagedFfmpeg()!, clock: systemClock, log })
  let gone = 0
  const start = () => pictures.toSmall(
    { record: Buffer.from('not a record'), width: 640, height: 360, kbps: 600 },
    { config() {}, picture() {}, gone: () => void gone++ },
  )
  const killed = start()
  process.kill(pids[0]!, 'SIGKILL')
  while (gone === 0) await systemClock.sleep(10)
  killed.push({ data: Buffer.alloc(9), isKey: true, place: 0 })
  killed.close()
  start().push({ data: Buffer.from('garbage'), isKey: true, place: 0 })
  pictures.close()
  await systemClock.sleep(300)
  expect(gone).toBe(1)
})
