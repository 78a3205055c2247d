import type { QueryExecutorProvider } from 'kysely'
import type { Clock, Ids, Log, Transactor } from '#kernel'
import { paymentLimits, type PaymentProvider, type Payments } from './contract.ts'
import { makeApplying } from './applying.ts'
import { makeOpening, toRow } from './opening.ts'
import { makeRefunding } from './refunding.ts'
import { makePaymentsStore, type PaymentsStore } from './store.ts'

export { makePaymentsRoutes, type PaymentsRouteDeps } from './routes.ts'

export interface PaymentsParts<Tx> {
  readonly store: PaymentsStore<Tx>
  readonly provider: PaymentProvider
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

/** Payments over any store; `makePayments` gives it PostgreSQL. */
export function makePaymentsOver<Tx>(
  deps: PaymentsParts<Tx>,
): Payments<Tx> & { sweep(): Promise<void> } {
  const { store, provider, clock } = deps
  return {
    provider,
    open: makeOpening(deps),
    applyEvent: makeApplying(deps),
    ...makeRefunding(deps),
    readRefund: store.readRefund,
    listOpen: store.listOpen,
    readSteps: store.readSteps,
    readByOrder: async (orderId, tx) => (await store.readByOrder(orderId, tx)).map(toRow),
    async findOrder(event) {
      const known = event.kind === 'intent' ? await store.readPayment(event.paymentId)
        : await store.readRefund(event.refundId)
      return known?.orderId ?? null
    },
    /** Forgets event ids that no provider sends any more. */
    sweep: () => store.forgetEvents(clock.nowMs() - paymentLimits.seenEventsMs),
  }
}

export interface PaymentsDeps<Tx extends QueryExecutorProvider> {
  readonly database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider }
  readonly provider: PaymentProvider
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

/** Payments: one row per try, what the provider said about it, and the money that went back. */
export function makePayments<Tx extends QueryExecutorProvider>(
  deps: PaymentsDeps<Tx>,
): Payments<Tx> & { sweep(): Promise<void> } {
  const { database, ...rest } = deps
  return makePaymentsOver({ ...rest, store: makePaymentsStore(database) })
}
