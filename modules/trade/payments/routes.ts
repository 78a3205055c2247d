import { ok, routeTable, type Clock, type OrderId, type Refusal, type Result, type RouteTable,
} from '#kernel'
import type { Who } from '#people/accounts/contract'
import { api, type Payment, type PaymentProvider, type ProviderEvent } from './contract.ts'

/** The routes act on orders and stock too, so flows come in. */
export interface PaymentsRouteDeps {
  readonly provider: PaymentProvider
  readonly clock: Clock
  pay(who: Who, orderId: OrderId): Promise<Result<Payment, Refusal>>
  settle(event: ProviderEvent): Promise<unknown>
  refund(who: Who, input: { orderId: OrderId; reason: string; restock: boolean }):
    Promise<Result<{ state: 'refund_pending' | 'refunded' }, Refusal>>
}

/** HTTP surface of payments. */
export function makePaymentsRoutes(deps: PaymentsRouteDeps): RouteTable {
  return routeTable<typeof api, Who>(api, {
    'POST /api/orders/:orderId/pay': ({ who, params }) =>
      deps.pay(who, params.orderId as OrderId),
    async 'POST /webhooks/sandbox'({ headers, body }) {
      const event = deps.provider.readWebhook(headers, body, deps.clock.nowMs())
      if (!event.ok) return event
      await deps.settle(event.value)
      return ok({ received: true as const })
    },
    'POST /api/desk/orders/:orderId/refund': ({ who, params, body }) =>
      deps.refund(who, { orderId: params.orderId as OrderId, ...body }),
  })
}
