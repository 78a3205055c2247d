import { sql, type QueryExecutorProvider } from 'kysely'
import type { OrderId, PaymentId, RefundId, Transactor } from '#kernel'
import type { OpenMatter, PaymentState, RefundRow } from './contract.ts'
import { CHALLENGE_PATIENCE, DECLINED_PATIENCE, MOST_DOUBLINGS, type StepRow, type StoredPayment,
} from './model.ts'

export interface NewRefund extends Omit<RefundRow, 'state'> {
  readonly reason: string
  readonly createdAtMs: number
  readonly notBeforeMs: number
}

/** What payments keeps, behind one door: PostgreSQL here, memory in testing.ts. */
export interface PaymentsStore<Tx> extends Transactor<Tx> {
  /** False when the order has an open payment already. */
  insertPayment(tx: Tx, row: StoredPayment): Promise<boolean>
  /** The payment that stands for the order: captured, else open. Locked. */
  lockStanding(tx: Tx, orderId: OrderId): Promise<StoredPayment | null>
  lockPayment(tx: Tx, id: PaymentId): Promise<StoredPayment | null>
  setState(tx: Tx, id: PaymentId, state: PaymentState, nowMs: number): Promise<void>
  setChallengeUrl(id: PaymentId, url: string, tx?: Tx): Promise<void>
  /** False when the event was seen before. */
  seeEvent(tx: Tx, provider: string, eventId: string, nowMs: number): Promise<boolean>
  addStep(step: StepRow, tx?: Tx): Promise<void>
  readPayment(id: PaymentId): Promise<StoredPayment | null>
  readByOrder(orderId: OrderId, tx?: Tx): Promise<StoredPayment[]>
  readSteps(orderId: OrderId): Promise<Omit<StepRow, 'orderId'>[]>
  /** A captured payment without an open refund, the newest or the one named. Locked. */
  lockRefundable(tx: Tx, orderId: OrderId, id?: PaymentId): Promise<StoredPayment | null>
  insertRefund(tx: Tx, row: NewRefund): Promise<void>
  readRefund(id: RefundId, tx?: Tx): Promise<RefundRow | null>
  hasOpenRefund(tx: Tx, id: PaymentId): Promise<boolean>
  setRefundState(tx: Tx, id: RefundId, state: RefundRow['state']): Promise<void>
  countFailedRefunds(tx: Tx, id: PaymentId): Promise<number>
  listOpen(nowMs: number, olderThanMs: number, limit: number): Promise<OpenMatter[]>
  markAsked(matter: OpenMatter, nowMs: number): Promise<void>
  forgetEvents(beforeMs: number): Promise<void>
}

interface PaymentRecord {
  id: PaymentId; order_id: OrderId; order_number: string; provider: string; state: PaymentState
  amount_minor: number; currency: string; challenge_url: string | null; created_at_ms: number
}
interface RefundRecord {
  id: RefundId; payment_id: PaymentId; order_id: OrderId; restock: boolean; owed: boolean
  state: RefundRow['state']
}
interface OpenRecord { kind: string; id: string; order_id: OrderId; since_ms: number }

const toPayment = (row: PaymentRecord): StoredPayment => ({
  id: row.id, orderId: row.order_id, orderNumber: row.order_number, provider: row.provider,
  state: row.state, challengeUrl: row.challenge_url, createdAtMs: Number(row.created_at_ms),
  amount: { amountMinor: Number(row.amount_minor), currency: row.currency },
})
const toRefund = (row: RefundRecord): RefundRow => ({
  refundId: row.id, paymentId: row.payment_id, orderId: row.order_id, restock: row.restock,
  owed: row.owed, state: row.state,
})
const toMatter = (row: OpenRecord): OpenMatter => {
  const rest = { orderId: row.order_id, sinceMs: Number(row.since_ms) }
  return row.kind === 'payment' ? { kind: 'payment', paymentId: row.id as PaymentId, ...rest }
    : { kind: 'refund', refundId: row.id as RefundId, ...rest }
}

const first = async <Row, T>(
  query: Promise<{ rows: Row[] }>, to: (row: Row) => T,
): Promise<T | null> => {
  const row = (await query).rows[0]
  return row === undefined ? null : to(row)
}

const paymentQueries = <Tx extends QueryExecutorProvider>(db: QueryExecutorProvider) => ({
  async insertPayment(tx: Tx, row: StoredPayment): Promise<boolean> {
    const { rows } = await sql`
      insert into trade_payments.payments (id, order_id, order_number, provider, state,
        amount_minor, currency, challenge_url, created_at_ms, changed_at_ms)
      values (${row.id}, ${row.orderId}, ${row.orderNumber}, ${row.provider}, ${row.state},
        ${row.amount.amountMinor}, ${row.amount.currency}, ${row.challengeUrl},
        ${row.createdAtMs}, ${row.createdAtMs})
      on conflict do nothing returning id`.execute(tx)
    return rows.length > 0
  },
  lockStanding: (tx: Tx, orderId: OrderId) => first(sql<PaymentRecord>`
    select * from trade_payments.payments where order_id = ${orderId}
      and state in ('captured', 'created', 'challenge', 'unknown')
    order by state = 'captured' desc, created_at_ms desc limit 1
    for update`.execute(tx), toPayment),
  lockPayment: (tx: Tx, id: PaymentId) => first(sql<PaymentRecord>`
    select * from trade_payments.payments where id = ${id} for update`.execute(tx), toPayment),
  async setState(tx: Tx, id: PaymentId, state: PaymentState, nowMs: number): Promise<void> {
    await sql`update trade_payments.payments
      set state = ${state}, changed_at_ms = ${nowMs}, asks = 0 where id = ${id}`.execute(tx)
  },
  async setChallengeUrl(id: PaymentId, url: string, tx?: Tx): Promise<void> {
    await sql`update trade_payments.payments set challenge_url = ${url}
      where id = ${id}`.execute(tx ?? db)
  },
  readPayment: (id: PaymentId) => first(sql<PaymentRecord>`
    select * from trade_payments.payments where id = ${id}`.execute(db), toPayment),
  async readByOrder(orderId: OrderId, tx?: Tx): Promise<StoredPayment[]> {
    const { rows } = await sql<PaymentRecord>`
      select * from trade_payments.payments where order_id = ${orderId}
      order by created_at_ms, id`.execute(tx ?? db)
    return rows.map(toPayment)
  },
})

const refundQueries = <Tx extends QueryExecutorProvider>(db: QueryExecutorProvider) => ({
  lockRefundable: (tx: Tx, orderId: OrderId, id?: PaymentId) => first(sql<PaymentRecord>`
    select p.* from trade_payments.payments p
    where p.order_id = ${orderId} and p.state = 'captured'
      and (${id ?? null}::text is null or p.id = ${id ?? null})
      and not exists (select 1 from trade_payments.refunds r
        where r.payment_id = p.id and r.state = 'open')
    order by p.created_at_ms desc limit 1 for update`.execute(tx), toPayment),
  async insertRefund(tx: Tx, row: NewRefund): Promise<void> {
    await sql`insert into trade_payments.refunds (id, payment_id, order_id, reason, restock, owed,
        state, created_at_ms, not_before_ms)
      values (${row.refundId}, ${row.paymentId}, ${row.orderId}, ${row.reason}, ${row.restock},
        ${row.owed}, 'open', ${row.createdAtMs}, ${row.notBeforeMs})`.execute(tx)
  },
  readRefund: (id: RefundId, tx?: Tx) => first(sql<RefundRecord>`
    select * from trade_payments.refunds where id = ${id}`.execute(tx ?? db), toRefund),
  async hasOpenRefund(tx: Tx, id: PaymentId): Promise<boolean> {
    const { rows } = await sql`select 1 from trade_payments.refunds
      where payment_id = ${id} and state = 'open'`.execute(tx)
    return rows.length > 0
  },
  async setRefundState(tx: Tx, id: RefundId, state: RefundRow['state']): Promise<void> {
    await sql`update trade_payments.refunds set state = ${state} where id = ${id}`.execute(tx)
  },
  async countFailedRefunds(tx: Tx, id: PaymentId): Promise<number> {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count
      from trade_payments.refunds where payment_id = ${id} and state = 'failed'`.execute(tx)
    return rows[0]!.count
  },
})

const openQueries = (db: QueryExecutorProvider) => ({
  async listOpen(nowMs: number, olderThanMs: number, limit: number): Promise<OpenMatter[]> {
    const { rows } = await sql<OpenRecord>`
      select * from (
        select 'payment' as kind, id, order_id, created_at_ms as since_ms
        from trade_payments.payments where state in ('created', 'challenge', 'unknown')
          and greatest(changed_at_ms, asked_at_ms) <= ${nowMs}::bigint - ${olderThanMs}::bigint
            * (case state when 'challenge' then ${CHALLENGE_PATIENCE}::int else 1 end)
            * (1 << least(asks, ${MOST_DOUBLINGS}::int))
        union all
        select 'payment', id, order_id, created_at_ms
        from trade_payments.payments where state = 'declined' and asks < 3
          and greatest(changed_at_ms, asked_at_ms) <= ${nowMs}::bigint
            - ${olderThanMs}::bigint * ${DECLINED_PATIENCE}::int * (1 << asks)
        union all
        select 'refund', id, order_id, created_at_ms from trade_payments.refunds
        where state = 'open' and not_before_ms <= ${nowMs}::bigint
          and greatest(created_at_ms, asked_at_ms) <= ${nowMs}::bigint
            - ${olderThanMs}::bigint * (1 << least(asks, ${MOST_DOUBLINGS}::int))
      ) matters order by since_ms, id limit ${limit}`.execute(db)
    return rows.map(toMatter)
  },
  async markAsked(matter: OpenMatter, nowMs: number): Promise<void> {
    const query = matter.kind === 'payment'
      ? sql`update trade_payments.payments set asked_at_ms = ${nowMs}, asks = asks + 1
          where id = ${matter.paymentId}`
      : sql`update trade_payments.refunds set asked_at_ms = ${nowMs}, asks = asks + 1
          where id = ${matter.refundId}`
    await query.execute(db)
  },
})

const historyQueries = <Tx extends QueryExecutorProvider>(db: QueryExecutorProvider) => ({
  async seeEvent(tx: Tx, provider: string, eventId: string, nowMs: number): Promise<boolean> {
    const { rows } = await sql`
      insert into trade_payments.seen_events (provider, event_id, seen_at_ms)
      values (${provider}, ${eventId}, ${nowMs}) on conflict do nothing returning 1`.execute(tx)
    return rows.length > 0
  },
  async addStep(step: StepRow, tx?: Tx): Promise<void> {
    await sql`insert into trade_payments.steps (order_id, at_ms, what, details) values
      (${step.orderId}, ${step.atMs}, ${step.what}, ${JSON.stringify(step.details)}::jsonb)`
      .execute(tx ?? db)
  },
  async readSteps(orderId: OrderId): Promise<Omit<StepRow, 'orderId'>[]> {
    const { rows } = await sql<{
      at_ms: number; what: StepRow['what']; details: StepRow['details']
    }>`
      select at_ms, what, details from trade_payments.steps
      where order_id = ${orderId} order by seq`.execute(db)
    return rows.map((row) => ({ atMs: Number(row.at_ms), what: row.what, details: row.details }))
  },
  async forgetEvents(beforeMs: number): Promise<void> {
    await sql`delete from trade_payments.seen_events where seen_at_ms < ${beforeMs}`.execute(db)
  },
})

export function makePaymentsStore<Tx extends QueryExecutorProvider>(
  database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider },
): PaymentsStore<Tx> {
  return {
    transaction: (run) => database.transaction(run),
    ...paymentQueries<Tx>(database.kysely),
    ...refundQueries<Tx>(database.kysely),
    ...openQueries(database.kysely),
    ...historyQueries<Tx>(database.kysely),
  }
}
