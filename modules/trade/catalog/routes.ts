import { ok, refuse, routeTable, type PictureId, type ProductId, type RouteTable } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Audit } from '#people/audit/contract'
import { api, type Product } from './contract.ts'
import type { CatalogDesk } from './desk.ts'

export interface CatalogRouteDeps {
  readonly catalog: CatalogDesk
  readonly audit: Audit
}

const orUnknown = (product: Product | null) =>
  product ? ok(product) : refuse('trade.catalog.unknown')

/** HTTP surface of the catalog. What staff change is in the audit log. */
export function makeCatalogRoutes({ catalog, audit }: CatalogRouteDeps): RouteTable {
  const record = (
    who: Who, act: string, subject: string, details: Record<string, string | number | boolean> = {},
  ) => audit.record({ personId: who.personId!, act, subject, details })

  return routeTable<typeof api, Who>(api, {
    'GET /api/markets': async () => ok(await catalog.listMarkets()),
    'GET /api/products': async ({ query }) => ok(await catalog.list(query)),
    'GET /api/products/:productId': async ({ params }) =>
      orUnknown(await catalog.read(params.productId as ProductId)),
    async 'POST /api/products'({ body, who }) {
      const saved = await catalog.save(body)
      if (saved.ok) await record(who, 'product.create', saved.value.id)
      return saved
    },
    async 'PUT /api/products/:productId'({ params, body, who }) {
      const saved = await catalog.save(body, params.productId as ProductId)
      if (saved.ok) {
        await record(who, 'product.save', saved.value.id, { version: saved.value.version })
      }
      return saved
    },
    async 'POST /api/products/:productId/archive'({ params, body, who }) {
      const product = await catalog.setArchived(params.productId as ProductId, body.archived)
      if (product) await record(who, 'product.archive', product.id, { archived: body.archived })
      return orUnknown(product)
    },
    async 'POST /api/products/:productId/pictures'({ params, query, body, who }) {
      const id = params.productId as ProductId
      const saved = await catalog.addPicture(id, body, query.alt ?? '')
      if (saved.ok) await record(who, 'product.picture_add', id)
      return saved
    },
    async 'DELETE /api/products/:productId/pictures/:pictureId'({ params, who }) {
      const { productId, pictureId } = params
      const product = await catalog.removePicture(productId as ProductId, pictureId as PictureId)
      if (product) await record(who, 'product.picture_remove', productId, { pictureId })
      return orUnknown(product)
    },
    'POST /api/products/import': ({ body, query }) => catalog.previewImport(body, query.market),
    async 'POST /api/products/import/:importId/apply'({ params, who }) {
      const counts = await catalog.applyImport(params.importId)
      if (counts.ok) await record(who, 'product.import', params.importId, counts.value)
      return counts
    },
  })
}
