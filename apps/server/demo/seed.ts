import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  assert,
  type Clock,
  type Log,
  type ProductId,
  type VariantId,
  type WarehouseId,
} from '#kernel'
import type { Accounts } from '#people/accounts/contract'
import type { Show, Shows } from '#stage/show/contract'
import type { Catalog } from '#trade/catalog/contract'
import type { Stock } from '#trade/stock/contract'
import type { DemoWorld } from './world.ts'

export interface SeedDeps {
  readonly root: string
  readonly log: Log
  readonly clock: Clock
  readonly accounts: Accounts
  readonly catalog: Catalog
  readonly stock: Pick<Stock<never>, 'ensureWarehouse' | 'listWarehouses' | 'setLevel'>
  readonly shows: Pick<Shows<never>, 'readBySlug' | 'create'>
}

type DemoProduct = DemoWorld['products'][number]

/** One of the two views of a product, when it is not there yet. */
async function addPicture(
  deps: SeedDeps, handle: string, view: 1 | 2,
): Promise<void> {
  const product = await deps.catalog.findByHandle(handle)
  if (!product || product.pictures.length >= view) return
  const file = join(deps.root, 'data', 'demo', 'pictures', `${handle}-${view}.webp`)
  const bytes = await readFile(file).catch(() => null)
  if (!bytes) return
  const added = await deps.catalog.addPicture(product.id as ProductId, bytes, product.title)
  assert(added.ok, `demo picture ${handle}-${view} was refused`)
}

async function seedProduct(
  deps: SeedDeps,
  entry: DemoProduct,
  warehouses: readonly WarehouseId[],
): Promise<string> {
  const known = await deps.catalog.findByHandle(entry.key)
  if (known) return known.id
  const saved = await deps.catalog.save(entry.draft)
  assert(saved.ok, `demo product ${entry.key} was refused: ${saved.ok ? '' : saved.refusal.code}`)
  for (const variant of saved.value.variants) {
    for (const [at, id] of warehouses.entries()) {
      await deps.stock.setLevel(variant.id as VariantId, id, entry.units[at] ?? 0)
    }
  }
  return saved.value.id
}

/** The demo world on first start: safe to call at every start, writes only what is missing. */
export async function seedDemo(deps: SeedDeps, world: DemoWorld): Promise<Show> {
  const known = await deps.shows.readBySlug(world.show.slug)
  if (known) return known
  await deps.catalog.setMarkets(world.markets)
  for (const person of world.staff) await deps.accounts.ensureStaff(person)
  const existing = await deps.stock.listWarehouses()
  const warehouses: WarehouseId[] = []
  for (const place of world.warehouses) {
    const same = existing.find((warehouse) => warehouse.name === place.name)
    warehouses.push(same?.id ?? (await deps.stock.ensureWarehouse(place)))
  }
  const lineUp: string[] = []
  for (const entry of world.products) lineUp.push(await seedProduct(deps, entry, warehouses))
  await Promise.all(world.products.map(({ key }) => addPicture(deps, key, 1)))
  deps.log.info('demo.seeded', { products: lineUp.length })
  return deps.shows.create(
    { ...world.show, startsAtMs: deps.clock.nowMs(), lineUp },
    { isDemo: true },
  )
}

/** The second view of every product, made while the first show is on already; also after a
 *  start that
 *  was cut off. */
export async function finishDemo(deps: SeedDeps, world: DemoWorld): Promise<void> {
  for (const { key } of world.products) {
    await addPicture(deps, key, 1)
    await addPicture(deps, key, 2)
  }
}
