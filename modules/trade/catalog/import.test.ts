import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { makeIds, makeManualClock, money, silentLog, systemRandom, type ProductId } from '#kernel'
import type { CatalogDesk } from './desk.ts'
import type { ImportPreview } from './contract.ts'
import { makeCatalog } from './index.ts'
import { htmlToText } from './model/html-text.ts'
import { aCsv, aDraft, testMarkets } from './testing.ts'

const test = useTestDatabase({ only: ['trade_catalog'] })
const clock = makeManualClock()
const picturesDir = mkdtempSync(join(tmpdir(), 'silkcast-import-'))
let catalog: CatalogDesk

beforeAll(async () => {
  const { database } = test
  const ids = makeIds({ clock, random: systemRandom })
  catalog = makeCatalog<Tx>({
    database, clock, ids, random: systemRandom, log: silentLog, picturesDir,
  })
  await catalog.setMarkets(testMarkets)
})
afterAll(() => rmSync(picturesDir, { recursive: true, force: true }))
beforeEach(async () => {
  await sql`truncate trade_catalog.products, trade_catalog.variants, trade_catalog.pictures,
    trade_catalog.imports`.execute(test.database.kysely)
})

const bytes = (text: string) => new TextEncoder().encode(text)
const preview = async (file: Uint8Array | string, market?: string): Promise<ImportPreview> => {
  const read = await catalog.previewImport(typeof file === 'string' ? bytes(file) : file, market)
  if (!read.ok) throw new Error(JSON.stringify(read.refusal))
  return read.value
}
const refusalOf = async (file: Uint8Array | string, market?: string) => {
  const read = await catalog.previewImport(typeof file === 'string' ? bytes(file) : file, market)
  return read.ok ? 'read' : { ...read.refusal.details, code: read.refusal.code.split('.').at(-1) }
}
const apply = async ({ importId }: ImportPreview) => {
  const counts = await catalog.applyImport(importId)
  return counts.ok ? counts.value : counts.refusal.code
}
const problemsOf = (of: ImportPreview) => of.rows.flatMap((row) =>
  row.problems.map((problem) => `${problem.line} ${problem.column}: ${problem.code}`))

const OLD = ['Handle', 'Title', 'Body (HTML)', 'Vendor', 'Type', 'Tags', 'Published',
  'Option1 Name', 'Option1 Value', 'Option2 Name', 'Option2 Value', 'Variant SKU',
  'Variant Grams', 'Variant Inventory Qty', 'Variant Price', 'Variant Barcode', 'Image Src',
  'Image Alt Text', 'Status']
const old = (cells: Partial<Record<(typeof OLD)[number], string>>) =>
  OLD.map((name) => cells[name] ?? '')
const scarf = old({
  Handle: 'silk-scarf', Title: 'Silk "Dragon" scarf, large', Vendor: 'Loom', Type: 'Scarves',
  'Body (HTML)': '<p>Soft &amp; light</p>\n<ul><li>90 cm</li></ul>', Tags: 'silk, gift ,silk',
  Published: 'TRUE', 'Option1 Name': 'Colour', 'Option1 Value': 'Jade', 'Option2 Value': 'L',
  'Variant SKU': 'SC-J-L', 'Variant Grams': '120.4', 'Variant Price': '24.90',
  'Variant Barcode': "'4006381333931", Status: 'active',
})

describe('reading', () => {
  it("CAT14 reads Shopify's long-standing columns, lines grouped by handle", async () => {
    const second = old({
      Handle: 'silk-scarf', 'Option1 Value': 'Ink', 'Variant SKU': 'SC-I', 'Variant Price': '25',
    })
    const image = old({ Handle: 'silk-scarf', 'Image Src': 'http://169.254.169.254/x.png' })
    const read = await preview(aCsv(OLD, scarf, second, image))
    expect(read).toMatchObject({
      creates: 1, updates: 0, skips: 0,
      rows: [{
        line: 2, handle: 'silk-scarf', title: 'Silk "Dragon" scarf, large', what: 'create',
        variants: 2,
      }],
      unknownColumns: ['Option1 Name', 'Option2 Name', 'Variant Inventory Qty'],
    })
    expect(problemsOf(read)).toEqual(['5 Image Src: image_not_fetched'])
    expect(await apply(read)).toEqual({ created: 1, updated: 0, skipped: 0 })
    expect(await catalog.findByHandle('silk-scarf')).toMatchObject({
      title: 'Silk "Dragon" scarf, large', description: 'Soft & light\n• 90 cm', vendor: 'Loom',
      kind: 'Scarves', tags: ['silk', 'gift'], status: 'active',
      variants: [
        { title: 'Jade / L', sku: 'SC-J-L', gtin: '4006381333931', weightGrams: 120,
          prices: { DE: money(2490, 'EUR') } },
        { title: 'Ink', sku: 'SC-I', gtin: '', weightGrams: 0, prices: { DE: money(2500, 'EUR') } },
      ],
    })
  })

  it("CAT14 reads Shopify's newer columns, for another market", async () => {
    const header = ['Title', 'URL handle', 'Description', 'SKU', 'Barcode',
      'Option1 value', 'Price', 'Weight value (grams)', 'Status', 'Product image URL']
    const read = await preview(aCsv(header,
      ['Fan', 'Desk-Fan', 'A fan', 'F1', '', 'Default Title', '3900', '900', 'Active', '']), 'JP')
    expect(read.unknownColumns).toEqual([])
    expect(await apply(read)).toEqual({ created: 1, updated: 0, skipped: 0 })
    expect((await catalog.findByHandle('desk-fan'))?.variants).toMatchObject(
      [{ title: 'Default', sku: 'F1', weightGrams: 900, prices: { JP: money(3900, 'JPY') } }])
  })

  it.each([',', ';', '\t'])('CAT14 reads files split by %j, with and without BOM', async (sign) => {
    const text = ['Handle', 'Title', 'Variant Price'].join(sign) + '\n'
      + ['fan', '"Fan\nwith a line"', '"24,90"'].join(sign) + '\n\n'
      + ['mask', 'Mask', '12.50'].join(sign)
    for (const start of ['', '\ufeff']) {
      const read = await preview(start + text)
      expect(read.rows.map((row) => [row.line, row.handle, row.title])).toEqual(
        [[2, 'fan', 'Fan with a line'], [5, 'mask', 'Mask']])
    }
  })

  it('CAT13 writes nothing to the catalog', async () => {
    await preview(aCsv(OLD, scarf))
    expect(await catalog.list({})).toEqual([])
  })

  it('CAT13 says per line what is wrong', async () => {
    const line = (cells: Parameters<typeof old>[0]) =>
      old({ Title: 'Fan', 'Variant Price': '1.00', 'Variant SKU': 'x', ...cells })
    const read = await preview(aCsv(OLD,
      line({ Handle: 'no-title', Title: '' }),
      line({ Handle: '' }),
      line({ Handle: '!!!' }),
      line({ Handle: 'bad-price', 'Variant Price': '12.345.00' }),
      line({ Handle: 'no-price', 'Variant Price': '' }),
      line({ Handle: 'minus', 'Variant Price': '-1' }),
      line({ Handle: 'long', Title: 'x'.repeat(141) }),
      line({ Handle: 'weight', 'Variant Grams': 'heavy' }),
      line({ Handle: 'twice' }),
      line({ Handle: 'twice', 'Variant SKU': 'x' }),
      line({ Handle: 'ok', 'Variant Barcode': '123', 'Variant SKU': '' }),
      line({ Handle: 'O K', Status: 'draft' }),
      line({ Handle: 'o-k' }),
    ))
    expect(problemsOf(read)).toEqual([
      '2 Title: title_missing', '3 Handle: handle_missing', '4 Handle: handle_invalid',
      '5 Variant Price: price_invalid', '6 Variant Price: price_missing',
      '7 Variant Price: price_invalid', '8 Title: too_long', '9 Variant Grams: weight_invalid',
      '11 Variant SKU: sku_twice', '12 Variant SKU: sku_made', '12 Variant Barcode: gtin_invalid',
      '13 Handle: handle_changed', '13 Status: not_active', '14 Handle: handle_twice',
    ])
    expect(read.rows.map((row) => row.what)).toEqual(
      [...Array.from({ length: 9 }, () => 'skip'), 'create', 'create', 'skip'])
    expect(await apply(read)).toEqual({ created: 2, updated: 0, skipped: 10 })
    expect((await catalog.findByHandle('o-k'))?.status).toBe('archived')
    expect((await catalog.findByHandle('ok'))?.variants[0]).toMatchObject({ sku: 'ok-1', gtin: '' })
  })

  it('CAT15 reads prices exactly or not at all', async () => {
    const codes = async (price: string, market: string) => {
      const header = ['Handle', 'Title', 'Variant Price']
      const read = await preview(aCsv(header, ['fan', 'Fan', price]), market)
      const [problem] = read.rows[0]!.problems.filter((it) => it.code !== 'sku_made')
      if (problem) return problem.code
      await apply(read)
      return (await catalog.findByHandle('fan'))!.variants[0]!.prices[market]!.amountMinor
    }
    expect(await codes('24.90', 'DE')).toBe(2490)
    expect(await codes('0.1', 'DE')).toBe(10)
    expect(await codes('1.500', 'KW')).toBe(1500)
    expect(await codes('3900.00', 'JP')).toBe(3900)
    for (const bad of ['1,200', '1.200', '1.005']) {
      expect(await codes(bad, 'DE')).toBe('price_unclear')
    }
    for (const bad of ['€5', '1e3', '0x10', 'NaN', '١٢', '1 000', '=1+1', '99999999999999']) {
      expect([bad, await codes(bad, 'DE')]).toEqual([bad, 'price_invalid'])
    }
    expect(await codes('39.5', 'JP')).toBe('price_invalid')
  })

  it('CAT15 gives back every amount it is given', async () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 9_000_000_000_000 }),
      { minLength: 1, maxLength: 40 })
    await fc.assert(fc.asyncProperty(amounts, async (list) => {
      const read = await preview(aCsv(['Handle', 'Title', 'Price', 'SKU', 'Option1 value'],
        ...list.map((minor, at) =>
          ['p', at === 0 ? 'P' : '', (minor / 100).toFixed(2), `s${at}`, `${at}`])))
      await apply(read)
      const kept = (await catalog.findByHandle('p'))!.variants.slice(0, list.length)
      expect(kept.map((it) => it.prices['DE']?.amountMinor)).toEqual(list)
    }), { numRuns: 10 })
  })

  it('CAT17 keeps what a spreadsheet would run as text, and notes it', async () => {
    const header = ['Handle', 'Title', 'Vendor', 'Tags', 'Variant SKU', 'Variant Price']
    const read = await preview(aCsv(header,
      ['x', '=HYPERLINK("http://evil.test","Free")', '@SUM(1)', '+1', '-2', '5.00']))
    expect(problemsOf(read)).toEqual(['2 Title: formula', '2 Vendor: formula', '2 Tags: formula',
      '2 Variant SKU: formula'])
    expect(await apply(read)).toEqual({ created: 1, updated: 0, skipped: 0 })
    expect((await catalog.findByHandle('x'))?.title).toBe('=HYPERLINK("http://evil.test","Free")')
  })
})

describe('applying', () => {
  it('CAT18 applies once, within an hour', async () => {
    const read = await preview(aCsv(OLD, scarf))
    const both = await Promise.all([apply(read), apply(read)])
    expect(both).toContainEqual({ created: 1, updated: 0, skipped: 0 })
    expect(both).toContain('trade.catalog.import_unknown')
    const late = await preview(aCsv(OLD, scarf))
    await clock.advance(3_600_000)
    expect(await apply(late)).toBe('trade.catalog.import_unknown')
    expect(await apply({ ...late, importId: "x' or 1=1" })).toBe('trade.catalog.import_unknown')
  })

  it('CAT18 counts what another save has made impossible', async () => {
    const read = await preview(aCsv(OLD, scarf))
    await catalog.setMarkets(testMarkets.slice(1))
    expect(await apply(read)).toEqual({ created: 0, updated: 0, skipped: 1 })
    await catalog.setMarkets(testMarkets)
  })

  it('CAT19 keeps what the file is silent about', async () => {
    const saved = await catalog.save(aDraft({
      handle: 'silk-scarf', vendor: 'Old loom', description: 'Kept',
      words: { ar: { title: 'شال' } },
      variants: [
        {
          title: 'Jade', sku: 'SC-J-L', gtin: '96385074', weightGrams: 7,
          prices: { JP: money(3900, 'JPY') },
        },
        { title: 'Other', sku: 'other', prices: {} },
      ],
    }))
    if (!saved.ok) throw new Error(saved.refusal.code)
    const before = saved.value
    const read = await preview(aCsv(['Handle', 'Title', 'Variant SKU', 'Variant Price'],
      ['silk-scarf', 'New title', 'SC-J-L', '24.90']))
    expect(read.rows[0]?.what).toBe('update')
    expect(await apply(read)).toEqual({ created: 0, updated: 1, skipped: 0 })
    const after = (await catalog.read(before.id as ProductId))!
    expect(after).toMatchObject({
      title: 'New title', vendor: 'Old loom', description: 'Kept', words: { ar: { title: 'شال' } },
      variants: [
        { id: before.variants[0]!.id, gtin: '96385074', weightGrams: 7,
          prices: { JP: money(3900, 'JPY'), DE: money(2490, 'EUR') } },
        { id: before.variants[1]!.id, sku: 'other' },
      ],
    })
  })
})

it('CAT18 writes hundreds of products in one go, and again as updates', async () => {
  const lines = Array.from({ length: 250 }, (_, at) => [`h-${at}`, `T ${at}`, '1.00', `s${at}`])
  const file = aCsv(['Handle', 'Title', 'Price', 'SKU'], ...lines)
  expect(await apply(await preview(file))).toEqual({ created: 250, updated: 0, skipped: 0 })
  expect(await apply(await preview(file))).toEqual({ created: 0, updated: 250, skipped: 0 })
  expect(await catalog.list({})).toHaveLength(250)
})

describe('what is no product list', () => {
  it('CAT20 says why', async () => {
    const unreadable = (reason: string, more: object = {}) =>
      ({ code: 'csv_not_readable', reason, ...more })
    expect(await refusalOf('')).toEqual(unreadable('empty'))
    expect(await refusalOf('\n\n')).toEqual(unreadable('empty'))
    expect(await refusalOf('Title,Price\nx,1')).toEqual(unreadable('no_handle_column'))
    expect(await refusalOf('Handle,Price\nx,1')).toEqual(unreadable('no_title_column'))
    expect(await refusalOf('Handle,Title\nx,"open')).toMatchObject(unreadable('quotes'))
    const utf16 = new Uint8Array([0xff, 0xfe, 0x48, 0x00])
    expect(await refusalOf(utf16)).toEqual(unreadable('encoding'))
    expect(await refusalOf('Handle,Title\u0000\nx,y')).toEqual(unreadable('encoding'))
    expect(await refusalOf('<html>')).toEqual(unreadable('no_handle_column'))
    expect(await refusalOf('Handle,Title\nx,y', 'US')).toMatchObject({ code: 'market_unknown' })
  })

  it('CAT20 refuses what is too large: bytes, lines, one cell', async () => {
    const large = { code: 'csv_too_large' }
    expect(await refusalOf(new Uint8Array(5 * 1024 * 1024 + 1))).toEqual(large)
    expect(await refusalOf(`Handle,Title\n${'a,b\n'.repeat(10_001)}`)).toEqual(large)
    expect(await refusalOf(`Handle,Title\nx,${'y'.repeat(300_000)}`)).toMatchObject(
      { code: 'csv_not_readable' })
  })

  it('CAT20 answers any bytes at all without breaking', async () => {
    const cell = fc.string({ unit: 'binary', maxLength: 30 })
    await fc.assert(fc.asyncProperty(fc.array(fc.array(cell, { maxLength: 8 }), { maxLength: 12 }),
      async (lines) => {
        const read = await catalog.previewImport(aCsv(['Handle', 'Title', 'Price', 'SKU', 'Tags',
          'Description', 'Status'], ...lines))
        if (!read.ok) {
          expect(read.refusal.code).toBe('trade.catalog.csv_not_readable')
          return
        }
        expect((await catalog.applyImport(read.value.importId)).ok).toBe(true)
      }), { numRuns: 25 })
  })

  it('CAT20 reads ten thousand lines in a second or two', async () => {
    const lines = Array.from({ length: 10_000 }, (_, at) =>
      [`h-${at}`, 'T', '<p>x</p>', '1.00', `s${at}`])
    const file = aCsv(['Handle', 'Title', 'Description', 'Price', 'SKU'], ...lines)
    const startMs = performance.now()
    expect((await preview(file)).creates).toBe(10_000)
    expect(performance.now() - startMs).toBeLessThan(4000)
  })
})

describe('HTML as text', () => {
  it.each([
    ['<p>One</p><p>Two</p>', 'One\nTwo'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['<script>alert(1)</script>x<style>p{}</style>', 'x'],
    ['<SCRIPT src=x>y</ScRiPt >z', 'z'],
    ['<script>never closed', ''],
    ['5 < 6 & 7 > 3', '5 < 6 & 7 > 3'],
    ['&lt;b&gt; &#8364; &#x41; &#0; &#xD800; &nope;', '<b> € A \ufffd \ufffd &nope;'],
    ['<!-- gone --><b>kept</b><!-- open', 'kept'],
    ['<a href="x>y">t</a>', 'y">t'],
    ['<img src=x onerror=alert(1)', ''],
    ['İ<script>x</script>y', 'İy'],
  ])('CAT16 turns %j into %j', (html, text) => {
    expect(htmlToText(html)).toBe(text)
  })

  it('CAT16 is quick with what is made to be slow', () => {
    const startMs = performance.now()
    for (const part of ['<', '<a', '<!--', '<script>', '&', '&#', '</', '<p ', '<script></']) {
      htmlToText(part.repeat(60_000))
    }
    expect(performance.now() - startMs).toBeLessThan(2000)
  })
})
