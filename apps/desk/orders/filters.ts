import type { OrderState } from '#trade/orders/contract'

export const orderStates = [
  'held', 'paid', 'expired', 'cancelled', 'refund_pending', 'refunded',
] as const satisfies readonly OrderState[]

/** What the address bar says about the list: a link to it shows the same to a colleague. */
export interface Filters {
  readonly show?: string
  readonly state?: OrderState
  readonly search?: string
  /** `without`: demo shoppers are left out. */
  readonly demo?: 'without'
  /** The order that is open beside the list. */
  readonly order?: string
}

const isState = (value: unknown): value is OrderState =>
  (orderStates as readonly unknown[]).includes(value)

/** Filters from whatever stands in the address; what does not fit is left out. */
export function readFilters(given: Record<string, unknown>): Filters {
  const { show, state, search, demo, order } = given
  const text = typeof search === 'number' ? String(search) : search
  return {
    ...(typeof show === 'string' && /^sho_\w{26}$/.test(show) ? { show } : {}),
    ...(isState(state) ? { state } : {}),
    ...(typeof text === 'string' && text.trim() !== '' ? { search: text.slice(0, 80) } : {}),
    ...(demo === 'without' ? { demo } : {}),
    ...(typeof order === 'string' && /^ord_\w{26}$/.test(order) ? { order } : {}),
  }
}

/** Without what is undefined, so that the address stays short. */
export function changeFilters(
  before: Filters, change: { readonly [K in keyof Filters]?: Filters[K] | undefined },
): Filters {
  return readFilters({ ...before, ...change })
}

export interface OrdersQuery {
  readonly showId?: string
  readonly state?: string
  readonly search?: string
  readonly demo: 'with' | 'without'
  readonly limit: number
  readonly before?: string
}

export const pageSize = 50

/** The list's question to the server; the open order is no part of it. */
export const queryOf = (filters: Filters, before?: string): OrdersQuery => ({
  ...(filters.show ? { showId: filters.show } : {}),
  ...(filters.state ? { state: filters.state } : {}),
  ...(filters.search ? { search: filters.search.trim() } : {}),
  demo: filters.demo ?? 'with',
  limit: pageSize,
  ...(before ? { before } : {}),
})
