import type { QueryExecutorProvider } from 'kysely'
import { ok, refuse, secretToken, type Clock, type Log, type ProductId, type Random, type Refusal,
  type Result } from '#kernel'
import { catalogLimits, type CatalogRefusal, type ImportPreview, type ImportRow, type Market,
  type Product, type ProductDraft } from './contract.ts'
import { readCsv } from './model/csv.ts'
import { readImport, type ImportCandidate, type ImportProduct, type ImportVariant,
} from './model/import-rows.ts'
import type { Saved } from './saving.ts'
import * as store from './store.ts'

export interface ImportingDeps {
  readonly db: QueryExecutorProvider
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  save(draft: ProductDraft, id?: ProductId): Promise<Saved>
  setArchived(id: ProductId, isArchived: boolean): Promise<unknown>
}

interface Kept {
  readonly market: Market
  readonly products: readonly ImportProduct[]
  readonly skips: number
}

type Counts = { created: number; updated: number; skipped: number }
type Answer<T> = Result<T, Refusal<CatalogRefusal>>

const CHUNK = 100
const AT_ONCE = 4

function variantDrafts(
  wanted: readonly ImportVariant[], known: Product | undefined, { country, currency }: Market,
): ProductDraft['variants'] {
  const kept = known?.variants ?? []
  const mentioned = new Set(wanted.map((variant) => variant.sku))
  const changed = wanted.map((variant) => {
    const same = kept.find((old) => old.sku === variant.sku)
    return {
      ...(same ? { id: same.id } : {}), title: variant.title, sku: variant.sku,
      gtin: variant.gtin || (same?.gtin ?? ''),
      weightGrams: variant.weightGrams ?? same?.weightGrams ?? 0,
      prices: { ...same?.prices, [country]: { amountMinor: variant.amountMinor, currency } },
    }
  })
  // A file names what it changes: variants it is silent about stay as they are.
  return [...changed, ...kept.filter((old) => !mentioned.has(old.sku))]
}

function draftOf(wanted: ImportProduct, known: Product | undefined, market: Market): ProductDraft {
  return {
    title: wanted.title, handle: wanted.handle,
    description: wanted.description ?? known?.description ?? '',
    vendor: wanted.vendor ?? known?.vendor ?? '', kind: wanted.kind ?? known?.kind ?? '',
    tags: [...wanted.tags ?? known?.tags ?? []], words: known?.words ?? {},
    variants: variantDrafts(wanted.variants, known, market),
    ...(known ? { version: known.version } : {}),
  }
}

/** CSV files: first a preview that writes nothing, then the rows without a problem. */
export function makeImporting(deps: ImportingDeps) {
  const { db, clock, random, log } = deps

  async function toRows(candidates: readonly ImportCandidate[]): Promise<ImportRow[]> {
    const known = await store.findByHandles(db, candidates.map((it) => it.product.handle))
    return candidates.map(({ line, product, problems, isBlocked }) => ({
      line, handle: product.handle, title: product.title.slice(0, catalogLimits.titleLength),
      what: isBlocked ? 'skip' : known.has(product.handle) ? 'update' : 'create',
      variants: product.variants.length, problems: [...problems],
    }))
  }

  async function preview(bytes: Uint8Array, country?: string): Promise<Answer<ImportPreview>> {
    const markets = await store.selectMarkets(db)
    const market = country === undefined ? markets[0]
      : markets.find((known) => known.country === country)
    if (!market) return refuse('trade.catalog.market_unknown', { market: country ?? '' })
    const table = readCsv(bytes)
    if (!table.ok) return table
    const candidates = readImport(table.value, market.currency)
    const rows = await toRows(candidates)
    const count = (what: ImportRow['what']) => rows.filter((row) => row.what === what).length
    const nowMs = clock.nowMs()
    const importId = `imp_${secretToken(random, 18)}`
    const kept: Kept = {
      market, skips: count('skip'),
      products: candidates.filter((it) => !it.isBlocked).map((it) => it.product),
    }
    await store.forgetImports(db, nowMs)
    await store.insertImport(db, {
      id: importId, expiresAtMs: nowMs + catalogLimits.importMs, body: kept,
    })
    return ok({
      importId, rows, creates: count('create'), updates: count('update'), skips: kept.skips,
      unknownColumns: [...table.value.unknownColumns],
    })
  }

  async function applyOne(
    wanted: ImportProduct, known: Product | undefined, market: Market,
  ): Promise<keyof Counts> {
    const draft = draftOf(wanted, known, market)
    if (draft.variants.length > catalogLimits.variantsPerProduct) return 'skipped'
    const saved = await deps.save(draft, known?.id as ProductId | undefined)
    if (!saved.ok) {
      log.info('catalog.import_skipped', { code: saved.refusal.code })
      return 'skipped'
    }
    const { isArchived } = wanted
    if (isArchived !== null && isArchived !== (saved.value.status === 'archived')) {
      await deps.setArchived(saved.value.id as ProductId, isArchived)
    }
    return known ? 'updated' : 'created'
  }

  /** Some at a time: each product is a transaction of its own, and no two have one handle. */
  async function applyChunk(
    chunk: readonly ImportProduct[], market: Market, counts: Counts,
  ): Promise<void> {
    const ids = await store.findByHandles(db, chunk.map((wanted) => wanted.handle))
    const known = await store.selectProducts(db, [...ids.values()])
    const byHandle = new Map(known.map((product) => [product.handle, product]))
    const queue = [...chunk]
    const worker = async () => {
      for (let wanted = queue.shift(); wanted; wanted = queue.shift()) {
        counts[await applyOne(wanted, byHandle.get(wanted.handle), market)]++
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  async function apply(importId: string): Promise<Answer<Counts>> {
    const kept = await store.takeImport(db, importId, clock.nowMs()) as Kept | undefined
    if (!kept) return refuse('trade.catalog.import_unknown')
    const counts: Counts = { created: 0, updated: 0, skipped: kept.skips }
    for (let at = 0; at < kept.products.length; at += CHUNK) {
      await applyChunk(kept.products.slice(at, at + CHUNK), kept.market, counts)
    }
    return ok(counts)
  }

  return { preview, apply }
}
