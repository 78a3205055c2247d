import Type, { type Static } from 'typebox'
import { idPattern, type Api, type Money, type ProductId, type RefusalDoc, type VariantId,
} from '#kernel'

/** Limits: characters, counts, bytes, pixels. */
export const catalogLimits = {
  titleLength: 140,
  descriptionLength: 10_000,
  variantsPerProduct: 100,
  picturesPerProduct: 12,
  pictureBytes: 8 * 1024 * 1024,
  picturePixels: 40_000_000,
  csvBytes: 5 * 1024 * 1024,
  csvRows: 10_000,
  amountMinorMax: 9_000_000_000_000,
  /** A preview of an import can be applied this long. */
  importMs: 3_600_000,
  /** Products shown in one list. */
  listed: 500,
} as const

/** Every refusal of this module. */
export const refusalCodes = [
  { code: 'trade.catalog.unknown', status: 404, doc: 'No such product.' },
  { code: 'trade.catalog.handle_taken', status: 409, doc: 'Another product has this handle.' },
  {
    code: 'trade.catalog.currency_mismatch', status: 422,
    doc: "A price is not in its market's currency.",
  },
  {
    code: 'trade.catalog.market_unknown', status: 422,
    doc: 'A price names a market that is not set up.',
  },
  {
    code: 'trade.catalog.picture_not_readable', status: 415,
    doc: 'Not a JPEG, PNG, WebP or AVIF picture, or broken.',
  },
  { code: 'trade.catalog.picture_too_large', status: 413, doc: 'Over 8 MB or 40 megapixels.' },
  {
    code: 'trade.catalog.too_many_pictures', status: 422,
    doc: 'A product has at most 12 pictures.',
  },
  {
    code: 'trade.catalog.csv_not_readable', status: 422,
    doc: 'Not a product CSV: details.reason says what is missing.',
  },
  { code: 'trade.catalog.csv_too_large', status: 413, doc: 'Over 5 MB or 10,000 rows.' },
  {
    code: 'trade.catalog.import_unknown', status: 404,
    doc: 'The preview is older than an hour or was used.',
  },
  {
    code: 'trade.catalog.gtin_wrong', status: 422,
    doc: 'The check digit of a GTIN is wrong; details.gtin.',
  },
  { code: 'trade.catalog.title_missing', status: 422, doc: 'A title has nothing to read in it.' },
  {
    code: 'trade.catalog.version_conflict', status: 409,
    doc: 'Somebody else saved this product meanwhile; load it again.',
  },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type CatalogRefusal = (typeof refusalCodes)[number]['code']

const MoneySchema = Type.Object({
  amountMinor: Type.Integer({ minimum: 0, maximum: catalogLimits.amountMinorMax }),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
}, { additionalProperties: false })
/** Prices by market: ISO 3166-1 alpha-2 -> money in that market's currency. */
export const PricesSchema = Type.Record(
  Type.String({ pattern: '^[A-Z]{2}$' }), MoneySchema, { additionalProperties: false },
)

/** A market: where the merchant sells, with its currency (ISO 4217) and first language (BCP 47). */
export const MarketSchema = Type.Object({
  country: Type.String(), currency: Type.String(), locale: Type.String(),
})
/** See MarketSchema. */
export type Market = Static<typeof MarketSchema>

/** A sellable form of a product. `gtin`: GS1 GTIN-8/12/13/14, check digit verified, or empty. */
export const VariantSchema = Type.Object({
  id: Type.Optional(Type.String({ pattern: idPattern('var') })),
  title: Type.String({ minLength: 1, maxLength: 140 }),
  sku: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\s].*$' }),
  gtin: Type.Optional(Type.String({ pattern: '^(\\d{8}|\\d{12,14})?$' })),
  weightGrams: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  prices: PricesSchema,
}, { additionalProperties: false })

const Words = Type.Record(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z]{2,8})*$' }),
  Type.Object({
    title: Type.String({ minLength: 1, maxLength: 140 }),
    description: Type.Optional(Type.String({ maxLength: 10_000 })),
  }, { additionalProperties: false }), { additionalProperties: false })

/** What the producer edits. */
export const ProductDraftSchema = Type.Object({
  title: Type.String({ minLength: 1, maxLength: catalogLimits.titleLength }),
  handle: Type.Optional(Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 140 })),
  description: Type.Optional(Type.String({ maxLength: catalogLimits.descriptionLength })),
  vendor: Type.Optional(Type.String({ maxLength: 80 })),
  kind: Type.Optional(Type.String({ maxLength: 80 })),
  tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 50 })),
  /** Title and description in further languages, by BCP 47 tag. */
  words: Type.Optional(Words),
  variants: Type.Array(VariantSchema, { minItems: 1, maxItems: catalogLimits.variantsPerProduct }),
  /** The version that was edited; refuses to overwrite a newer one. */
  version: Type.Optional(Type.Integer({ minimum: 1 })),
}, { additionalProperties: false })
/** See ProductDraftSchema. */
export type ProductDraft = Static<typeof ProductDraftSchema>

/** A picture in three widths: `${url}-320.webp`, `-640.webp`, `-1200.webp`. */
export const PictureSchema = Type.Object({
  id: Type.String(), url: Type.String(), width: Type.Integer(), height: Type.Integer(),
  alt: Type.String(),
})

/** A product as staff see it. */
export const ProductSchema = Type.Object({
  id: Type.String(), handle: Type.String(), title: Type.String(), description: Type.String(),
  vendor: Type.String(), kind: Type.String(), tags: Type.Array(Type.String()), words: Words,
  status: Type.Union([Type.Literal('active'), Type.Literal('archived')]), version: Type.Integer(),
  variants: Type.Array(Type.Object({
    id: Type.String(), title: Type.String(), sku: Type.String(), gtin: Type.String(),
    weightGrams: Type.Integer(), prices: PricesSchema,
  })),
  pictures: Type.Array(PictureSchema),
})
/** See ProductSchema. */
export type Product = Static<typeof ProductSchema>

/** A row of a CSV preview: what would happen to one product, or what is wrong with a line. */
export const ImportRowSchema = Type.Object({
  /** Line in the file, the header is line 1. */
  line: Type.Integer(),
  handle: Type.String(), title: Type.String(),
  what: Type.Union([Type.Literal('create'), Type.Literal('update'), Type.Literal('skip')]),
  variants: Type.Integer(),
  /** What keeps it out (then `what` is skip), or only a note. */
  problems: Type.Array(Type.Object({
    line: Type.Integer(), column: Type.String(), code: Type.String(), value: Type.String(),
  })),
})
/** See ImportRowSchema. */
export type ImportRow = Static<typeof ImportRowSchema>

/** A preview of a CSV import. Nothing is written before it is applied. */
export const ImportPreviewSchema = Type.Object({
  importId: Type.String(), rows: Type.Array(ImportRowSchema),
  creates: Type.Integer(), updates: Type.Integer(), skips: Type.Integer(),
  unknownColumns: Type.Array(Type.String()),
})
/** See ImportPreviewSchema. */
export type ImportPreview = Static<typeof ImportPreviewSchema>

const ProductParams = Type.Object({ productId: Type.String({ pattern: idPattern('prd') }) })
const pictureTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'] as const

/** HTTP surface. */
export const api = {
  'GET /api/markets': {
    act: 'anyone', doc: 'Where this merchant sells.', reply: Type.Array(MarketSchema),
  },
  'GET /api/products': {
    act: 'catalog.read', doc: 'Products, by title.',
    query: Type.Object({
      search: Type.Optional(Type.String({ maxLength: 80 })),
      archived: Type.Optional(Type.Boolean()),
    }, { additionalProperties: false }),
    reply: Type.Array(ProductSchema),
  },
  'GET /api/products/:productId': {
    act: 'catalog.read', doc: 'One product.', params: ProductParams, reply: ProductSchema,
  },
  'POST /api/products': {
    act: 'catalog.edit', doc: 'Creates a product.', body: ProductDraftSchema, reply: ProductSchema,
  },
  'PUT /api/products/:productId': {
    act: 'catalog.edit', doc: 'Saves a product.', params: ProductParams, body: ProductDraftSchema,
    reply: ProductSchema,
  },
  'POST /api/products/:productId/archive': {
    act: 'catalog.edit', doc: 'Archives or brings back a product.', params: ProductParams,
    body: Type.Object({ archived: Type.Boolean() }, { additionalProperties: false }),
    reply: ProductSchema,
  },
  'POST /api/products/:productId/pictures': {
    act: 'catalog.edit', perMinute: 60, raw: pictureTypes,
    bodyLimitBytes: catalogLimits.pictureBytes,
    doc: 'Adds a picture: checked, turned upright, stripped of metadata, '
      + 'stored as WebP in three widths.',
    params: ProductParams,
    query: Type.Object(
      { alt: Type.Optional(Type.String({ maxLength: 200 })) }, { additionalProperties: false }),
    reply: ProductSchema,
  },
  'DELETE /api/products/:productId/pictures/:pictureId': {
    act: 'catalog.edit', doc: 'Removes a picture.',
    params: Type.Object({
      productId: Type.String({ pattern: idPattern('prd') }),
      pictureId: Type.String({ pattern: idPattern('pic') }),
    }),
    reply: ProductSchema,
  },
  'POST /api/products/import': {
    act: 'catalog.edit', perMinute: 20, raw: ['text/csv'], bodyLimitBytes: catalogLimits.csvBytes,
    doc: "Previews a CSV in Shopify's product format: what would be created or changed, "
      + 'and every problem by row.',
    query: Type.Object({
      market: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
    }, { additionalProperties: false }),
    reply: ImportPreviewSchema,
  },
  'POST /api/products/import/:importId/apply': {
    act: 'catalog.edit', doc: 'Writes the rows of a preview that have no problem.',
    params: Type.Object({ importId: Type.String({ maxLength: 64 }) }),
    reply: Type.Object({
      created: Type.Integer(), updated: Type.Integer(), skipped: Type.Integer(),
    }),
  },
} as const satisfies Api

/** What viewers see of a product: enough for a card and a buy sheet. */
export const ProductCardSchema = Type.Object({
  id: Type.String(), title: Type.String(), description: Type.String(), words: Words,
  picture: Type.Union([PictureSchema, Type.Null()]), pictures: Type.Array(PictureSchema),
  variants: Type.Array(Type.Object({
    id: Type.String(), title: Type.String(), prices: PricesSchema,
  })),
})
/** See ProductCardSchema. */
export type ProductCard = Static<typeof ProductCardSchema>

/** What flows and views ask of the catalog. */
export interface Catalog {
  listMarkets(): Promise<Market[]>
  setMarkets(markets: readonly Market[]): Promise<void>
  readCards(ids: readonly ProductId[]): Promise<ReadonlyMap<ProductId, ProductCard>>
  /** Price and words of variants, for orders: cached at most one second. */
  readVariants(ids: readonly VariantId[]): Promise<ReadonlyMap<VariantId, {
    productId: ProductId; title: string; variantTitle: string
    prices: Readonly<Record<string, Money>>
  }>>
  read(id: ProductId): Promise<Product | null>
  findByHandle(handle: string): Promise<Product | null>
  save(draft: ProductDraft, id?: ProductId): Promise<Result_<Product>>
  addPicture(id: ProductId, bytes: Uint8Array, alt: string): Promise<Result_<Product>>
}
type Result_<T> = import('#kernel').Result<T, { code: CatalogRefusal }>
