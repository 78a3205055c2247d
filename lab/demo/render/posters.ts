import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { RenderRoom } from './browser.ts'
import { keysAt } from './clip.ts'
import { evaluate, toWebp } from './pictures.ts'

const POSTER_MAX_BYTES = 180 * 1024

/** The show's poster is the set with the tea on it; the link picture is the same, wide. */
export const renderPosters = async (
  room: RenderRoom, work: string, folder: string,
): Promise<void> => {
  const frame = { width: 720, height: 1280, one: keysAt('tea-set', 6), two: null,
    blend: 0, turn: 0.08, steam: 1 }
  const tall = Buffer.from(
    await evaluate<string>(room, `room.compose(${JSON.stringify(frame)})`), 'base64')
  await writeFile(join(folder, 'poster.webp'), await toWebp(tall, POSTER_MAX_BYTES))
  const wide = Buffer.from(await evaluate<string>(room, 'room.banner(10)'), 'base64')
  await sharp(wide).jpeg({ quality: 86, mozjpeg: true }).toFile(join(folder, 'og.jpg'))
  process.stdout.write(`posters in ${folder}, frames from ${work}\n`)
}
