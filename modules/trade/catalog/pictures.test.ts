import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { makeIds, silentLog, systemClock, systemRandom, type PictureId, type ProductId,
} from '#kernel'
import type { CatalogDesk } from './desk.ts'
import { makeCatalog } from './index.ts'
import { sniffFormat } from './model/picture.ts'
import { aDraft, testMarkets } from './testing.ts'

const test = useTestDatabase({ only: ['trade_catalog'] })
const ids = makeIds({ clock: systemClock, random: systemRandom })
const picturesDir = mkdtempSync(join(tmpdir(), 'silkcast-pictures-'))
let catalog: CatalogDesk
let productId: ProductId

beforeAll(async () => {
  catalog = makeCatalog<Tx>({
    database: test.database, clock: systemClock, ids, random: systemRandom, log: silentLog,
    picturesDir,
  })
  await catalog.setMarkets(testMarkets)
})
afterAll(() => rmSync(picturesDir, { recursive: true, force: true }))
beforeEach(async () => {
  const saved = await catalog.save(aDraft())
  if (saved.ok) productId = saved.value.id as ProductId
})

const paint = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#c04020' } })
const add = (bytes: Uint8Array, alt = 'A scarf') => catalog.addPicture(productId, bytes, alt)
const codeOf = async (bytes: Uint8Array) => {
  const added = await add(bytes)
  return added.ok ? 'kept' : added.refusal.code
}
const filesOf = (id: string) =>
  readdirSync(picturesDir).filter((name) => name.includes(id)).toSorted()
const lastPicture = async (bytes: Uint8Array) => {
  const added = await add(bytes)
  if (!added.ok) throw new Error(added.refusal.code)
  return added.value.pictures.at(-1)!
}
const NOT_READABLE = 'trade.catalog.picture_not_readable'
const TOO_LARGE = 'trade.catalog.picture_too_large'

/** A PNG whose head promises this size, with hardly any bytes behind it. */
function pngBomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const whole = Buffer.alloc(body.length + 8)
    whole.writeUInt32BE(data.length, 0)
    body.copy(whole, 4)
    whole.writeUInt32BE(crc(body), body.length + 4)
    return whole
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([1, 0, 0, 0, 0], 8)
  const rows = deflateSync(Buffer.alloc(Math.min((Math.ceil(width / 8) + 1) * height, 2e7)))
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))])
}

function crc(bytes: Buffer): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
  }
  return (value ^ 0xffffffff) >>> 0
}

describe('what is taken', () => {
  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('CAT9 takes %s', async (format) => {
    const bytes = await paint(800, 600).toFormat(format).toBuffer()
    expect(sniffFormat(bytes)).toBe(format)
    const picture = await lastPicture(bytes)
    expect(picture).toEqual({
      id: picture.id, url: `/pictures/${picture.id}`, width: 800, height: 600, alt: 'A scarf',
    })
    expect(filesOf(picture.id)).toEqual([1200, 320, 640].map((w) => `${picture.id}-${w}.webp`))
  })

  it('CAT11 turns pictures upright, drops metadata, and never grows them', async () => {
    const bytes = await paint(1000, 500).withMetadata({ orientation: 6 })
      .withExif({ IFD0: { Copyright: 'Secret Person', Artist: 'GPS 52.5,13.4' } }).jpeg().toBuffer()
    expect(bytes.includes('Secret Person')).toBe(true)
    const picture = await lastPicture(bytes)
    expect([picture.width, picture.height]).toEqual([500, 1000])
    for (const width of [320, 640, 1200]) {
      const made = readFileSync(join(picturesDir, `${picture.id}-${width}.webp`))
      expect(made.includes('Secret')).toBe(false)
      const { width: found, orientation, exif, format } = await sharp(made).metadata()
      expect([found, format]).toEqual([Math.min(width, 500), 'webp'])
      expect([orientation, exif]).toEqual([undefined, undefined])
    }
  })

  it('CAT11 keeps the first page of a moving picture and what is transparent', async () => {
    const pages = await Promise.all(['#ff0000', '#00ff00'].map((background) =>
      sharp({ create: { width: 40, height: 40, channels: 3, background } }).png().toBuffer()))
    const moving = await sharp(pages, { join: { animated: true } }).webp({ loop: 0 }).toBuffer()
    expect((await sharp(moving).metadata()).pages).toBe(2)
    const picture = await lastPicture(moving)
    expect([picture.width, picture.height]).toEqual([40, 40])
    const clear = await sharp({
      create: { width: 50, height: 50, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    }).png().toBuffer()
    const { id } = await lastPicture(clear)
    const made = await sharp(join(picturesDir, `${id}-320.webp`)).metadata()
    expect(made.hasAlpha).toBe(true)
  })

  it('CAT11 takes odd forms: grey, CMYK, one pixel, very tall', async () => {
    expect(await codeOf(await paint(30, 30).greyscale().png().toBuffer())).toBe('kept')
    expect(await codeOf(await paint(30, 30).toColourspace('cmyk').jpeg().toBuffer())).toBe('kept')
    expect(await codeOf(await paint(1, 1).png().toBuffer())).toBe('kept')
    expect(await codeOf(await paint(20, 20_000).png().toBuffer())).toBe('kept')
  })
})

describe('what is refused', () => {
  it('CAT10 refuses bombs by what their head promises, quickly', async () => {
    const startMs = performance.now()
    expect(await codeOf(pngBomb(50_000, 50_000))).toBe(TOO_LARGE)
    expect(await codeOf(pngBomb(8000, 5001))).toBe(TOO_LARGE)
    expect(await codeOf(Buffer.alloc(8 * 1024 * 1024 + 1, 0xff))).toBe(TOO_LARGE)
    expect(performance.now() - startMs).toBeLessThan(3000)
  })

  it('CAT9 refuses files cut short', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      const noise = await sharp({ create: {
        width: 300, height: 300, channels: 3, background: '#888',
        noise: { type: 'gaussian', mean: 120, sigma: 40 },
      } }).toFormat(format).toBuffer()
      const cut = noise.subarray(0, Math.floor(noise.length / 2))
      expect([format, await codeOf(cut)]).toEqual([format, NOT_READABLE])
      expect([format, await codeOf(noise.subarray(0, 20))]).toEqual([format, NOT_READABLE])
    }
  })

  it('CAT9 refuses what is no picture of the four kinds', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')
    const others = [
      svg, Buffer.concat([Buffer.from('\ufeff'), svg]), Buffer.alloc(0), Buffer.from('GIF89a'),
      await paint(9, 9).gif().toBuffer(), await paint(9, 9).tiff().toBuffer(),
      Buffer.from('%PDF-1.7'), Buffer.from('<html>'),
      Buffer.from('\u0000\u0000\u0000\u001cftypheic'),
      Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), svg]),
      Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), svg]),
    ]
    for (const [at, bytes] of others.entries()) {
      expect([at, await codeOf(bytes)]).toEqual([at, NOT_READABLE])
    }
  })

  it('CAT9 refuses files of two natures', async () => {
    const jpeg = await paint(50, 50).jpeg().toBuffer()
    const png = await paint(50, 50).png().toBuffer()
    const webp = await paint(50, 50).webp().toBuffer()
    const zipEnd = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)])
    const page = Buffer.from('<ScRiPt>alert(1)</script>')
    for (const bytes of [
      Buffer.concat([jpeg, page]), Buffer.concat([jpeg, zipEnd]), Buffer.concat([png, zipEnd]),
      Buffer.concat([png, Buffer.from('x')]), Buffer.concat([webp, Buffer.from('tail')]),
      Buffer.concat([jpeg, Buffer.from('%PDF-1.4')]),
      await paint(9, 9).withExif({ IFD0: { Copyright: '<?php system($_GET[0]);' } })
        .jpeg().toBuffer(),
    ]) expect(await codeOf(bytes)).toBe(NOT_READABLE)
  })

  it('CAT9 answers any bytes behind any magic without breaking', async () => {
    const magics = [[0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
      [...Buffer.from('RIFF\u0010\u0000\u0000\u0000WEBPVP8 ')],
      [...Buffer.from('\0\0\0\u0018ftypavif')]]
    await fc.assert(fc.asyncProperty(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 400 }),
      async (magic, rest) => {
        expect(await codeOf(Buffer.from([...magic, ...rest]))).toBe(NOT_READABLE)
      }), { numRuns: 60 })
  })

  it('CAT12 takes twelve pictures, also of many at once, and leaves no file', async () => {
    const bytes = await paint(20, 20).png().toBuffer()
    for (let turn = 0; turn < 9; turn++) expect(await codeOf(bytes)).toBe('kept')
    const before = readdirSync(picturesDir).length
    const codes = await Promise.all(Array.from({ length: 6 }, () => codeOf(bytes)))
    expect(codes.filter((code) => code === 'kept')).toHaveLength(3)
    expect(codes).toContain('trade.catalog.too_many_pictures')
    expect(readdirSync(picturesDir).length - before).toBe(9)
    const pictures = (await catalog.read(productId))!.pictures
    expect(pictures).toHaveLength(12)
    const gone = pictures[0]!.id as PictureId
    expect((await catalog.removePicture(productId, gone))?.pictures).toHaveLength(11)
    expect(filesOf(gone)).toEqual([])
    expect(await catalog.removePicture(productId, gone)).toBeNull()
  })

  it('CAT12 removes nothing of another product, and adds nothing to none', async () => {
    const bytes = await paint(20, 20).png().toBuffer()
    expect(await catalog.addPicture(ids.make('prd'), bytes, '')).toEqual(
      { ok: false, refusal: { code: 'trade.catalog.unknown' } })
    const { id } = await lastPicture(bytes)
    expect(await catalog.removePicture(ids.make('prd'), id as PictureId)).toBeNull()
    expect(filesOf(id)).toHaveLength(3)
  })
})
