import { ok, refuse, routeTable, type OrderId, type Refusal, type Result, type RouteTable,
} from '#kernel'
import type { Who } from '#people/accounts/contract'
import { api, type Order, type Orders, type PlaceOrder } from './contract.ts'

const MINE_LIMIT = 50
const PAGE = 50

export interface OrdersRoutesDeps {
  readonly orders: Pick<Orders<never>, 'listMine' | 'list'>
  /** The place-order flow: the same handler for HTTP and the socket. */
  place(who: Who, input: PlaceOrder): Promise<Result<Order, Refusal>>
  /** The cancel-order flow. */
  cancel(who: Who, orderId: OrderId): Promise<Result<Order, Refusal>>
}

const given = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

export function makeOrdersRoutes({ orders, place, cancel }: OrdersRoutesDeps): RouteTable {
  return routeTable<typeof api, Who>(api, {
    'POST /api/orders': ({ who, body }) => place(who, body),
    'GET /api/orders/mine': async ({ who }) => who.personId
      ? ok(await orders.listMine(who.personId, MINE_LIMIT))
      : refuse('people.accounts.sign_in_needed'),
    'POST /api/orders/:orderId/cancel': ({ who, params }) =>
      cancel(who, params.orderId as OrderId),
    'GET /api/desk/orders': async ({ query }) => {
      const { showId, state, search, before } = query
      return ok(await orders.list({
        ...given({ showId, state, search, before }),
        limit: query.limit ?? PAGE, withDemo: query.demo !== 'without',
      }))
    },
  })
}
