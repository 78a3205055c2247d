import type { QueryExecutorProvider } from 'kysely'
import { assert, type Ids, type Transactor, type VariantId, type WarehouseId } from '#kernel'
import { stockLimits, type Level, type Stock, type StockRefusal } from './contract.ts'
import { holdBatch } from './holding.ts'
import { commitHold, restockHold } from './leaving.ts'
import * as store from './store.ts'

export { makeStockRoutes } from './routes.ts'

export interface StockDeps<Tx extends QueryExecutorProvider> {
  readonly database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider }
  readonly ids: Ids
}

/** Units of goods: what is on hand, held for buyers and set aside for offers. */
export function makeStock<Tx extends QueryExecutorProvider>(deps: StockDeps<Tx>): Stock<Tx> {
  const { database, ids } = deps
  const { kysely } = database

  async function setLevel(
    variantId: VariantId, warehouseId: WarehouseId, onHand: number,
  ): Promise<Level | StockRefusal> {
    assert(Number.isInteger(onHand) && onHand >= 0 && onHand <= stockLimits.onHandMax,
      `${onHand} is not a count`)
    return database.transaction(async (tx) => {
      const refusal = await store.writeLevel(tx, variantId, warehouseId, onHand)
      return refusal ?? (await store.selectLevels(tx, [variantId]))[0]!
    })
  }

  return {
    holdAll: async (tx, requests, nowMs) =>
      [...(await holdBatch(tx, requests, nowMs, false)).fates],
    holdReclaiming: (tx, requests, nowMs) => holdBatch(tx, requests, nowMs, true),
    releaseExpired: store.releaseOver,
    release: (tx, orderIds) => store.releaseOrders(tx, orderIds),
    commit: commitHold,
    restock: restockHold,
    openAllotment: store.insertAllotment,
    closeAllotment: store.endAllotment,
    readAllotments: (wanted) => store.selectAllotments(kysely, wanted),
    readLevels: (variantIds) => store.selectLevels(kysely, variantIds),
    setLevel,
    ensureWarehouse: ({ id, ...rest }) =>
      store.upsertWarehouse(kysely, { id: id ?? ids.make('whs'), ...rest }, id === undefined),
    listWarehouses: () => store.selectWarehouses(kysely),
  }
}
