import { assert, Fault, type Clock, type Ids } from '#kernel'
import { paymentLimits, type IntentState, type PaymentProvider, type PaymentRow, type Payments,
} from './contract.ts'
import { withDeadline } from './deadline.ts'
import { afterAnswer, isSameMoney, stepOf, type StoredPayment } from './model.ts'
import type { PaymentsStore } from './store.ts'

export interface OpeningDeps<Tx> {
  readonly store: PaymentsStore<Tx>
  readonly provider: PaymentProvider
  readonly clock: Clock
  readonly ids: Ids
}

type OpenInput = Parameters<Payments<unknown>['open']>[0]

export const toRow = ({ orderNumber: _, ...row }: StoredPayment): PaymentRow => row

/** Opens payments: the row first, the provider outside any transaction, then what it answered. */
export function makeOpening<Tx>(deps: OpeningDeps<Tx>) {
  const { store, provider, clock } = deps

  async function claim(tx: Tx, input: OpenInput): Promise<StoredPayment> {
    const standing = await store.lockStanding(tx, input.orderId)
    if (standing) return standing
    const row: StoredPayment = {
      id: deps.ids.make('pay'), orderId: input.orderId, orderNumber: input.orderNumber,
      provider: provider.name, state: 'created', amount: input.amount, challengeUrl: null,
      createdAtMs: input.nowMs,
    }
    if (await store.insertPayment(tx, row)) {
      await store.addStep({
        orderId: row.orderId, atMs: input.nowMs, what: 'payment_opened',
        details: { paymentId: row.id, provider: row.provider, ...row.amount },
      }, tx)
      return row
    }
    const winner = await store.lockStanding(tx, input.orderId)
    // The other one was declined between the two statements: a rare turn, told to try again.
    if (!winner) throw new Fault('payments.open_again', { retryable: true })
    return winner
  }

  /** null: no clear answer. A provider that was not reached at all is a fault: nothing happened. */
  async function askToCreate(row: StoredPayment, returnUrl: string) {
    try {
      return await withDeadline(clock, paymentLimits.callMs, provider.createIntent({
        paymentId: row.id, amount: row.amount, orderNumber: row.orderNumber, returnUrl,
      }))
    } catch (error) {
      if (error instanceof Fault && error.code === 'payments.no_answer') return null
      throw error
    }
  }

  const record = (
    id: StoredPayment['id'], answer: { state: IntentState; challengeUrl: string | null } | null,
  ) => store.transaction(async (tx) => {
    const row = await store.lockPayment(tx, id)
    assert(row, `payment ${id} is gone`)
    const challengeUrl = answer?.challengeUrl ?? row.challengeUrl
    if (challengeUrl !== null && challengeUrl !== row.challengeUrl) {
      await store.setChallengeUrl(id, challengeUrl, tx)
    }
    const state = afterAnswer(row.state, answer?.state ?? null)
    if (state === null) return toRow({ ...row, challengeUrl })
    const nowMs = clock.nowMs()
    await store.setState(tx, id, state, nowMs)
    await store.addStep({
      orderId: row.orderId, atMs: nowMs, what: stepOf(state), details: { paymentId: id },
    }, tx)
    return toRow({ ...row, challengeUrl, state })
  })

  return async function open(input: OpenInput): Promise<PaymentRow> {
    const row = await store.transaction((tx) => claim(tx, input))
    assert(isSameMoney(row.amount, input.amount), `order ${input.orderId} has two amounts`)
    if (row.state === 'captured') return toRow(row)
    if (row.state === 'challenge' && row.challengeUrl !== null) return toRow(row)
    return record(row.id, await askToCreate(row, input.returnUrl))
  }
}
