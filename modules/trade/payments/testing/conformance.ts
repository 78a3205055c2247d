import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeIds, money, systemClock, systemRandom, type PaymentId } from '#kernel'
import type { PaymentProvider, ProviderEvent } from '../contract.ts'

export interface Delivery {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array
}

/** A provider with everything around it that its conformance needs. */
export interface ProviderRig {
  readonly provider: PaymentProvider
  /** Every webhook that has arrived, oldest first. */
  readonly deliveries: readonly Delivery[]
  approve(id: PaymentId): Promise<void>
  decline(id: PaymentId): Promise<void>
  /** A signature as the provider itself would make it. */
  sign(body: string, seconds: number): Delivery
  /** Writes are done but never answered, or answered again. */
  setSilent(isSilent: boolean): Promise<void>
  /** Refunds fail at the provider, or work again. */
  setRefundsFail(doFail: boolean): Promise<void>
  stop(): Promise<void>
}

const ids = makeIds({ clock: systemClock, random: systemRandom })
const price = money(2490, 'EUR')

async function until<T>(look: () => T | undefined | false, what: string): Promise<T> {
  const end = Date.now() + 8000
  for (;;) {
    const found = look()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
    await systemClock.sleep(20)
  }
}

/** One suite for every provider: what the port promises, tried on the real thing. */
export function paymentProviderConformance(name: string, setUp: () => Promise<ProviderRig>): void {
  describe(`payment provider ${name}`, () => {
    let rig: ProviderRig
    beforeAll(async () => { rig = await setUp() })
    afterAll(() => rig?.stop())

    const create = async (paymentId: PaymentId = ids.make('pay')) => ({
      paymentId,
      ...await rig.provider.createIntent({
        paymentId, amount: price, orderNumber: 'SC-100001', returnUrl: 'http://shop.test/back',
      }),
    })
    const events = (): ProviderEvent[] => rig.deliveries.flatMap(({ headers, body }) => {
      const read = rig.provider.readWebhook(headers, body, Date.now())
      return read.ok ? [read.value] : []
    })
    const eventOf = (paymentId: PaymentId, state: string) => until(() => events().find((event) =>
      event.kind === 'intent' && event.paymentId === paymentId && event.state === state), state)

    it('opens an intent with a challenge page, and reads it back', async () => {
      const { paymentId, state, challengeUrl } = await create()
      expect(state).toBe('challenge')
      expect(challengeUrl).toMatch(/^(\/|https?:)/)
      expect(await rig.provider.readIntent(paymentId)).toEqual(
        { state: 'challenge', amount: price, challengeUrl })
    })

    it('is idempotent by payment id, also for calls at the same moment', async () => {
      const paymentId = ids.make('pay')
      const answers = await Promise.all([create(paymentId), create(paymentId), create(paymentId)])
      expect(new Set(answers.map((answer) => answer.challengeUrl)).size).toBe(1)
    })

    it('does not know what it was never told', async () => {
      expect(await rig.provider.readIntent(ids.make('pay'))).toBeNull()
      expect(await rig.provider.readRefund(ids.make('ref'))).toBeNull()
    })

    it('tells a capture with our id and the exact amount', async () => {
      const { paymentId } = await create()
      await rig.approve(paymentId)
      expect(await eventOf(paymentId, 'captured')).toMatchObject({ paymentId, amount: price })
      expect((await rig.provider.readIntent(paymentId))?.state).toBe('captured')
    })

    it('tells a decline, which a later answer does not change', async () => {
      const { paymentId } = await create()
      await rig.decline(paymentId)
      await eventOf(paymentId, 'declined')
      await rig.approve(paymentId)
      expect((await rig.provider.readIntent(paymentId))?.state).toBe('declined')
    })

    it('refunds once and tells it', async () => {
      const { paymentId } = await create()
      await rig.approve(paymentId)
      const wish = { refundId: ids.make('ref'), paymentId, amount: price }
      const states = await Promise.all([rig.provider.refund(wish), rig.provider.refund(wish)])
      expect(states.map((answer) => answer.state)).not.toContain('failed')
      const told = await until(() => events().find((event) =>
        event.kind === 'refund' && event.refundId === wish.refundId), 'the refund')
      expect(told).toMatchObject({ state: 'refunded', amount: price })
      expect(await rig.provider.readRefund(wish.refundId)).toEqual({ state: 'refunded' })
      expect((await rig.provider.readIntent(paymentId))?.state).toBe('refunded')
      const again = await rig.provider.refund({ ...wish, refundId: ids.make('ref') })
      expect(again.state).toBe('failed')
    })

    it('says so when a refund fails', async () => {
      await rig.setRefundsFail(true)
      const { paymentId } = await create()
      await rig.approve(paymentId)
      const refundId = ids.make('ref')
      await rig.provider.refund({ refundId, paymentId, amount: price })
      await until(() => events().find((event) =>
        event.kind === 'refund' && event.refundId === refundId && event.state === 'failed'), 'no')
      await rig.setRefundsFail(false)
      expect(await rig.provider.readRefund(refundId)).toEqual({ state: 'failed' })
    })

    it('throws payments.no_answer when nothing clear comes back', async () => {
      await rig.setSilent(true)
      const paymentId = ids.make('pay')
      await expect(create(paymentId)).rejects.toMatchObject(
        { code: 'payments.no_answer', retryable: true })
      await rig.setSilent(false)
      expect((await rig.provider.readIntent(paymentId))?.state).toBe('challenge')
    })

    webhookRules(() => rig, create, eventOf)
  })
}

type Create = () => Promise<{ paymentId: PaymentId }>
type EventOf = (id: PaymentId, state: string) => Promise<ProviderEvent>

function webhookRules(rig: () => ProviderRig, create: Create, eventOf: EventOf): void {
  const genuine = async () => {
    const { paymentId } = await create()
    const event = await eventOf(paymentId, 'challenge')
    const delivery = rig().deliveries.find(({ body }) =>
      Buffer.from(body).toString().includes(event.eventId))
    if (!delivery) throw new Error('the delivery is gone')
    return { event, delivery }
  }
  const codeOf = (delivery: Delivery, nowMs = Date.now()) => {
    const read = rig().provider.readWebhook(delivery.headers, delivery.body, nowMs)
    return read.ok ? 'taken' : read.refusal.code
  }

  it('PAY18 refuses forged webhooks: another body, another key, no signature', async () => {
    const { delivery } = await genuine()
    expect(codeOf(delivery)).toBe('taken')
    const text = Buffer.from(delivery.body).toString()
    const forged: Delivery[] = [
      { ...delivery, body: Buffer.from(text.replace('2490', '1')) },
      { ...delivery, body: Buffer.concat([delivery.body, Buffer.from(' ')]) },
      { ...delivery, headers: {} },
      ...['', 't=1', 'v1=00', 't=1,v1=zz', `t=1,v1=${'0'.repeat(64)}`, 'x'.repeat(100_000)]
        .map((value) => ({ ...delivery, headers: { 'x-sandbox-signature': value } })),
      { ...delivery, headers: { 'x-sandbox-signature': ['t=1,v1=00', 't=1,v1=00'] } },
    ]
    for (const one of forged) expect(codeOf(one)).toBe('trade.payments.webhook_forged')
  })

  it('PAY18 refuses stale webhooks: a replay after five minutes, a clock far ahead', async () => {
    const { delivery } = await genuine()
    expect(codeOf(delivery, Date.now() + 290_000)).toBe('taken')
    expect(codeOf(delivery, Date.now() + 310_000)).toBe('trade.payments.webhook_stale')
    expect(codeOf(delivery, Date.now() - 310_000)).toBe('trade.payments.webhook_stale')
  })

  it('PAY18 refuses signed bodies that do not parse, whatever they hold', async () => {
    const { delivery } = await genuine()
    const whole = JSON.parse(Buffer.from(delivery.body).toString()) as
      { data: Record<string, unknown> }
    const data = (change: Record<string, unknown>) =>
      JSON.stringify({ ...whole, data: { ...whole.data, ...change } })
    const bodies = [
      '', 'null', '[]', '"x"', '{', '{}', '\u0000', '{"__proto__":{"id":"x"}}',
      data({ reference: "pay_1' or 1=1 --" }), data({ reference: null }), data({ amount: '2490' }),
      data({ amount: 24.9 }), data({ amount: -1 }), data({ amount: 1e300 }),
      data({ currency: 'eur' }), data({ status: 'toString' }), data({ status: 'won' }),
      JSON.stringify({ ...whole, type: 'party.started' }), JSON.stringify({ ...whole, id: '' }),
      JSON.stringify({ ...whole, id: 'x'.repeat(5000) }),
    ]
    const seconds = Math.floor(Date.now() / 1000)
    for (const body of bodies) {
      expect([body, codeOf(rig().sign(body, seconds))]).toEqual(
        [body, 'trade.payments.webhook_malformed'])
    }
  })

  it('gives a replayed webhook the same event id', async () => {
    const { delivery, event } = await genuine()
    const again = rig().provider.readWebhook(delivery.headers, delivery.body, Date.now())
    expect(again.ok && again.value.eventId).toBe(event.eventId)
  })
}
