import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { makeIds, makeManualClock, money, silentLog, systemRandom, type ProductId,
  type VariantId } from '#kernel'
import type { CatalogDesk } from './desk.ts'
import { makeCatalog } from './index.ts'
import type { Product, ProductDraft } from './contract.ts'
import { isGtin, slugOf } from './model/text.ts'
import { aDraft, testMarkets } from './testing.ts'

const test = useTestDatabase({ only: ['trade_catalog'] })
const clock = makeManualClock()
const ids = makeIds({ clock, random: systemRandom })
const picturesDir = mkdtempSync(join(tmpdir(), 'silkcast-catalog-'))
let catalog: CatalogDesk

beforeAll(async () => {
  const { database } = test
  catalog = makeCatalog<Tx>({
    database, clock, ids, random: systemRandom, log: silentLog, picturesDir,
  })
  await catalog.setMarkets(testMarkets)
})
afterAll(() => rmSync(picturesDir, { recursive: true, force: true }))
beforeEach(async () => {
  await sql`truncate trade_catalog.products, trade_catalog.variants, trade_catalog.pictures,
    trade_catalog.imports`.execute(test.database.kysely)
  await clock.advance(2000)
})

const save = async (draft: ProductDraft, id?: string): Promise<Product> => {
  const saved = await catalog.save(draft, id as ProductId | undefined)
  if (!saved.ok) throw new Error(saved.refusal.code)
  return saved.value
}
const codeOf = async (draft: ProductDraft, id?: string) => {
  const saved = await catalog.save(draft, id as ProductId | undefined)
  return saved.ok ? 'saved' : saved.refusal.code
}
const oneVariant = (change: Partial<ProductDraft['variants'][number]>): ProductDraft =>
  aDraft({ variants: [{ ...aDraft().variants[0]!, ...change }] })

describe('words', () => {
  it('CAT1 keeps what was written, in any script', async () => {
    const draft = aDraft({
      title: 'شال حرير — 丝绸围巾 <b>"&\'', description: 'One\r\nTwo <script>alert(1)</script>',
      vendor: "Robert'); drop table products;--", kind: '=1+1', tags: ['a', ' a ', 'b'],
      words: { 'zh-Hans': { title: '丝绸围巾', description: '柔软' }, ar: { title: 'شال' } },
    })
    const kept = await save(draft)
    expect(kept).toMatchObject({
      title: draft.title, description: 'One\nTwo <script>alert(1)</script>', vendor: draft.vendor,
      kind: '=1+1', tags: ['a', 'b'], status: 'active', version: 1, pictures: [],
      words: { 'zh-Hans': { title: '丝绸围巾' }, ar: { title: 'شال', description: '' } },
    })
    expect(await catalog.read(kept.id as ProductId)).toEqual(kept)
    expect(await catalog.findByHandle(kept.handle)).toEqual(kept)
  })

  it('CAT1 survives any text at all, and gives the same back when it is saved again', async () => {
    const text = fc.string({ minLength: 1, maxLength: 100, unit: 'binary' })
    await fc.assert(fc.asyncProperty(text, text, async (title, description) => {
      const saved = await catalog.save(aDraft({ title, description, tags: [title.slice(0, 40)] }))
      if (!saved.ok) {
        expect(saved.refusal.code).toBe('trade.catalog.title_missing')
        return
      }
      expect(saved.value.title).not.toMatch(/[\u0000-\u001f\u007f]/)
      const { id, variants: _, pictures: _p, status: _s, ...rest } = saved.value
      const again = await save({ ...aDraft(), ...rest }, id)
      expect([again.title, again.description]).toEqual([saved.value.title, saved.value.description])
    }), { numRuns: 25 })
  })

  it('CAT1 refuses a title with nothing in it, and drops keys that are no language', async () => {
    expect(await codeOf(aDraft({ title: ' \u0000\t ' }))).toBe('trade.catalog.title_missing')
    expect(await codeOf(oneVariant({ title: '\u0007' }))).toBe('trade.catalog.title_missing')
    const words = JSON.parse(
      '{"__proto__":{"title":"x"},"en":{"title":"y"},"../x":{"title":"z"}}') as
      ProductDraft['words']
    expect(Object.keys((await save(aDraft({ words: words! }))).words)).toEqual(['en'])
  })
})

describe('handles', () => {
  it('CAT2 refuses a handle that is taken, numbers one made from the title', async () => {
    const first = await save(aDraft({ title: 'Tè verde "Sencha"' }))
    expect(first.handle).toBe('te-verde-sencha')
    expect((await save(aDraft({ title: 'Te Verde Sencha' }))).handle).toBe('te-verde-sencha-2')
    expect(await codeOf(aDraft({ handle: first.handle }))).toBe('trade.catalog.handle_taken')
    const other = await save(aDraft())
    expect(await codeOf(aDraft({ handle: first.handle }), other.id))
      .toBe('trade.catalog.handle_taken')
    expect((await save(aDraft(), first.id)).handle).toBe('te-verde-sencha')
  })

  it('CAT2 gives each of many at once its own handle', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => save(aDraft({ title: 'Fan' }))))
    expect(new Set(all.map((product) => product.handle)).size).toBe(8)
    const wished = await Promise.all(Array.from({ length: 4 }, () =>
      codeOf(aDraft({ handle: 'mask' }))))
    expect(wished.filter((code) => code === 'saved')).toHaveLength(1)
  })

  it('CAT3 gives a handle to a title without Latin letters', async () => {
    const made = await save(aDraft({ title: '丝绸围巾' }))
    expect(made.handle).toMatch(/^product-[0-9a-z]{8}$/)
  })

  it('CAT3 makes only handles that the contract allows', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (title) => {
      expect(slugOf(title)).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*)?$/)
    }))
  })
})

describe('versions', () => {
  it('CAT4 refuses an older version, and lets one of two at once win', async () => {
    const product = await save(aDraft())
    const second = await save(aDraft({ version: 1 }), product.id)
    expect(second.version).toBe(2)
    expect(await codeOf(aDraft({ version: 1 }), product.id)).toBe('trade.catalog.version_conflict')
    const both = await Promise.all([1, 2, 3].map(() => codeOf(aDraft({ version: 2 }), product.id)))
    expect(both.toSorted()).toEqual(['saved', 'trade.catalog.version_conflict',
      'trade.catalog.version_conflict'])
    expect(await codeOf(aDraft(), ids.make('prd'))).toBe('trade.catalog.unknown')
  })
})

describe('prices and codes', () => {
  it('CAT5 wants the currency of the market, and a market that is set up', async () => {
    const priced = (prices: Record<string, { amountMinor: number; currency: string }>) =>
      codeOf(oneVariant({ prices }))
    expect(await priced({ DE: money(1, 'USD') })).toBe('trade.catalog.currency_mismatch')
    expect(await priced({ US: money(1, 'USD') })).toBe('trade.catalog.market_unknown')
    expect(await priced({ constructor: money(1, 'USD') })).toBe('trade.catalog.market_unknown')
    expect(await priced({ KW: money(1250, 'KWD'), JP: money(0, 'JPY') })).toBe('saved')
    expect(await priced({})).toBe('saved')
  })

  it('CAT6 checks the check digit of a GTIN', async () => {
    expect(await codeOf(oneVariant({ gtin: '4006381333931' }))).toBe('saved')
    expect(await codeOf(oneVariant({ gtin: '4006381333932' }))).toBe('trade.catalog.gtin_wrong')
    expect(['96385074', '036000291452', '10012345678902', '00000000'].every(isGtin)).toBe(true)
    expect(['', '1', '9638507', '٩٦٣٨٥٠٧٤', ' 96385074'].some(isGtin)).toBe(false)
  })

  it('CAT6 finds every single wrong digit', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 12 })
    fc.assert(fc.property(digits, fc.nat(12), fc.integer({ min: 1, max: 9 }), (body, at, add) => {
      const whole = Array.from({ length: 10 }, (_, check) => [...body, check].join(''))
        .filter(isGtin)
      expect(whole).toHaveLength(1)
      const wrong = [...whole[0]!].map((digit, place) =>
        place === at ? String((Number(digit) + add) % 10) : digit).join('')
      expect(isGtin(wrong)).toBe(false)
    }))
  })
})

describe('variants', () => {
  const variant = (sku: string, id?: string): ProductDraft['variants'][number] =>
    ({ ...(id === undefined ? {} : { id }), title: sku, sku, prices: { DE: money(100, 'EUR') } })

  it('CAT7 keeps ids by id, else by SKU, and drops what is no longer there', async () => {
    const first = await save(aDraft({ variants: ['a', 'b', 'c'].map((sku) => variant(sku)) }))
    const [a, b] = first.variants
    const second = await save(
      aDraft({ variants: [variant('b'), variant('renamed', a!.id), variant('new')] }), first.id)
    expect(second.variants.map((it) => it.sku)).toEqual(['b', 'renamed', 'new'])
    expect(second.variants.slice(0, 2).map((it) => it.id)).toEqual([b!.id, a!.id])
  })

  it('CAT7 refuses a variant of another product, a made-up one, and one twice', async () => {
    const other = await save(aDraft())
    const mine = await save(aDraft())
    const stolen = variant('x', other.variants[0]!.id)
    expect(await codeOf(aDraft({ variants: [stolen] }), mine.id)).toBe('trade.catalog.unknown')
    expect(await codeOf(aDraft({ variants: [stolen] }))).toBe('trade.catalog.unknown')
    const own = variant('x', mine.variants[0]!.id)
    expect(await codeOf(aDraft({ variants: [own, own] }), mine.id)).toBe('trade.catalog.unknown')
    expect(await catalog.read(other.id as ProductId)).toEqual(other)
  })

  it('CAT8 tells price and words, a second old at most, of what is for sale', async () => {
    const product = await save(aDraft({ title: 'Fan' }))
    const variantId = product.variants[0]!.id as VariantId
    const read = async () => (await catalog.readVariants([variantId])).get(variantId)
    expect(await read()).toEqual({
      productId: product.id, title: 'Fan', variantTitle: 'Jade',
      prices: product.variants[0]!.prices,
    })
    await sql`update trade_catalog.products set title = 'Big fan'`.execute(test.database.kysely)
    expect((await read())?.title).toBe('Fan')
    await clock.advance(1000)
    expect((await read())?.title).toBe('Big fan')
    await catalog.setArchived(product.id as ProductId, true)
    expect(await read()).toBeUndefined()
    const card = (await catalog.readCards([product.id as ProductId])).get(product.id as ProductId)
    expect(card).toMatchObject({ title: 'Big fan', picture: null })
  })

  it('CAT8 asks for many at once, also for ids of nobody', async () => {
    const products = await Promise.all(Array.from({ length: 5 }, () => save(aDraft())))
    const wanted = products.map((it) => it.variants[0]!.id as VariantId)
    const found = await catalog.readVariants([...wanted, ids.make('var'), wanted[0]!])
    expect([...found.keys()].toSorted()).toEqual(wanted.toSorted())
  })
})

describe('lists', () => {
  it('finds by title, handle and SKU, with signs taken literally', async () => {
    await save(aDraft({ title: '100% silk' }))
    await save(aDraft({ title: 'Fan_2', variants: [{ title: 'x', sku: 'ABC-9', prices: {} }] }))
    const search = async (text: string) =>
      (await catalog.list({ search: text })).map((it) => it.title)
    expect(await search('')).toEqual(['100% silk', 'Fan_2'])
    expect(await search('%')).toEqual(['100% silk'])
    expect(await search('_')).toEqual(['Fan_2'])
    expect(await search('abc-')).toEqual(['Fan_2'])
    expect(await search("' or 1=1 --")).toEqual([])
    expect(await catalog.list({ archived: true })).toEqual([])
  })

  it('tells the markets in their order', async () => {
    expect(await catalog.listMarkets()).toEqual(testMarkets)
  })
})
