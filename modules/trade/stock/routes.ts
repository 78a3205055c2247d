import { isId, ok, refuse, routeTable, type RouteTable, type WarehouseId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Audit } from '#people/audit/contract'
import type { Catalog } from '#trade/catalog/contract'
import { api, type Stock } from './contract.ts'

export interface StockRoutesDeps {
  readonly stock: Pick<Stock<never>, 'readLevels' | 'setLevel'>
  /** A count is taken only of what the catalog knows. */
  readonly catalog: Pick<Catalog, 'readVariants'>
  readonly audit: Pick<Audit, 'record'>
}

export function makeStockRoutes({ stock, catalog, audit }: StockRoutesDeps): RouteTable {
  return routeTable<typeof api, Who>(api, {
    'GET /api/stock': async () => ok(await stock.readLevels()),
    'PUT /api/stock/:variantId/:warehouseId': async ({ params, body, who }) => {
      const { variantId, warehouseId } = params
      if (!isId('var', variantId)) return refuse('trade.stock.variant_unknown')
      const known = await catalog.readVariants([variantId])
      if (!known.has(variantId)) return refuse('trade.stock.variant_unknown')
      const level = await stock.setLevel(variantId, warehouseId as WarehouseId, body.onHand)
      if (typeof level === 'string') return refuse(level)
      await audit.record({
        personId: who.personId!, act: 'stock.edit', subject: variantId,
        details: { warehouseId, onHand: body.onHand },
      })
      return ok(level)
    },
  })
}
