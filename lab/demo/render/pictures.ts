import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { RenderRoom } from './browser.ts'

const SIZE_PX = 1200
const MAX_SIZE_BYTES = 150 * 1024

/** Encodes at the best quality whose file stays within the limit. */
export const toWebp = async (png: Buffer, maxBytes = MAX_SIZE_BYTES): Promise<Buffer> => {
  for (let quality = 92; quality > 40; quality -= 4) {
    const bytes = await sharp(png).webp({ quality, effort: 6, smartSubsample: true }).toBuffer()
    if (bytes.length <= maxBytes) return bytes
  }
  throw new Error(`a picture does not fit ${maxBytes} bytes`)
}

export const evaluate = async <T>(room: RenderRoom, script: string): Promise<T> =>
  await room.page.evaluate(script) as T

/** Photographs each product from each of its sides into `folder`, as key-1.webp, key-2.webp. */
export const renderPictures = async (
  room: RenderRoom, keys: readonly string[], folder: string, passes: number,
): Promise<void> => {
  await mkdir(folder, { recursive: true })
  for (const key of keys) {
    const views = await evaluate<number>(room, `room.show(${JSON.stringify(key)})`)
    for (let view = 0; view < views; view += 1) {
      const call = `room.photograph(${JSON.stringify(key)}, ${view}, ${SIZE_PX}, ${passes})`
      const bytes = await toWebp(Buffer.from(await evaluate<string>(room, call), 'base64'))
      await writeFile(join(folder, `${key}-${view + 1}.webp`), bytes)
      process.stdout.write(`${key}-${view + 1}.webp ${bytes.length} bytes\n`)
    }
  }
}
