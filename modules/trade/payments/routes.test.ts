import { expect, it } from 'vitest'
import { Fault, makeIds, ok, refuse, systemClock, systemRandom, type Refusal, type Result,
} from '#kernel'
import type { ProviderEvent } from './contract.ts'
import { makePaymentsRoutes } from './routes.ts'
import { makeFakeProvider } from './testing.ts'

const ids = makeIds({ clock: systemClock, random: systemRandom })
const { provider } = makeFakeProvider({ clock: systemClock })
const settled: ProviderEvent[] = []
const event = { kind: 'intent', eventId: 'evt_1' } as ProviderEvent
const asked: unknown[] = []
let read: ReturnType<typeof provider.readWebhook> = ok(event)
let settle = async (heard: ProviderEvent): Promise<unknown> => settled.push(heard)
const { handlers } = makePaymentsRoutes({
  provider: { ...provider, readWebhook: () => read }, clock: systemClock,
  pay: async (...args) => {
    asked.push(args)
    return refuse('trade.payments.unknown')
  },
  refund: async (...args) => {
    asked.push(args)
    return ok({ state: 'refund_pending' as const })
  },
  settle: (heard) => settle(heard),
})
const call = (name: string, more: object = {}): Promise<Result<unknown, Refusal>> =>
  handlers[name]!({ headers: {}, body: new Uint8Array(), ...more })

it('a webhook is taken only after it has been settled', async () => {
  expect(await call('POST /webhooks/sandbox')).toEqual(ok({ received: true }))
  expect(settled).toEqual([event])
  settle = async () => {
    throw new Fault('store.unavailable', { retryable: true })
  }
  await expect(call('POST /webhooks/sandbox')).rejects.toMatchObject({ code: 'store.unavailable' })
})

it('a webhook that is refused settles nothing', async () => {
  settled.length = 0
  for (const code of ['webhook_forged', 'webhook_stale', 'webhook_malformed'] as const) {
    read = refuse(`trade.payments.${code}`)
    expect(await call('POST /webhooks/sandbox')).toEqual(read)
  }
  expect(settled).toEqual([])
})

it('hands the caller and the order on, nothing else', async () => {
  const who = { personId: ids.make('per') }
  const params = { orderId: ids.make('ord') }
  const body = { reason: 'broken', restock: true }
  await call('POST /api/orders/:orderId/pay', { who, params })
  await call('POST /api/desk/orders/:orderId/refund', { who, params, body })
  expect(asked).toEqual([[who, params.orderId], [who, { ...params, ...body }]])
})
