import { Fault, type OrderId } from '#kernel'
import type { DeskOrder } from '#trade/orders/contract'
import type { World } from './world.ts'

/** Trouble that the world expects; anything else is a bug and ends the run. */
async function tolerate(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof Fault && error.retryable)) throw error
  }
}

function makeActions(world: World, orders: DeskOrder[]) {
  const { random, fake } = world
  const pick = <T>(list: readonly T[]): T | undefined => list[random.int(0, list.length - 1)]
  const onOrder = (act: (order: DeskOrder) => Promise<unknown>) => async () => {
    const order = pick(orders)
    if (order) await act(order)
  }
  async function deliver(): Promise<void> {
    const { outbox } = fake
    const at = random.int(0, outbox.length - 1)
    const event = outbox[at]
    if (!event) return
    const fate = random.int(1, 10)
    // One in ten stays for a second delivery, one in five is lost.
    if (fate > 1) outbox.splice(at, 1)
    if (fate > 8) return
    await world.settle(event).catch((error: unknown) => {
      outbox.push(event)
      throw error
    })
  }
  const finish = async () => {
    const id = pick([...fake.refunds.keys()])
    if (id) fake.finishRefund(id, random.int(1, 3) === 1 ? 'failed' : 'refunded')
  }
  const answer = async () => {
    const id = pick([...fake.intents.keys()])
    if (id) fake.answer(id, random.int(1, 4) === 1 ? 'declined' : 'captured')
  }
  const place = async () => {
    const order = await world.place()
    if (order) orders.push(order)
  }
  /** A provider with two minds: it declined, then it has the money after all. */
  const changeMind = async () => {
    const declined = [...fake.intents].filter(([, it]) => it.state === 'declined')
    const id = pick(declined)?.[0]
    if (id) fake.setIntent(id, 'captured')
  }
  return [
    place, onOrder(world.pay), onOrder(world.pay), answer, answer, deliver, deliver, deliver,
    world.expire, onOrder(world.cancel),
    onOrder((order) => world.refund(order, random.int(0, 1) > 0)),
    () => world.reconcile({ olderThanMs: 1000 }), finish, finish, changeMind,
    () => world.clock.advance(random.int(1000, 400_000)),
  ]
}

/** The provider behaves again, nothing more is delivered: reconciliation alone must end it all. */
async function comeToRest(world: World): Promise<void> {
  const { fake, clock } = world
  fake.setTrouble(() => 'none')
  fake.outbox.length = 0
  for (let round = 0; round < 12; round++) {
    for (const id of fake.refunds.keys()) fake.finishRefund(id, 'refunded')
    fake.outbox.length = 0
    await world.reconcile({ olderThanMs: 0 })
    await world.expire()
    await clock.advance(3_700_000)
  }
}

async function judge(world: World, orders: readonly DeskOrder[]): Promise<string[]> {
  const problems: string[] = []
  for (const placed of orders) {
    const order = await world.read(placed)
    const rows = await world.payments.readByOrder(placed.id as OrderId)
    const atProvider = rows.map((row) => world.fake.intents.get(row.id)?.state)
    const kept = atProvider.filter((state) => state === 'captured').length
    const say = (what: string) =>
      problems.push(`${placed.number} ${order?.state}: ${what} (${atProvider.join(' ')})`)
    if (order?.state === 'paid' && kept !== 1) say(`${kept} payments stand for a paid order`)
    if (order?.state !== 'paid' && kept !== 0) say('money without an order or a refund')
    if (order?.state === 'held' || order?.state === 'refund_pending') say('never came to rest')
    const differs = rows.some((row, at) => row.state !== atProvider[at]
      && (row.state === 'captured' || atProvider[at] === 'captured'))
    if (differs) say(`the books say ${rows.map((row) => row.state).join(' ')}`)
  }
  return problems
}

/** A sale in which everything goes wrong in any order; answers what is not right at its end. */
export async function simulate(world: World, steps: number): Promise<string[]> {
  const orders: DeskOrder[] = []
  const { random } = world
  const actions = makeActions(world, orders)
  const troubles = ['none', 'none', 'none', 'lost', 'unanswered', 'down'] as const
  world.fake.setTrouble(() => troubles[random.int(0, troubles.length - 1)]!)
  for (let step = 0; step < steps; step++) {
    const together = Array.from({ length: random.int(1, 3) }, () =>
      tolerate(actions[random.int(0, actions.length - 1)]!()))
    await Promise.all(together)
  }
  await comeToRest(world)
  return judge(world, orders)
}
