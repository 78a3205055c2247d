import { ok, refuse, routeTable, type OrderId, type PersonId, type ShowId } from '#kernel'
import type { Accounts, Who } from '#people/accounts/contract'
import type { Audit } from '#people/audit/contract'
import type { Orders } from '#trade/orders/contract'
import type { Payments } from '#trade/payments/contract'
import type { Stock } from '#trade/stock/contract'
import { api } from './contract.ts'

export interface DeskViewDeps {
  readonly orders: Pick<Orders<never>, 'read' | 'readSteps' | 'readTotals'>
  readonly payments: Pick<Payments<never>, 'readByOrder' | 'readSteps'>
  readonly accounts: Pick<Accounts, 'readDelivery' | 'readNames'>
  readonly stock: Pick<Stock<never>, 'listWarehouses'>
  readonly audit: Audit
}

const { 'GET /api/shows/:showId/replay/chat': _replay, ...deskApi } = api

/** The desk's file of one order, joined from every module that knows a part of it. */
export function deskRoutes(deps: DeskViewDeps) {
  return routeTable<typeof deskApi, Who>(deskApi, {
    async 'GET /api/desk/orders/:orderId'({ params, who }) {
      const id = params.orderId as OrderId
      const order = await deps.orders.read(id)
      if (!order) return refuse('trade.orders.unknown')
      const buyerId = order.buyerId as PersonId
      const [names, delivery, payments, orderSteps, paymentSteps, warehouses] = await Promise.all([
        deps.accounts.readNames([buyerId]), deps.accounts.readDelivery(buyerId, order.deliveryId),
        deps.payments.readByOrder(id), deps.orders.readSteps(id), deps.payments.readSteps(id),
        deps.stock.listWarehouses(),
      ])
      await deps.audit.record({ personId: who.personId!, act: 'orders.read', subject: id })
      return ok({
        order, delivery, buyerName: delivery?.name ?? names.get(buyerId) ?? '',
        warehouse: warehouses.find((warehouse) => warehouse.id === order.warehouseId)?.name ?? null,
        payments: payments.map(({ orderId, amount, state, challengeUrl, id: paymentId }) => ({
          id: paymentId, orderId, state, challengeUrl, amount: { ...amount },
        })),
        steps: [...orderSteps, ...paymentSteps].sort((a, b) => a.atMs - b.atMs),
      })
    },
    async 'GET /api/shows/:showId/totals'({ params }) {
      return ok(await deps.orders.readTotals(params.showId as ShowId))
    },
  })
}
