import type { Clock, Log, Money, PersonId, RefundId, Transactor } from '#kernel'
import type { DeskOrder, Orders } from '#trade/orders/contract'
import type { Payments } from '#trade/payments/contract'
import type { Stock } from '#trade/stock/contract'

export interface SettlePaymentDeps<Tx> {
  readonly database: Transactor<Tx>
  readonly payments: Payments<Tx>
  readonly stock: Pick<Stock<Tx>, 'holdAll' | 'commit' | 'release' | 'restock'>
  readonly orders: Pick<Orders<Tx>,
    'read' | 'markPaid' | 'markExpired' | 'markRefund' | 'reviveExpired'>
  /** ISO 3166-1 alpha-2 of a delivery address, by id. */
  readonly readCountries: (ids: readonly { personId: PersonId; deliveryId: string }[]) =>
    Promise<ReadonlyMap<string, string>>
  /** Rooms and desks hear of every order that changed, after it is on disk. */
  readonly tell: (order: DeskOrder) => void
  readonly clock: Clock
  readonly log: Log
}

/** What one event led to: the order as it is now, and a refund to push to the provider. */
export interface Outcome {
  readonly order: DeskOrder | null
  readonly push: { refundId: RefundId; amount: Money } | null
}
