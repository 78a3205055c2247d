import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type OutputInfo, type ResizeOptions, type Sharp } from 'sharp'
import { Fault, ok, refuse, type PictureId, type Result } from '#kernel'
import { catalogLimits, type CatalogRefusal } from './contract.ts'
import { carriesMore, sniffFormat, type PictureFormat } from './model/picture.ts'

export const pictureWidths = [320, 640, 1200] as const
const AT_ONCE = 2
const WAITING = 24
const DECODE_SECONDS = 15
/** Taller pictures shrink to this many times their width. */
const TALLEST = 3

interface Upright { readonly data: Buffer; readonly info: OutputInfo }
type Size = { readonly width: number; readonly height: number }
type Made = Result<Size, { code: CatalogRefusal }>

const tooLarge = () => refuse('trade.catalog.picture_too_large')
const notReadable = () => refuse('trade.catalog.picture_not_readable')
const inside = (width: number): ResizeOptions =>
  ({ width, height: width * TALLEST, fit: 'inside', withoutEnlargement: true })

function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, {
    limitInputPixels: catalogLimits.picturePixels, failOn: 'error', pages: 1,
  })
}

async function checkHead(bytes: Uint8Array, format: PictureFormat): Promise<Made | undefined> {
  const { width, height, format: found } = await open(bytes).metadata()
  const isAvif = format === 'avif' && found === 'heif'
  if (found !== format && !isAvif) return notReadable()
  if (width * height > catalogLimits.picturePixels) return tooLarge()
  return undefined
}

/** Decoded once: upright, small enough, plain sRGB without any metadata. */
const decode = (bytes: Uint8Array): Promise<Upright> => open(bytes)
  .timeout({ seconds: DECODE_SECONDS }).autoOrient().resize(inside(pictureWidths[2]))
  .toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })

const isTooManyPixels = (error: unknown): boolean =>
  /pixel limit|exceeds/i.test(String((error as Error).message))

/** Makes pictures fit to show; the file that was sent is never kept. */
export function makePictures(deps: { readonly dir: string }) {
  // Its cache would keep what strangers sent in memory.
  sharp.cache(false)
  sharp.concurrency(1)
  let running = 0
  const waiting: (() => void)[] = []

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting.length >= WAITING) throw new Fault('catalog.pictures_busy', { retryable: true })
    if (running >= AT_ONCE) await new Promise<void>((go) => void waiting.push(go))
    running++
    try {
      return await work()
    } finally {
      running--
      waiting.shift()?.()
    }
  }

  const pathOf = (id: PictureId, width: number) => join(deps.dir, `${id}-${width}.webp`)

  async function write(id: PictureId, { data, info }: Upright): Promise<void> {
    await mkdir(deps.dir, { recursive: true })
    const { width, height, channels } = info
    for (const target of pictureWidths) {
      const webp = await sharp(data, { raw: { width, height, channels } })
        .resize(inside(target)).webp({ quality: 82, effort: 2 }).toBuffer()
      const path = pathOf(id, target)
      await writeFile(`${path}.part`, webp)
      await rename(`${path}.part`, path)
    }
  }

  async function make(id: PictureId, bytes: Uint8Array): Promise<Made> {
    if (bytes.length > catalogLimits.pictureBytes) return tooLarge()
    const format = sniffFormat(bytes)
    if (!format || carriesMore(bytes, format)) return notReadable()
    let upright: Upright
    try {
      const wrong = await checkHead(bytes, format)
      if (wrong) return wrong
      upright = await decode(bytes)
    } catch (error) {
      return isTooManyPixels(error) ? tooLarge() : notReadable()
    }
    await write(id, upright)
    return ok({ width: upright.info.width, height: upright.info.height })
  }

  return {
    make: (id: PictureId, bytes: Uint8Array) => inTurn(() => make(id, bytes)),
    async remove(id: PictureId): Promise<void> {
      await Promise.all(pictureWidths.map((width) => rm(pathOf(id, width), { force: true })))
    },
  }
}
