import type { OpenMatter, RefundRow } from '../contract.ts'
import { isDue, isOpen, type StepRow, type StoredPayment } from '../model.ts'
import type { NewRefund, PaymentsStore } from '../store.ts'
import type { MemoryTransactor, MemoryTx } from './transactor.ts'

interface Asked { readonly changedAtMs: number; readonly askedAtMs: number; readonly asks: number }
type KeptPayment = StoredPayment & Asked
type KeptRefund = NewRefund & Asked & { readonly state: RefundRow['state'] }

interface World {
  payments: Map<string, KeptPayment>
  refunds: Map<string, KeptRefund>
  seen: Map<string, number>
  steps: StepRow[]
}

const plain = (
  { changedAtMs: _, askedAtMs: _a, asks: _b, ...row }: KeptPayment,
): StoredPayment => row
const plainRefund = (row: KeptRefund): RefundRow => ({
  refundId: row.refundId, paymentId: row.paymentId, orderId: row.orderId, restock: row.restock,
  owed: row.owed, state: row.state,
})

function newest(rows: KeptPayment[]): StoredPayment | null {
  const row = rows.sort((a, b) => b.createdAtMs - a.createdAtMs)[0]
  return row ? plain(row) : null
}

function listOpen(
  world: World, nowMs: number, olderThanMs: number, limit: number,
): OpenMatter[] {
  const payments = [...world.payments.values()]
    .filter((row) => (isOpen(row.state) || row.state === 'declined')
      && isDue(row, nowMs, olderThanMs))
    .map(({ id, orderId, createdAtMs }) =>
      ({ kind: 'payment', paymentId: id, orderId, sinceMs: createdAtMs }) as const)
  const refunds = [...world.refunds.values()]
    .filter((row) => row.state === 'open' && row.notBeforeMs <= nowMs
      && isDue(row, nowMs, olderThanMs))
    .map(({ refundId, orderId, createdAtMs }) =>
      ({ kind: 'refund', refundId, orderId, sinceMs: createdAtMs }) as const)
  return [...payments, ...refunds].sort((a, b) => a.sinceMs - b.sinceMs).slice(0, limit)
}

/** What makePaymentsStore does in SQL, over maps. */
export function makeMemoryPaymentsStore(database: MemoryTransactor): PaymentsStore<MemoryTx> {
  let world: World = { payments: new Map(), refunds: new Map(), seen: new Map(), steps: [] }
  database.keep(() => {
    const saved: World = {
      payments: new Map(world.payments), refunds: new Map(world.refunds),
      seen: new Map(world.seen), steps: [...world.steps],
    }
    return () => { world = saved }
  })
  const ofOrder = (orderId: string) =>
    [...world.payments.values()].filter((row) => row.orderId === orderId)
  const change = (id: string, with_: Partial<KeptPayment>) => {
    const row = world.payments.get(id)
    if (row) world.payments.set(id, { ...row, ...with_ })
  }
  const changeRefund = (id: string, with_: Partial<KeptRefund>) => {
    const row = world.refunds.get(id)
    if (row) world.refunds.set(id, { ...row, ...with_ })
  }
  const hasOpenRefund = (id: string) => [...world.refunds.values()]
    .some((row) => row.paymentId === id && row.state === 'open')
  const find = (id: string) => {
    const row = world.payments.get(id)
    return row ? plain(row) : null
  }
  return {
    transaction: (run) => database.transaction(run),
    async insertPayment(_, row) {
      if (ofOrder(row.orderId).some((other) => isOpen(other.state))) return false
      world.payments.set(row.id, { ...row, changedAtMs: row.createdAtMs, askedAtMs: 0, asks: 0 })
      return true
    },
    async lockStanding(_, orderId) {
      const rows = ofOrder(orderId)
      const captured = rows.filter((row) => row.state === 'captured')
      return newest(captured.length > 0 ? captured : rows.filter((row) => isOpen(row.state)))
    },
    lockPayment: async (_, id) => find(id),
    readPayment: async (id) => find(id),
    setState: async (_, id, state, nowMs) => change(id, { state, changedAtMs: nowMs, asks: 0 }),
    setChallengeUrl: async (id, challengeUrl) => change(id, { challengeUrl }),
    async seeEvent(_, provider, eventId, nowMs) {
      const key = `${provider} ${eventId}`
      if (world.seen.has(key)) return false
      world.seen.set(key, nowMs)
      return true
    },
    addStep: async (step) => void world.steps.push(step),
    readByOrder: async (orderId) => ofOrder(orderId).map(plain),
    readSteps: async (orderId) => world.steps
      .filter((step) => step.orderId === orderId).map(({ orderId: _, ...step }) => step),
    lockRefundable: async (_, orderId, id) => newest(ofOrder(orderId).filter((row) =>
      row.state === 'captured' && (id === undefined || row.id === id) && !hasOpenRefund(row.id))),
    async insertRefund(_, row) {
      world.refunds.set(row.refundId,
        { ...row, state: 'open', changedAtMs: row.createdAtMs, askedAtMs: 0, asks: 0 })
    },
    async readRefund(id) {
      const row = world.refunds.get(id)
      return row ? plainRefund(row) : null
    },
    hasOpenRefund: async (_, id) => hasOpenRefund(id),
    setRefundState: async (_, id, state) => changeRefund(id, { state }),
    countFailedRefunds: async (_, id) => [...world.refunds.values()]
      .filter((row) => row.paymentId === id && row.state === 'failed').length,
    listOpen: async (nowMs, olderThanMs, limit) => listOpen(world, nowMs, olderThanMs, limit),
    async markAsked(matter, nowMs) {
      const rows = matter.kind === 'payment' ? world.payments : world.refunds
      const row = rows.get(matter.kind === 'payment' ? matter.paymentId : matter.refundId)
      const asked = { askedAtMs: nowMs, asks: (row?.asks ?? 0) + 1 }
      if (matter.kind === 'payment') change(matter.paymentId, asked)
      else changeRefund(matter.refundId, asked)
    },
    async forgetEvents(beforeMs) {
      for (const [key, atMs] of world.seen) if (atMs < beforeMs) world.seen.delete(key)
    },
  }
}
