import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeSandboxControl, makeSandboxPay } from '#adapters/pay-sandbox'
import { startReceiver, startSandboxPay, type RunningSandbox } from '#adapters/pay-sandbox/testing'
import { writeFacts, type Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { Fault, makeIds, systemClock, systemRandom, type OrderId, type PaymentId } from '#kernel'
import { makeOrders } from '#trade/orders'
import type { DeskOrder } from '#trade/orders/contract'
import { checkOrders } from '#trade/orders/testing'
import { makePayments } from '#trade/payments'
import type { PaymentProvider } from '#trade/payments/contract'
import { makeStock } from '#trade/stock'
import { checkStock } from '#trade/stock/testing'
import { makeTools, makeWorld, type World } from './testing/world.ts'

const test = useTestDatabase({ only: ['trade_stock', 'trade_orders', 'trade_payments'] })
const clock = systemClock
let receiver: Awaited<ReturnType<typeof startReceiver>>
let sandbox: RunningSandbox
let world: World

const provider = () => makeSandboxPay({ ...sandbox, clock, deadlineMs: 400 })
/** The process comes back at another port after a crash: every call finds it anew. */
const lasting: PaymentProvider = {
  name: 'sandbox',
  createIntent: (wish) => provider().createIntent(wish),
  readIntent: (id) => provider().readIntent(id),
  refund: (wish) => provider().refund(wish),
  readRefund: (id) => provider().readRefund(id),
  readWebhook: (...delivery) => provider().readWebhook(...delivery),
}
const control = () => makeSandboxControl({ ...sandbox, clock })

beforeAll(async () => {
  receiver = await startReceiver()
  sandbox = await startSandboxPay(receiver.url)
  const { database } = test
  const ids = makeIds({ clock, random: systemRandom })
  const tools = { ...makeTools(1), ids, clock: { ...clock, advance: clock.sleep } }
  const stock = makeStock<Tx>({ database, ids })
  world = makeWorld(tools, {
    database, stock, orders: makeOrders<Tx>({ database, writeFacts, ids }),
    payments: makePayments<Tx>({ ...tools, database, provider: lasting }),
  }) as unknown as World
  const warehouse = await stock.ensureWarehouse({ name: 'Leipzig', country: 'DE', serves: ['DE'] })
  await stock.setLevel(world.variantId, warehouse, 100)
})
afterAll(async () => {
  await sandbox.stop()
  await receiver.stop()
})

/** What has arrived so far, heard the way the route hears it. */
async function hear(): Promise<void> {
  for (const { headers, body } of receiver.received.splice(0)) {
    const event = provider().readWebhook(headers, body, clock.nowMs())
    if (!event.ok) throw new Error(event.refusal.code)
    await world.settle(event.value)
  }
}

async function until(look: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 12_000
  while (!await look()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
    await clock.sleep(50)
  }
}

it('pays and refunds through a provider that loses, doubles, hangs and dies', async () => {
  await control().behave({
    loseRate: 0.3, duplicateRate: 0.4, reorder: true, delayMs: 100, noAnswerRate: 0.3,
  })
  const orders: DeskOrder[] = []
  for (let turn = 0; turn < 12; turn++) orders.push((await world.place())!)
  // Buyers press again until the bank's page shows.
  await until(async () => {
    const answers = await Promise.all(orders.map((order) => world.pay(order)))
    return answers.every((answer) => answer.ok && answer.value.state === 'challenge')
  }, 'challenges')
  const rows = await Promise.all(orders.map(async (order) =>
    (await world.payments.readByOrder(order.id as OrderId))[0]!))
  const answers = rows.map((row, at) => at % 4 === 0 ? control().decline(row.id)
    : control().approve(row.id))
  await Promise.all(answers)
  await hear()
  await sandbox.kill()
  await world.reconcile({ olderThanMs: 0 })
  sandbox = await sandbox.restart()
  const states = () =>
    Promise.all(orders.map(async (order) => (await world.read(order))?.state))
  const wanted = rows.map((_, at) => at % 4 === 0 ? 'held' : 'paid')
  await until(async () => {
    await hear()
    await world.reconcile({ olderThanMs: 0 })
    return String(await states()) === String(wanted)
  }, 'paid orders')
  for (const order of orders.filter((_, at) => at % 4 === 1)) await world.refund(order, true)
  await until(async () => {
    await hear()
    await world.reconcile({ olderThanMs: 0 })
    return (await states()).filter((state) => state === 'refunded').length === 3
  }, 'refunds')
  const atProvider = async (id: PaymentId) => (await provider().readIntent(id))?.state
  expect(await Promise.all(rows.map((row) => atProvider(row.id)))).toEqual(
    rows.map((_, at) => (['declined', 'refunded', 'captured', 'captured'] as const)[at % 4]))
  expect(await checkStock(test.database.kysely)).toEqual([])
  expect(await checkOrders(test.database.kysely)).toEqual([])
}, 40_000)

it('says that the provider is down while it is', async () => {
  await sandbox.kill()
  const order = (await world.place())!
  const answer = await world.pay(order).catch((error: unknown) => error)
  expect(answer).not.toBeInstanceOf(Fault)
  expect(answer).toEqual({ ok: false, refusal: { code: 'trade.payments.provider_down' } })
  sandbox = await sandbox.restart()
  await control().behave({ noAnswerRate: 0 })
  expect(await world.pay(order)).toMatchObject({ ok: true, value: { state: 'challenge' } })
}, 20_000)
