import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { makeIds, silentLog, systemClock, systemRandom } from '#kernel'
import type { Fact, FactListener } from '#kernel'
import { connect } from '../database.ts'
import type { Database, Tx } from '../database.ts'
import { useTestDatabase } from '../testing/index.ts'
import { writeFacts } from './outbox.ts'
import { makeRelay } from './relay.ts'
import type { Relay } from './relay.ts'

const test = useTestDatabase({ only: [], poolSize: 30 })
const ids = makeIds({ clock: systemClock, random: systemRandom })
const relays: Relay[] = []
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()))
  await sql`truncate house.outbox, house.cursors`.execute(test.database.kysely)
})

const fact = (aggregate: string, n = 0, name = 'OrderPlaced'): Fact => ({
  id: ids.make('fct'), name, version: 1, aggregate, atMs: systemClock.nowMs(), payload: { n },
})
const write = (...facts: Fact[]) => test.database.transaction((tx) => writeFacts(tx, facts))

function listen(name: string, wants = ['OrderPlaced']) {
  const heard: Fact[] = []
  const listener: FactListener = { name, wants, async handle(facts) { heard.push(...facts) } }
  return { ...listener, heard }
}
function relayOf(
  listeners: FactListener[], database: Database = test.database, pollMs = 50,
): Relay {
  const relay = makeRelay({ database, clock: systemClock, log: silentLog, listeners, pollMs })
  relays.push(relay)
  relay.start()
  return relay
}
async function until(isTrue: () => boolean, ms = 8000): Promise<void> {
  const end = systemClock.steadyMs() + ms
  while (!isTrue()) {
    if (systemClock.steadyMs() > end) throw new Error('waited in vain')
    await systemClock.sleep(5)
  }
}
const numbers = (facts: readonly Fact[]) => facts.map((one) => (one.payload as { n: number }).n)

describe('relay', () => {
  it('delivers what was written, whole and in order', async () => {
    const ear = listen('a')
    const sent = Array.from({ length: 1300 }, (_, n) => fact(`ord_${n % 7}`, n))
    await write(...sent)
    relayOf([ear])
    await until(() => ear.heard.length >= 1300)
    expect(ear.heard).toEqual(sent)
  })

  it('delivers at once after a poke', async () => {
    const ear = listen('a')
    const relay = relayOf([ear], test.database, 60_000)
    await write(fact('warm'))
    await until(() => (relay.poke(), ear.heard.length === 1))
    await systemClock.sleep(50)
    const start = systemClock.steadyMs()
    await write(fact('b'))
    relay.poke()
    await until(() => ear.heard.length === 2)
    expect(systemClock.steadyMs() - start).toBeLessThan(1000)
  })

  it('never skips a transaction that began early and commits late', async () => {
    const ear = listen('a')
    const relay = relayOf([ear])
    const sent: string[] = []
    const writer = async (seed: number) => {
      for (let turn = 0; turn < 12; turn++) {
        const facts = [fact(`w${seed}`, turn), fact(`w${seed}`, turn)]
        await test.database.transaction(async (tx) => {
          await writeFacts(tx, facts.slice(0, 1))
          // Numbers were taken; others overtake before this commits.
          await systemClock.sleep((seed * 7 + turn * 13) % 40)
          await writeFacts(tx, facts.slice(1))
        })
        relay.poke()
        sent.push(...facts.map((one) => one.id))
      }
    }
    await Promise.all(Array.from({ length: 20 }, (_, seed) => writer(seed)))
    await until(() => ear.heard.length >= sent.length)
    await systemClock.sleep(100)
    expect(ear.heard.map((one) => one.id).sort()).toEqual(sent.sort())
    for (let seed = 0; seed < 20; seed++) {
      const turns = numbers(ear.heard.filter((one) => one.aggregate === `w${seed}`))
      expect(turns).toEqual(turns.toSorted((a, b) => a - b))
    }
  })

  it('keeps the order of an aggregate when the older transaction writes it last', async () => {
    const ear = listen('a')
    relayOf([ear], test.database, 10)
    const step = Promise.withResolvers<void>()
    const older = test.database.transaction(async (tx: Tx) => {
      await sql`select pg_current_xact_id()`.execute(tx)
      await step.promise
      await writeFacts(tx, [fact('same', 2)])
    })
    await systemClock.sleep(50)
    await write(fact('same', 1))
    await systemClock.sleep(100)
    expect(ear.heard).toEqual([])
    step.resolve()
    await older
    await until(() => ear.heard.length === 2)
    expect(numbers(ear.heard)).toEqual([1, 2])
  })

  it('retries a listener that throws and does not hold up the others', async () => {
    const good = listen('good')
    let tries = 0
    const heard: Fact[] = []
    const bad: FactListener = {
      name: 'bad', wants: ['OrderPlaced'],
      async handle(facts) {
        if (++tries < 3) throw new Error('not today')
        heard.push(...facts)
      },
    }
    relayOf([bad, good])
    await write(fact('a', 1))
    await until(() => good.heard.length === 1)
    expect(heard).toEqual([])
    await write(fact('a', 2))
    await until(() => good.heard.length === 2)
    await until(() => heard.length === 2)
    expect(numbers(heard)).toEqual([1, 2])
    expect(tries).toBeGreaterThanOrEqual(3)
  })

  it('gives a listener only what it wants, and a new one everything from the start', async () => {
    const orders = listen('orders')
    const shows = listen('shows', ['ShowEnded', 'ShowStarted'])
    relayOf([orders, shows])
    await write(fact('a', 1), fact('s', 2, 'ShowEnded'), fact('a', 3), fact('x', 4, 'Other'))
    await until(() => orders.heard.length === 2 && shows.heard.length === 1)
    const late = listen('late', ['OrderPlaced', 'Other'])
    relayOf([late])
    await until(() => late.heard.length === 3)
    expect([numbers(orders.heard), numbers(shows.heard), numbers(late.heard)])
      .toEqual([[1, 3], [2], [1, 3, 4]])
  })

  it('goes on after a restart without repeating', async () => {
    const before = listen('a')
    const relay = relayOf([before])
    await write(fact('x', 1))
    await until(() => before.heard.length === 1)
    await systemClock.sleep(50)
    await relay.stop()
    await write(fact('x', 2))
    const after = listen('a')
    relayOf([after])
    await until(() => after.heard.length > 0)
    await systemClock.sleep(50)
    expect(numbers(after.heard)).toEqual([2])
  })

  it('delivers again what a process handled before it died without a word', async () => {
    const doomed = connect({ url: test.url, poolSize: 4, log: silentLog })
    let handled = 0
    const dying: FactListener = {
      name: 'a', wants: ['OrderPlaced'],
      // Handled, and then the process is gone: the cursor is never written.
      handle: () => (handled++, new Promise(() => {})),
    }
    const relay = makeRelay({
      database: doomed, clock: systemClock, log: silentLog, listeners: [dying], pollMs: 20,
    })
    relay.start()
    await write(fact('x', 1))
    await until(() => handled === 1)
    const heir = listen('a')
    relayOf([heir])
    await systemClock.sleep(200)
    expect(heir.heard).toEqual([])
    void relay.stop()
    await sql`select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and pid <> pg_backend_pid() and database =
        (select oid from pg_database where datname = current_database())`
      .execute(test.database.kysely)
    await until(() => heir.heard.length > 0)
    expect(numbers(heir.heard)).toEqual([1])
  })

  it('serves a listener in one process at a time, and another takes over', async () => {
    const second = connect({ url: test.url, poolSize: 4, log: silentLog })
    const [here, there] = [listen('a'), listen('a')]
    const first = relayOf([here])
    await write(fact('x', 1))
    await until(() => here.heard.length === 1)
    const other = relayOf([there], second)
    await write(fact('x', 2))
    await until(() => here.heard.length === 2)
    await systemClock.sleep(100)
    expect(there.heard).toEqual([])
    await first.stop()
    await write(fact('x', 3))
    await until(() => there.heard.length === 1)
    expect(numbers(there.heard)).toEqual([3])
    await other.stop()
    await second.close()
  })

  it('comes back by itself when its connections are cut', async () => {
    const ear = listen('a')
    relayOf([ear])
    await write(fact('x', 1))
    await until(() => ear.heard.length === 1)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and datname = current_database()
      and pid <> pg_backend_pid()`.execute(test.database.kysely)
    await until(() => true)
    await write(fact('x', 2)).catch(() => write(fact('x', 2)))
    await until(() => numbers(ear.heard).includes(2))
  })
})

describe('writeFacts', () => {
  it('keeps hostile text as it is, and nothing of a transaction that fails', async () => {
    const ear = listen('a', ['OrderPlaced'])
    const odd =
      { ...fact(`a'b"c\\d{,}NULL`), payload: { text: `'"\\{},;-- \u2028 😀`, list: [null, 1] } }
    await expect(test.database.transaction(async (tx) => {
      await writeFacts(tx, [fact('undone')])
      throw new Error('no')
    })).rejects.toThrow('no')
    await write(odd)
    await write()
    relayOf([ear])
    await until(() => ear.heard.length > 0)
    expect(ear.heard).toEqual([odd])
  })
})
