import { sql, type QueryExecutorProvider } from 'kysely'
import type { Money, PictureId, ProductId, VariantId } from '#kernel'
import type { Market, Product } from './contract.ts'
import type { CleanProduct } from './model/draft.ts'

type Tx = QueryExecutorProvider
type Variant = Product['variants'][number]

export interface VariantWords {
  readonly productId: ProductId
  readonly title: string
  readonly variantTitle: string
  readonly prices: Readonly<Record<string, Money>>
}

export const pictureUrl = (id: string): string => `/pictures/${id}`

export async function selectMarkets(db: Tx): Promise<Market[]> {
  const { rows } = await sql<Market>`
    select country, currency, locale from trade_catalog.markets order by place`.execute(db)
  return rows
}

export async function replaceMarkets(tx: Tx, markets: readonly Market[]): Promise<void> {
  await sql`delete from trade_catalog.markets`.execute(tx)
  await sql`insert into trade_catalog.markets (country, place, currency, locale)
    select * from unnest(${markets.map((it) => it.country)}::text[],
      ${markets.map((_, place) => place)}::int[], ${markets.map((it) => it.currency)}::text[],
      ${markets.map((it) => it.locale)}::text[])`.execute(tx)
}

/** Products in the order of `ids`, with variants and pictures, in one statement. */
export async function selectProducts(db: Tx, ids: readonly string[]): Promise<Product[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Product>`
    select p.id, p.handle, p.title, p.description, p.vendor, p.kind, p.tags, p.words, p.status,
      p.version,
      (select coalesce(json_agg(json_build_object('id', v.id, 'title', v.title, 'sku', v.sku,
          'gtin', v.gtin, 'weightGrams', v.weight_grams, 'prices', v.prices)
          order by v.place), '[]')
        from trade_catalog.variants v where v.product_id = p.id) as variants,
      (select coalesce(json_agg(json_build_object('id', i.id, 'url', '/pictures/' || i.id,
          'width', i.width, 'height', i.height, 'alt', i.alt) order by i.place), '[]')
        from trade_catalog.pictures i where i.product_id = p.id) as pictures
    from unnest(${[...ids]}::text[]) with ordinality as w(id, place)
    join trade_catalog.products p on p.id = w.id order by w.place`.execute(db)
  return rows
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, (sign) => `\\${sign}`)

export async function findProducts(
  db: Tx, filter: { search: string; archived: boolean; limit: number },
): Promise<string[]> {
  const pattern = `%${escapeLike(filter.search)}%`
  const { rows } = await sql<{ id: string }>`
    select id from trade_catalog.products p
    where status = ${filter.archived ? 'archived' : 'active'}
      and (${filter.search} = '' or title ilike ${pattern} or handle ilike ${pattern}
        or exists (select 1 from trade_catalog.variants v
          where v.product_id = p.id and v.sku ilike ${pattern}))
    order by lower(title), id limit ${filter.limit}`.execute(db)
  return rows.map((row) => row.id)
}

export async function findByHandles(
  db: Tx, handles: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ handle: string; id: string }>`
    select handle, id from trade_catalog.products
    where handle = any(${[...handles]}::text[])`.execute(db)
  return new Map(rows.map((row) => [row.handle, row.id]))
}

export async function lockProduct(
  tx: Tx, id: ProductId,
): Promise<{ version: number; handle: string } | null> {
  const { rows } = await sql<{ version: number; handle: string }>`
    select version, handle from trade_catalog.products where id = ${id} for update`.execute(tx)
  return rows[0] ?? null
}

/** False when another product has the handle. */
export async function insertProduct(
  tx: Tx, id: ProductId, handle: string, it: CleanProduct, nowMs: number,
): Promise<boolean> {
  const { rows } = await sql`
    insert into trade_catalog.products (id, handle, title, description, vendor, kind, tags, words,
      status, version, created_at_ms, changed_at_ms)
    values (${id}, ${handle}, ${it.title}, ${it.description}, ${it.vendor}, ${it.kind},
      ${it.tags}::text[], ${JSON.stringify(it.words)}::jsonb, 'active', 1, ${nowMs}, ${nowMs})
    on conflict (handle) do nothing returning id`.execute(tx)
  return rows.length > 0
}

export async function updateProduct(
  tx: Tx, id: ProductId, handle: string, it: CleanProduct, nowMs: number,
): Promise<void> {
  await sql`
    update trade_catalog.products set handle = ${handle}, title = ${it.title},
      description = ${it.description}, vendor = ${it.vendor}, kind = ${it.kind},
      tags = ${it.tags}::text[], words = ${JSON.stringify(it.words)}::jsonb,
      version = version + 1, changed_at_ms = ${nowMs} where id = ${id}`.execute(tx)
}

export async function replaceVariants(
  tx: Tx, id: ProductId, variants: readonly Variant[],
): Promise<void> {
  const ids = variants.map((it) => it.id)
  await sql`delete from trade_catalog.variants
    where product_id = ${id} and not id = any(${ids}::text[])`.execute(tx)
  await sql`
    insert into trade_catalog.variants
      (id, product_id, place, title, sku, gtin, weight_grams, prices)
    select v.id, ${id}, v.place, v.title, v.sku, v.gtin, v.weight_grams, v.prices
    from unnest(${ids}::text[], ${variants.map((_, place) => place)}::int[],
      ${variants.map((it) => it.title)}::text[], ${variants.map((it) => it.sku)}::text[],
      ${variants.map((it) => it.gtin)}::text[], ${variants.map((it) => it.weightGrams)}::int[],
      ${variants.map((it) => JSON.stringify(it.prices))}::jsonb[])
      as v(id, place, title, sku, gtin, weight_grams, prices)
    on conflict (id) do update set place = excluded.place, title = excluded.title,
      sku = excluded.sku, gtin = excluded.gtin, weight_grams = excluded.weight_grams,
      prices = excluded.prices`.execute(tx)
}

export async function setStatus(
  db: Tx, id: ProductId, status: Product['status'], nowMs: number,
): Promise<boolean> {
  const { rows } = await sql`
    update trade_catalog.products set status = ${status}, changed_at_ms = ${nowMs},
      version = version + 1 where id = ${id} returning id`.execute(db)
  return rows.length > 0
}

/** Of products that are for sale. */
export async function selectVariants(
  db: Tx, ids: readonly VariantId[],
): Promise<Map<VariantId, VariantWords>> {
  const { rows } = await sql<VariantWords & { id: VariantId }>`
    select v.id, v.product_id as "productId", p.title, v.title as "variantTitle", v.prices
    from trade_catalog.variants v join trade_catalog.products p on p.id = v.product_id
    where v.id = any(${[...ids]}::text[]) and p.status = 'active'`.execute(db)
  return new Map(rows.map(({ id, ...words }) => [id, words]))
}

export interface PictureRow {
  readonly id: PictureId
  readonly width: number
  readonly height: number
  readonly alt: string
}

export async function countPictures(db: Tx, id: ProductId): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count
    from trade_catalog.pictures where product_id = ${id}`.execute(db)
  return rows[0]!.count
}

export async function insertPicture(tx: Tx, productId: ProductId, it: PictureRow): Promise<void> {
  await sql`insert into trade_catalog.pictures (id, product_id, width, height, alt)
    values (${it.id}, ${productId}, ${it.width}, ${it.height}, ${it.alt})`.execute(tx)
}

export async function deletePicture(
  db: Tx, productId: ProductId, id: PictureId,
): Promise<boolean> {
  const { rows } = await sql`delete from trade_catalog.pictures
    where id = ${id} and product_id = ${productId} returning id`.execute(db)
  return rows.length > 0
}

export async function insertImport(
  db: Tx, it: { id: string; expiresAtMs: number; body: unknown },
): Promise<void> {
  await sql`insert into trade_catalog.imports (id, expires_at_ms, body)
    values (${it.id}, ${it.expiresAtMs}, ${JSON.stringify(it.body)}::jsonb)`.execute(db)
}

/** Takes a preview out: one winner, whoever presses at the same moment. */
export async function takeImport(db: Tx, id: string, nowMs: number): Promise<unknown> {
  const { rows } = await sql<{ body: unknown }>`
    delete from trade_catalog.imports where id = ${id} and expires_at_ms > ${nowMs}
    returning body`.execute(db)
  return rows[0]?.body
}

export async function forgetImports(db: Tx, nowMs: number): Promise<void> {
  await sql`delete from trade_catalog.imports where expires_at_ms <= ${nowMs}`.execute(db)
}
