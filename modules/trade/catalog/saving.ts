import type { QueryExecutorProvider } from 'kysely'
import { ok, refuse, type Clock, type Ids, type ProductId, type Refusal, type Result,
  type Transactor } from '#kernel'
import type { CatalogRefusal, Product, ProductDraft } from './contract.ts'
import { checkDraft, matchVariants, type CleanProduct } from './model/draft.ts'
import { slugOf } from './model/text.ts'
import * as store from './store.ts'

export type Saved = Result<Product, Refusal<CatalogRefusal>>

export interface SavingDeps<Tx extends QueryExecutorProvider> {
  readonly database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider }
  readonly clock: Clock
  readonly ids: Ids
}

const HANDLE_TRIES = 50

const isUniqueViolation = (error: unknown): boolean =>
  (error as { code?: unknown }).code === '23505'

/** Writes products: checked, with a handle of their own, never over a newer version. */
export function makeSaving<Tx extends QueryExecutorProvider>(deps: SavingDeps<Tx>) {
  const { database, clock, ids } = deps
  const makeVariantId = () => ids.make('var') as string

  /** The handle wished for, or the first free one made from the title. */
  async function insertWithHandle(
    tx: Tx, id: ProductId, wish: string | undefined, clean: CleanProduct,
  ): Promise<boolean> {
    if (wish !== undefined) return store.insertProduct(tx, id, wish, clean, clock.nowMs())
    // The tail of the id is random: a title without a Latin letter still gets a handle.
    const base = slugOf(clean.title) || `product-${id.slice(-8)}`
    for (let turn = 1; turn <= HANDLE_TRIES; turn++) {
      const handle = turn === 1 ? base : `${base}-${turn}`
      if (await store.insertProduct(tx, id, handle, clean, clock.nowMs())) return true
    }
    return store.insertProduct(tx, id, `${base}-${id.slice(-8)}`, clean, clock.nowMs())
  }

  const create = (clean: CleanProduct, draft: ProductDraft): Promise<Saved> =>
    database.transaction(async (tx): Promise<Saved> => {
      const id = ids.make('prd') as ProductId
      const variants = matchVariants(clean.variants, [], makeVariantId)
      if (!variants) return refuse('trade.catalog.unknown')
      if (!await insertWithHandle(tx, id, draft.handle, clean)) {
        return refuse('trade.catalog.handle_taken', { handle: draft.handle ?? '' })
      }
      await store.replaceVariants(tx, id, variants)
      return ok((await store.selectProducts(tx, [id]))[0]!)
    })

  const change = (id: ProductId, clean: CleanProduct, draft: ProductDraft): Promise<Saved> =>
    database.transaction(async (tx): Promise<Saved> => {
      const known = await store.lockProduct(tx, id)
      if (!known) return refuse('trade.catalog.unknown')
      if (draft.version !== undefined && draft.version !== known.version) {
        return refuse('trade.catalog.version_conflict', { version: known.version })
      }
      const handle = draft.handle ?? known.handle
      const owner = (await store.findByHandles(tx, [handle])).get(handle)
      if (owner !== undefined && owner !== id) {
        return refuse('trade.catalog.handle_taken', { handle })
      }
      const [before] = await store.selectProducts(tx, [id])
      const variants = matchVariants(clean.variants, before!.variants, makeVariantId)
      if (!variants) return refuse('trade.catalog.unknown')
      await store.updateProduct(tx, id, handle, clean, clock.nowMs())
      await store.replaceVariants(tx, id, variants)
      return ok((await store.selectProducts(tx, [id]))[0]!)
    })

  return async function save(draft: ProductDraft, id?: ProductId): Promise<Saved> {
    const clean = checkDraft(draft, await store.selectMarkets(database.kysely))
    if (!clean.ok) return clean
    try {
      return id === undefined ? await create(clean.value, draft)
        : await change(id, clean.value, draft)
    } catch (error) {
      // Two products took the handle at the same moment; the other one was first.
      if (!isUniqueViolation(error)) throw error
      return refuse('trade.catalog.handle_taken', { handle: draft.handle ?? '' })
    }
  }
}
