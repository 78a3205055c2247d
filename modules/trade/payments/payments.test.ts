import { beforeEach, describe, expect, it } from 'vitest'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { makeIds, makeManualClock, makeSeededRandom, money, systemRandom, type Log, type OrderId,
  type PaymentId, type RefundId } from '#kernel'
import type { Payments, ProviderEvent } from './contract.ts'
import { makePayments } from './index.ts'
import { makeFakeProvider, makeMemoryPayments, makeMemoryTransactor, type FakeProvider,
} from './testing.ts'

interface Rig {
  readonly payments: Payments<unknown> & { sweep(): Promise<void> }
  transaction<T>(run: (tx: unknown) => Promise<T>): Promise<T>
}
const price = money(2490, 'EUR')
const clock = makeManualClock()
const ids = makeIds({ clock, random: systemRandom })
let errors: string[] = []
const log: Log = {
  debug() {}, info() {}, warn() {}, error: (event) => void errors.push(event), child: () => log,
}
let fake: FakeProvider
let rig: Rig
let orderId: OrderId
const at = useTestDatabase({ only: ['trade_payments'] })

const stores: readonly [string, () => Rig][] = [
  ['memory', () => {
    const database = makeMemoryTransactor()
    const payments = makeMemoryPayments({ database, provider: fake.provider, clock, ids, log })
    return { payments: payments as Rig['payments'], transaction: database.transaction }
  }],
  ['PostgreSQL', () => {
    const { database } = at
    const payments = makePayments({ database, provider: fake.provider, clock, ids, log })
    const transaction = database.transaction as Rig['transaction']
    return { payments: payments as Rig['payments'], transaction }
  }],
]

const open = () => rig.payments.open({
  orderId, amount: price, orderNumber: 'SC-1', returnUrl: 'http://x.test', nowMs: clock.nowMs(),
})
const apply = (event: ProviderEvent) =>
  rig.transaction((tx) => rig.payments.applyEvent(tx, event))
const drain = async () => {
  const results = []
  for (const event of fake.outbox.splice(0)) results.push(await apply(event))
  return results
}
const stateOf = async (id: PaymentId) =>
  (await rig.payments.readByOrder(orderId)).find((row) => row.id === id)?.state
const steps = async () => (await rig.payments.readSteps(orderId)).map((step) => step.what)
const openRefund = (more: { owed?: boolean; paymentId?: PaymentId } = {}) =>
  rig.transaction((tx) => rig.payments.openRefund(tx, {
    orderId, reason: 'asked', restock: false, nowMs: clock.nowMs(), ...more,
  }))
const capture = async () => {
  const { id } = await open()
  fake.answer(id, 'captured')
  await drain()
  return id
}
const listOpen = async (olderThanMs: number) =>
  (await rig.payments.listOpen(clock.nowMs(), olderThanMs, 500))
    .filter((matter) => matter.orderId === orderId)
const saying = (paymentId: PaymentId, state: string, more: object = {}) => ({
  kind: 'intent', eventId: `evt_${paymentId}_${state}`, paymentId, state, amount: price,
  atMs: clock.nowMs(), ...more,
}) as ProviderEvent

describe.each(stores)('payments over %s', (_name, makeRig) => {
  beforeEach(() => {
    errors = []
    fake = makeFakeProvider({ clock })
    rig = makeRig()
    orderId = ids.make('ord')
  })

  it('PAY1 opens one payment, however often and at once it is asked', async () => {
    const rows = await Promise.all([open(), open(), open(), open()])
    expect(new Set(rows.map((row) => row.id)).size).toBe(1)
    expect(await open()).toMatchObject({ id: rows[0]!.id, state: 'challenge' })
    expect(await rig.payments.readByOrder(orderId)).toHaveLength(1)
    fake.answer(rows[0]!.id, 'declined')
    await drain()
    expect((await open()).id).not.toBe(rows[0]!.id)
  })

  it('PAY2 has the row before the provider is asked, and lists it after a crash', async () => {
    fake.setTrouble(() => {
      throw new Error('the process dies here')
    })
    await expect(open()).rejects.toThrow('dies')
    expect((await rig.payments.readByOrder(orderId)).map((row) => row.state)).toEqual(['created'])
    await clock.advance(5000)
    expect(await listOpen(5000)).toMatchObject([{ kind: 'payment', orderId }])
  })

  it('PAY3 keeps an unclear answer as unknown, and a slow one after four seconds', async () => {
    fake.setTrouble(() => 'unanswered')
    const row = await open()
    expect(row.state).toBe('unknown')
    fake.setTrouble(() => 'none')
    expect(await open()).toMatchObject({ id: row.id, state: 'challenge' })
    orderId = ids.make('ord')
    let wasCalled = () => {}
    const called = new Promise<void>((done) => { wasCalled = done })
    const never = () => {
      wasCalled()
      return new Promise<never>(() => {})
    }
    Object.assign(fake.provider, { createIntent: never })
    const slow = open()
    await called
    await clock.advance(4000)
    expect((await slow).state).toBe('unknown')
  })

  it('PAY4 tells a provider that was not reached, and asks again with the same id', async () => {
    fake.setTrouble(() => 'down')
    await expect(open()).rejects.toMatchObject({ code: 'payments.provider_down' })
    const [before] = await rig.payments.readByOrder(orderId)
    expect(before?.state).toBe('created')
    fake.setTrouble(() => 'none')
    expect(await open()).toMatchObject({ id: before!.id, state: 'challenge' })
  })

  it('PAY5 leaves a capture at opening to its event', async () => {
    fake.setFirstState('captured')
    const row = await open()
    expect(row.state).toBe('unknown')
    expect(await drain()).toMatchObject([{ changed: true, payment: { state: 'captured' } }])
    expect(await open()).toMatchObject({ id: row.id, state: 'captured' })
  })

  it('PAY6 counts an event once, also two copies at once', async () => {
    const { id } = await open()
    await drain()
    fake.answer(id, 'captured')
    const [event] = fake.outbox.splice(0)
    const both = await Promise.all([apply(event!), apply(event!), apply(event!)])
    expect(both.filter((result) => result.changed)).toHaveLength(1)
    expect((await apply(event!)).changed).toBe(false)
  })

  it('PAY7 never steps back from a capture', async () => {
    const id = await capture()
    for (const state of ['challenge', 'processing', 'declined', 'captured']) {
      const late = saying(id, state, { eventId: `late_${id}_${state}` })
      expect((await apply(late)).changed).toBe(false)
    }
    expect(await stateOf(id)).toBe('captured')
  })

  it('PAY8 takes a capture after a decline', async () => {
    const { id } = await open()
    await apply(saying(id, 'declined'))
    expect((await apply(saying(id, 'captured'))).payment?.state).toBe('captured')
  })

  it('PAY9 does not apply another amount or currency, and raises one alarm', async () => {
    const { id } = await open()
    const wrong = saying(id, 'captured', { amount: money(2489, 'EUR') })
    expect((await apply(wrong)).changed).toBe(false)
    expect((await apply(wrong)).changed).toBe(false)
    expect(await stateOf(id)).toBe('challenge')
    expect(errors).toEqual(['payments.amount_differs'])
    await apply(saying(id, 'captured', { eventId: `usd_${id}`, amount: money(2490, 'USD') }))
    expect(await stateOf(id)).toBe('challenge')
    expect((await steps()).filter((what) => what === 'payment_alarm')).toHaveLength(2)
  })

  it('PAY10 is not moved by an event about nobody', async () => {
    const nobody = { changed: false, payment: null, orderId: null }
    expect(await apply(saying(ids.make('pay'), 'captured'))).toEqual(nobody)
    expect(await apply({
      kind: 'refund', eventId: 'x', refundId: ids.make('ref'), state: 'refunded', amount: price,
      atMs: 0,
    })).toEqual(nobody)
  })

  it('PAY11 opens one refund of a captured payment, and none of another', async () => {
    expect(await openRefund()).toBeNull()
    const id = await capture()
    const all = await Promise.all([openRefund(), openRefund(), openRefund()])
    expect(all.filter((refund) => refund !== null)).toHaveLength(1)
    expect(await openRefund({ paymentId: id })).toBeNull()
  })

  it('PAY12 keeps a refund open without a clear answer, and asks with the same id', async () => {
    await capture()
    const refund = (await openRefund())!
    fake.setTrouble(() => 'unanswered')
    expect(await rig.payments.pushRefund(refund.refundId)).toBe('unknown')
    fake.setTrouble(() => 'none')
    await clock.advance(5000)
    const [matter] = await listOpen(5000)
    expect(matter).toMatchObject({ kind: 'refund', refundId: refund.refundId })
    expect(await rig.payments.ask(matter!)).toBeNull()
    expect([...fake.refunds.keys()]).toEqual([refund.refundId])
    fake.finishRefund(refund.refundId, 'refunded')
    expect(await rig.payments.ask(matter!)).toMatchObject({ kind: 'refund', state: 'refunded' })
  })

  it('PAY13 stays captured after a failed refund, and believes in a late success', async () => {
    const id = await capture()
    const { refundId } = (await openRefund())!
    await rig.payments.pushRefund(refundId)
    fake.finishRefund(refundId, 'failed')
    await drain()
    expect(await stateOf(id)).toBe('captured')
    expect((await rig.payments.readRefund(refundId))?.state).toBe('failed')
    const late = {
      kind: 'refund', eventId: `late_${refundId}`, refundId, state: 'refunded', amount: price,
      atMs: 0,
    } as const
    expect((await apply(late)).changed).toBe(true)
    expect(await stateOf(id)).toBe('refunded')
    expect(await openRefund()).toBeNull()
  })

  it('PAY14 opens an owed refund again, later each time', async () => {
    await capture()
    const waits: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      const { refundId } = (await openRefund({ owed: true }))!
      const startMs = clock.nowMs()
      while ((await listOpen(0)).length === 0) await clock.advance(1000)
      waits.push(clock.nowMs() - startMs)
      await rig.payments.pushRefund(refundId)
      fake.finishRefund(refundId, 'failed')
      await drain()
    }
    expect(waits).toEqual([0, 10_000, 20_000, 40_000])
  })

  it('PAY15 lists what is open by age, waiting longer after each question', async () => {
    const { id } = await open()
    await clock.advance(59_999)
    expect(await listOpen(5000)).toEqual([])
    await clock.advance(1)
    const [matter] = await listOpen(5000)
    expect(matter).toMatchObject({ kind: 'payment', paymentId: id })
    await rig.payments.ask(matter!)
    await clock.advance(119_999)
    expect(await listOpen(5000)).toEqual([])
    await clock.advance(1)
    expect(await listOpen(5000)).toHaveLength(1)
    fake.answer(id, 'captured')
    await drain()
    expect(await listOpen(0)).toEqual([])
  })

  it('PAY16 gives up a payment that the provider never heard of after a minute', async () => {
    fake.setTrouble((call) => call === 'createIntent' ? 'lost' : 'none')
    const { id } = await open()
    const [matter] = await listOpen(0)
    await clock.advance(59_000)
    expect(await rig.payments.ask(matter!)).toBeNull()
    await clock.advance(1000)
    const event = await rig.payments.ask(matter!)
    expect(event).toMatchObject({ kind: 'intent', state: 'declined' })
    await apply(event!)
    expect(await stateOf(id)).toBe('declined')
  })

  it('PAY17 keeps a challenge page that it learned by asking', async () => {
    fake.setTrouble((call) => call === 'createIntent' ? 'unanswered' : 'none')
    const row = await open()
    expect(row.challengeUrl).toBeNull()
    const event = await rig.payments.ask((await listOpen(0))[0]!)
    await apply(event!)
    const [now] = await rig.payments.readByOrder(orderId)
    expect(now).toMatchObject({ state: 'challenge', challengeUrl: `/fake/${row.id}` })
  })

  it('PAY19 forgets event ids after seven days, not before', async () => {
    const { id } = await open()
    const wrong = saying(id, 'captured', { amount: money(1, 'EUR') })
    await apply(wrong)
    await clock.advance(6 * 24 * 3600_000)
    await rig.payments.sweep()
    await apply(wrong)
    expect(errors).toHaveLength(1)
    await clock.advance(2 * 24 * 3600_000)
    await rig.payments.sweep()
    await apply(wrong)
    expect(errors).toHaveLength(2)
  })

  it('PAY20 hears of a refund made without us, but waits for the word on its own', async () => {
    const id = await capture()
    expect((await apply(saying(id, 'refunded'))).payment?.state).toBe('refunded')
    orderId = ids.make('ord')
    const second = await capture()
    const { refundId } = (await openRefund())!
    expect((await apply(saying(second, 'refunded'))).changed).toBe(false)
    expect((await rig.payments.readRefund(refundId))?.state).toBe('open')
  })

  it('PAY21 leaves one step per change', async () => {
    await capture()
    const { refundId } = (await openRefund())!
    await rig.payments.pushRefund(refundId)
    fake.finishRefund(refundId, 'refunded')
    await drain()
    await drain()
    expect(await steps()).toEqual(['payment_opened', 'payment_challenge', 'payment_captured',
      'refund_opened', 'refund_done'])
  })

  it('PAY22 asks again about a declined payment, three times', async () => {
    const { id } = await open()
    fake.answer(id, 'declined')
    await drain()
    const waits: number[] = []
    for (let turn = 0; turn < 3; turn++) {
      const startMs = clock.nowMs()
      while ((await listOpen(5000)).length === 0) await clock.advance(600_000)
      waits.push((clock.nowMs() - startMs) / 3600_000)
      if (turn === 2) fake.setIntent(id, 'captured')
      const event = await rig.payments.ask((await listOpen(5000))[0]!)
      if (event) await apply(event)
    }
    expect(waits).toEqual([1, 2, 4])
    expect(await stateOf(id)).toBe('captured')
    expect(await listOpen(0)).toEqual([])
  })

  it('undoes an event whose transaction fails, and takes it the next time', async () => {
    const { id } = await open()
    await drain()
    fake.answer(id, 'captured')
    const [event] = fake.outbox.splice(0)
    await expect(rig.transaction(async (tx) => {
      await rig.payments.applyEvent(tx, event!)
      throw new Error('no')
    })).rejects.toThrow('no')
    expect(await stateOf(id)).toBe('challenge')
    expect((await apply(event!)).changed).toBe(true)
  })

  it('finds the order of an event, and nothing for strangers', async () => {
    const id = await capture()
    const { refundId } = (await openRefund())!
    expect(await rig.payments.findOrder(saying(id, 'captured'))).toBe(orderId)
    const about = (which: RefundId) => rig.payments.findOrder({
      kind: 'refund', eventId: 'x', refundId: which, state: 'failed', amount: price, atMs: 0,
    })
    expect(await about(refundId)).toBe(orderId)
    expect(await about(ids.make('ref'))).toBeNull()
  })
})

it('PAY7 ends the same in any order of events: captured until refunded', async () => {
  const { afterEvent } = await import('./model.ts')
  const said = ['challenge', 'captured', 'declined', 'refunded', 'processing'] as const
  const random = makeSeededRandom(7)
  for (let run = 0; run < 2000; run++) {
    let state: Parameters<typeof afterEvent>[0] = 'created'
    const heard = Array.from({ length: 8 }, () => said[random.int(0, 4)]!)
    for (const word of heard) state = afterEvent(state, word) ?? state
    const expected = heard.includes('refunded') ? 'refunded'
      : heard.includes('captured') ? 'captured' : state
    expect(state).toBe(expected)
    if (!heard.includes('captured') && !heard.includes('refunded')) {
      expect(state === 'declined').toBe(heard.includes('declined'))
    }
  }
})
