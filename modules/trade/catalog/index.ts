import type { QueryExecutorProvider } from 'kysely'
import { assert, ok, refuse, type Clock, type Ids, type Log, type PictureId, type ProductId,
  type Random, type Refusal, type Result, type Transactor, type VariantId } from '#kernel'
import { catalogLimits, type Catalog, type CatalogRefusal, type Product, type ProductCard,
} from './contract.ts'
import type { CatalogDesk } from './desk.ts'
import { makeImporting } from './importing.ts'
import { cleanLine } from './model/text.ts'
import { makePictures } from './pictures.ts'
import { makeSaving } from './saving.ts'
import * as store from './store.ts'

export { makeCatalogRoutes, type CatalogRouteDeps } from './routes.ts'

export interface CatalogDeps<Tx extends QueryExecutorProvider> {
  readonly database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider }
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly log: Log
  /** Where pictures are kept: `<id>-320.webp`, `-640.webp`, `-1200.webp`. */
  readonly picturesDir: string
}

type Answer<T> = Result<T, Refusal<CatalogRefusal>>

const CACHE_MS = 1000
const CACHE_ENTRIES = 20_000

const toCard = (it: Product): ProductCard => ({
  id: it.id, title: it.title, description: it.description, words: it.words,
  picture: it.pictures[0] ?? null, pictures: it.pictures,
  variants: it.variants.map(({ id, title, prices }) => ({ id, title, prices })),
})

/** Words and prices of variants, at most a second old: orders ask for few of them very often. */
function makeVariantCache(db: QueryExecutorProvider, clock: Clock) {
  const cache = new Map<VariantId, { words: store.VariantWords; untilMs: number }>()
  return {
    clear: () => cache.clear(),
    async read(ids: readonly VariantId[]): Promise<Map<VariantId, store.VariantWords>> {
      const nowMs = clock.nowMs()
      const fresh = (id: VariantId) => (cache.get(id)?.untilMs ?? 0) > nowMs
      const missing = [...new Set(ids)].filter((id) => !fresh(id))
      if (missing.length > 0) {
        if (cache.size + missing.length > CACHE_ENTRIES) cache.clear()
        const found = await store.selectVariants(db, missing)
        for (const id of missing) {
          const words = found.get(id)
          if (words) cache.set(id, { words, untilMs: nowMs + CACHE_MS })
          else cache.delete(id)
        }
      }
      return new Map(ids.flatMap((id) => {
        const words = cache.get(id)?.words
        return words ? [[id, words] as const] : []
      }))
    },
  }
}

/** Goods as the merchant describes them: words, pictures, variants and a price per market. */
export function makeCatalog<Tx extends QueryExecutorProvider>(deps: CatalogDeps<Tx>): CatalogDesk {
  const { database, clock, ids } = deps
  const db = database.kysely
  const variants = makeVariantCache(db, clock)
  const pictures = makePictures({ dir: deps.picturesDir })
  const saveAny = makeSaving(deps)

  const read = async (id: ProductId) => (await store.selectProducts(db, [id]))[0] ?? null
  const changed = async (id: ProductId) => {
    variants.clear()
    return read(id)
  }
  const save: Catalog['save'] = async (draft, id) => {
    const saved = await saveAny(draft, id)
    variants.clear()
    return saved
  }
  async function setArchived(id: ProductId, isArchived: boolean): Promise<Product | null> {
    await store.setStatus(db, id, isArchived ? 'archived' : 'active', clock.nowMs())
    return changed(id)
  }

  async function addPicture(
    id: ProductId, bytes: Uint8Array, alt: string,
  ): Promise<Answer<Product>> {
    const tooMany = () => refuse('trade.catalog.too_many_pictures')
    if (!await read(id)) return refuse('trade.catalog.unknown')
    if (await store.countPictures(db, id) >= catalogLimits.picturesPerProduct) return tooMany()
    const pictureId = ids.make('pic') as PictureId
    const made = await pictures.make(pictureId, bytes)
    if (!made.ok) return made
    const isKept = await database.transaction(async (tx) => {
      // The lock makes uploads of one product count one after the other.
      if (!await store.lockProduct(tx, id)) return false
      if (await store.countPictures(tx, id) >= catalogLimits.picturesPerProduct) return false
      const words = cleanLine(alt).slice(0, 200)
      await store.insertPicture(tx, id, { id: pictureId, alt: words, ...made.value })
      return true
    })
    if (isKept) return ok((await changed(id))!)
    await pictures.remove(pictureId)
    return tooMany()
  }

  const importing = makeImporting({ ...deps, db, save: saveAny, setArchived })
  return {
    listMarkets: () => store.selectMarkets(db),
    async setMarkets(markets) {
      for (const { country, currency } of markets) {
        assert(/^[A-Z]{2}$/.test(country) && /^[A-Z]{3}$/.test(currency), `${country} is no market`)
      }
      await database.transaction((tx) => store.replaceMarkets(tx, markets))
    },
    async readCards(wanted) {
      const found = await store.selectProducts(db, [...new Set(wanted)])
      return new Map(found.map((it) => [it.id as ProductId, toCard(it)]))
    },
    readVariants: variants.read,
    read,
    async findByHandle(handle) {
      const id = (await store.findByHandles(db, [handle])).get(handle)
      return id === undefined ? null : read(id as ProductId)
    },
    save,
    addPicture,
    setArchived,
    async list({ search = '', archived = false }) {
      const found = await store.findProducts(db,
        { search: cleanLine(search), archived, limit: catalogLimits.listed })
      return store.selectProducts(db, found)
    },
    async removePicture(id, pictureId) {
      if (!await store.deletePicture(db, id, pictureId)) return null
      await pictures.remove(pictureId)
      return changed(id)
    },
    previewImport: importing.preview,
    async applyImport(id) {
      const counts = await importing.apply(id)
      variants.clear()
      return counts
    },
  }
}
