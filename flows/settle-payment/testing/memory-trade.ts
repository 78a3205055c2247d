import type { OrderId, PersonId, WarehouseId } from '#kernel'
import type { DeskOrder, NewOrder, Orders, OrderState } from '#trade/orders/contract'
import type { MemoryTransactor, MemoryTx } from '#trade/payments/testing'
import type { HoldRequest, Stock } from '#trade/stock/contract'

type Hold = HoldRequest & { readonly state: 'held' | 'committed' | 'released' }
export const memoryWarehouse = 'whs_00000000000000000000000001' as WarehouseId

/** Stock of one pool per variant, as the contract promises it. */
export function makeMemoryStock(database: MemoryTransactor) {
  let pools = new Map<string, number>()
  let holds = new Map<string, Hold>()
  database.keep(() => {
    const saved = { pools: new Map(pools), holds: new Map(holds) }
    return () => { ({ pools, holds } = saved) }
  })
  const heldOf = (variantId: string) => [...holds.values()]
    .filter((hold) => hold.variantId === variantId && hold.state === 'held')
    .reduce((sum, hold) => sum + hold.quantity, 0)
  const set = (id: OrderId, state: Hold['state']) =>
    void holds.set(id, { ...holds.get(id)!, state })
  const addUnits = (hold: Hold, units: number) =>
    void pools.set(hold.variantId, pools.get(hold.variantId)! + units)
  function releaseAll(ids: readonly OrderId[]): OrderId[] {
    const held = ids.filter((id) => holds.get(id)?.state === 'held')
    for (const id of held) set(id, 'released')
    return held
  }
  const stock: Pick<Stock<MemoryTx>,
    'holdAll' | 'commit' | 'release' | 'restock' | 'releaseExpired'> = {
    holdAll: async (_, requests) => requests.map((request) => {
      const left = (pools.get(request.variantId) ?? 0) - heldOf(request.variantId)
      if (request.allotmentId !== null) {
        return { held: false, code: 'trade.stock.offer_not_open', left: 0 }
      }
      if (request.quantity > left) return { held: false, code: 'trade.stock.sold_out', left }
      holds.set(request.orderId, { ...request, state: 'held' })
      return { held: true }
    }),
    async commit(_, id, _country, nowMs) {
      const hold = holds.get(id)
      if (hold?.state === 'committed') return { committed: true, warehouseId: memoryWarehouse }
      if (hold?.state !== 'held' || hold.expiresAtMs <= nowMs) {
        return { committed: false, code: 'trade.stock.hold_over' }
      }
      set(id, 'committed')
      addUnits(hold, -hold.quantity)
      return { committed: true, warehouseId: memoryWarehouse }
    },
    release: async (_, ids) => releaseAll(ids),
    releaseExpired: async (_, nowMs, limit) => releaseAll([...holds.values()]
      .filter((hold) => hold.state === 'held' && hold.expiresAtMs <= nowMs)
      .slice(0, limit).map((hold) => hold.orderId)),
    async restock(_, id) {
      const hold = holds.get(id)
      if (hold?.state !== 'committed') return false
      set(id, 'released')
      addUnits(hold, hold.quantity)
      return true
    },
  }
  return {
    stock,
    setUnits: (variantId: string, units: number) => void pools.set(variantId, units),
    readUnits: (variantId: string) =>
      ({ onHand: pools.get(variantId) ?? 0, held: heldOf(variantId) }),
  }
}

/** Orders as the contract promises them. */
export function makeMemoryOrders(database: MemoryTransactor) {
  let orders = new Map<string, DeskOrder>()
  database.keep(() => {
    const saved = new Map(orders)
    return () => { orders = saved }
  })
  function move(id: OrderId, from: OrderState, to: OrderState, more: Partial<DeskOrder> = {}) {
    const order = orders.get(id)
    if (order?.state !== from) return null
    const moved = { ...order, ...more, state: to }
    orders.set(id, moved)
    return moved
  }
  const place = (order: NewOrder): DeskOrder => ({
    id: order.id, number: `SC-${orders.size + 100001}`, state: 'held', showId: order.showId,
    offerId: order.offerId, productId: order.productId, variantId: order.variantId,
    title: order.title, variantTitle: order.variantTitle, quantity: order.quantity,
    unit: order.unit, market: order.market, placedAtMs: order.placedAtMs,
    total: { ...order.unit, amountMinor: order.unit.amountMinor * order.quantity },
    holdUntilMs: order.holdUntilMs, buyerId: order.buyerId, isDemo: order.isDemo,
    warehouseId: null, deliveryId: order.deliveryId,
  })
  const REFUND_FROM = {
    refund_pending: 'paid', refunded: 'refund_pending', paid: 'refund_pending',
  } as const
  const made: Pick<Orders<MemoryTx>, 'read' | 'insertAll' | 'markPaid' | 'markExpired'
    | 'markCancelled' | 'markRefund' | 'reviveExpired'> = {
    read: async (id) => orders.get(id) ?? null,
    insertAll: async (_, wanted) => wanted.map((order) => {
      const placed = place(order)
      orders.set(order.id, placed)
      return placed
    }),
    markPaid: async (_, id, warehouseId) => move(id, 'held', 'paid', { warehouseId }),
    markExpired: async (_, ids) => ids.flatMap((id) => move(id, 'held', 'expired') ?? []),
    markCancelled: async (_, id, buyerId: PersonId) =>
      orders.get(id)?.buyerId === buyerId ? move(id, 'held', 'cancelled') : null,
    markRefund: async (_, id, to) => move(id, REFUND_FROM[to], to),
    reviveExpired: async (_, id) => move(id, 'expired', 'held'),
  }
  return made
}
