import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import type { RoomEvent } from './contract.ts'
import {
  makeMessage,
  personOf,
  startTestHouse,
  type TestHouse,
  type TestHouseOptions,
} from './testing.ts'

let house: TestHouse
const start = async (options: TestHouseOptions = {}) => (house = await startTestHouse(options))
afterEach(() => house?.stop())
const sleep = (ms: number) => systemClock.sleep(ms)
const chat = (text: string, over = {}): RoomEvent => ({
  k: 'chat',
  message: makeMessage(text, over),
})

async function join(token?: string, over: Record<string, unknown> = {}) {
  const client = await house.connect(token)
  client.say(house.hello(over))
  const first = await client.next((frame) => ['snapshot', 'tick', 'refused'].includes(frame.t))
  return {
    client,
    first: first as never as {
      s: number
      epoch: string
      room: unknown
      you: unknown
      staff?: unknown
      refusal?: { code: string }
    },
  }
}
type Ticks = { s: number; e: RoomEvent[] }
const ticksOf = (client: { frames: { t: string }[] }) =>
  client.frames.filter((frame) => frame.t === 'tick') as unknown as Ticks[]
const textsOf = (client: { frames: { t: string }[] }) =>
  ticksOf(client)
    .flatMap((tick) => tick.e)
    .flatMap((event) => (event.k === 'chat' ? [event.message.text] : []))

describe('joining', () => {
  test('GTW1 a snapshot, then ticks that follow it without a gap', async () => {
    await start()
    const { client, first } = await join('ana', { market: 'DE' })
    expect(first).toMatchObject({
      t: 'snapshot',
      v: 1,
      s: 0,
      room: house.room,
      you: { personId: personOf('ana'), displayName: 'ana', muted: false },
    })
    expect(first).not.toHaveProperty('staff')
    for (let line = 0; line < 30; line++) {
      house.gateway.tell(house.showId, chat(`line ${line}`))
      if (line % 7 === 0) await sleep(60)
    }
    await client.next(() => textsOf(client).length === 30)
    let seq = first.s
    for (const tick of ticksOf(client)) {
      expect(tick.s - tick.e.length).toBe(seq)
      seq = tick.s
    }
    expect(textsOf(client)).toEqual(Array.from({ length: 30 }, (_, line) => `line ${line}`))
  })

  test('GTW2 another protocol, an unknown show, no role: refused and let go', async () => {
    await start()
    const cases: [Record<string, unknown>, string | undefined, string][] = [
      [{ v: 99 }, 'ana', 'stage.gateway.protocol_old'],
      [{ show: 'sho_01k9zzzzzzzzzzzzzzzzzzzzzz' }, 'ana', 'stage.gateway.show_unknown'],
      [{ show: 'sho_01k9zzzzzzzzzzzzzzzzzzzzzz' }, 'ana', 'stage.gateway.show_unknown'],
      [{ staff: true }, 'ana', 'people.accounts.not_allowed'],
      [{ staff: true }, undefined, 'people.accounts.sign_in_needed'],
    ]
    for (const [over, token, code] of cases) {
      const { client, first } = await join(token, over)
      expect(first.refusal?.code).toBe(code)
      await client.closed
    }
    expect(house.gateway.readMetrics()).toMatchObject({ connections: 0, rooms: 0 })
  })

  test('GTW2 a snapshot that cannot be read is a refusal to try again', async () => {
    await start({
      ports: {
        snapshot: async () => {
          throw new Error('database is gone')
        },
      },
    })
    const { first } = await join('ana')
    expect(first.refusal).toEqual({ code: 'http.unavailable' })
  })

  test('GTW3 only our own pages may connect', async () => {
    await start()
    for (const origin of ['https://evil.example', 'null', 'http://shop.example.evil']) {
      await expect(house.connect('ana', { origin })).rejects.toThrow('403')
    }
    await expect(house.connect('ana', { 'sec-fetch-site': 'cross-site' })).rejects.toThrow('403')
    const own = await house.connect('ana', { origin: 'http://shop.example' })
    expect(own.isOpen).toBe(true)
    const answer = await fetch(`${house.url}/sse?show=${house.showId}&v=1`, {
      headers: { origin: 'https://evil.example' },
    })
    expect(answer.status).toBe(403)
  })

  test('GTW4 whoever says no hello in time is let go', async () => {
    await start({ limits: { helloSeconds: 1 } })
    const client = await house.connect('ana')
    expect(await client.closed).toBe(1008)
  })

  test('GTW5 an address and the process have room for so many', async () => {
    await start({ limits: { socketsPerAddress: 2, socketsTotal: 10 } })
    await join('a')
    const { client: second } = await join('b')
    const { first: third } = await join('c')
    expect(third.refusal?.code).toBe('stage.gateway.full')
    const stream = await house.stream({ v: '1', show: house.showId })
    expect(stream.frames[0] ?? (await stream.next(() => true))).toMatchObject({
      refusal: { code: 'stage.gateway.full' },
    })
    second.close()
    await second.closed
    await sleep(50)
    expect((await join('d')).first).toMatchObject({ t: 'snapshot' })
  })
})

describe('who hears what', () => {
  test('GTW6 staff hear the staff channel, people their own, nobody else', async () => {
    await start()
    const { client: ana } = await join('ana')
    const { client: again } = await join('ana')
    const { client: bo } = await join('bo')
    const { client: staff, first } = await join('staff-1', { staff: true })
    expect(first.staff).toEqual([{ k: 'countries', countries: {} }])
    house.gateway.tellPerson(personOf('ana'), { k: 'payment', orderId: 'ord_1', state: 'paid' })
    house.gateway.tellStaff(house.showId, { k: 'countries', countries: { DE: 1 } })
    house.gateway.tell(house.showId, chat('hello'))
    for (const client of [ana, again])
      expect(await client.next((frame) => frame.t === 'you')).toMatchObject({
        e: [{ k: 'payment', orderId: 'ord_1' }],
      })
    await staff.next((frame) => frame.t === 'staff')
    for (const client of [ana, bo, staff]) await client.next(() => textsOf(client).length === 1)
    expect(
      [bo, staff].flatMap((client) => client.frames.filter((frame) => frame.t === 'you')),
    ).toEqual([])
    expect(
      [ana, bo].flatMap((client) => client.frames.filter((frame) => frame.t === 'staff')),
    ).toEqual([])
  })

  test('GTW7 people are counted once, demo shoppers apart, staff not at all', async () => {
    await start()
    const { client } = await join('ana', { market: 'DE' })
    await join('ana', { market: 'DE' })
    await join('demo-1', { market: 'FR' })
    await join(undefined, { market: 'FR' })
    await join(undefined)
    const { client: staff } = await join('staff-1', { staff: true })
    expect(house.gateway.count(house.showId)).toEqual({
      viewers: 3,
      demo: 1,
      countries: { DE: 1, FR: 1, ZZ: 1 },
    })
    await client.next(() =>
      ticksOf(client).some((tick) =>
        tick.e.some((event) => event.k === 'viewers' && event.count === 3 && event.demo === 1),
      ),
    )
    await staff.next((frame) => frame.t === 'staff' && JSON.stringify(frame).includes('"FR":1'))
    client.say({ t: 'market', market: 'JP' })
    await staff.next((frame) => frame.t === 'staff' && JSON.stringify(frame).includes('"JP":1'))
  })

  test('GTW8 in one tick states replace each other, reactions add up', async () => {
    await start()
    const { client } = await join('ana')
    house.gateway.tell(house.showId, chat('first'))
    await client.next(() => textsOf(client).length === 1)
    for (let left = 9; left > 0; left--)
      house.gateway.tell(house.showId, { k: 'left', offerId: 'off_1', left })
    for (let count = 0; count < 12; count++)
      client.say({ t: 'react', kind: count % 3 ? 'heart' : 'clap' })
    house.gateway.tell(house.showId, { k: 'stock', variants: { a: true } })
    house.gateway.tell(house.showId, { k: 'stock', variants: { b: false } })
    await sleep(200)
    house.gateway.tell(house.showId, { k: 'left', offerId: 'off_1', left: 1 })
    await sleep(150)
    const events = ticksOf(client).flatMap((tick) => tick.e)
    expect(events.filter((event) => event.k === 'left')).toEqual([
      { k: 'left', offerId: 'off_1', left: 1 },
    ])
    expect(events.filter((event) => event.k === 'stock')).toEqual([
      { k: 'stock', variants: { a: true, b: false } },
    ])
    const hearts = events.reduce(
      (sum, event) => sum + (event.k === 'react' ? (event.counts['heart'] ?? 0) : 0),
      0,
    )
    expect(hearts).toBe(8)
    expect(events.filter((event) => event.k === 'react').length).toBeLessThanOrEqual(3)
  })

  test('GTW9 chat above the cap is sampled, staff first, the author replied to', async () => {
    await start({ limits: { chatPerTick: 5 } })
    const { client } = await join('ana')
    await sleep(1100)
    for (let line = 0; line < 50; line++) house.gateway.tell(house.showId, chat(`line ${line}`))
    house.gateway.tell(house.showId, chat('from staff', { isStaff: true }))
    client.say({ t: 'chat', ref: 'r1', text: 'mine' })
    expect(await client.next((frame) => frame.t === 'reply')).toMatchObject({
      ref: 'r1',
      ok: true,
      value: { text: 'mine' },
    })
    await sleep(200)
    const texts = textsOf(client)
    expect(texts.length).toBeLessThanOrEqual(7)
    expect(texts).toContain('from staff')
    expect(house.gateway.readMetrics().sampledAway).toBeGreaterThanOrEqual(44)
  })

  test('GTW10 whose session ended is let go on every socket', async () => {
    await start()
    const { client } = await join('ana')
    const { client: again } = await join('ana')
    const { client: bo } = await join('bo')
    house.gateway.drop(personOf('ana'))
    expect(await Promise.all([client.closed, again.closed])).toEqual([4001, 4001])
    expect(bo.isOpen).toBe(true)
  })

  test('GTW11 one write for a socket in a tick, whatever it is made of', async () => {
    await start()
    const writes: number[] = []
    house.server.on('connection', (socket) => {
      const write = socket.write.bind(socket)
      socket.write = ((...given: Parameters<typeof write>) => {
        writes.push((given[0] as Buffer).length)
        return write(...given)
      }) as typeof socket.write
    })
    const { client } = await join('staff-1', { staff: true })
    await sleep(1200)
    writes.length = 0
    for (let line = 0; line < 10; line++) house.gateway.tell(house.showId, chat(`line ${line}`))
    house.gateway.tellStaff(house.showId, { k: 'countries', countries: { DE: 7 } })
    house.gateway.tellPerson(personOf('staff-1'), { k: 'muted', muted: false })
    await client.next((frame) => frame.t === 'you')
    expect(textsOf(client).length).toBe(10)
    expect(client.frames.filter((frame) => frame.t === 'staff').length).toBeGreaterThan(0)
    expect(writes.length).toBe(1)
  })
})

describe('acting', () => {
  const order = {
    key: 'k'.repeat(20),
    showId: '',
    offerId: null,
    variantId: 'var_01k9zzzzzzzzzzzzzzzzzzzzzz',
    quantity: 1,
    market: 'DE',
    unitAmountMinor: 100,
    deliveryId: 'adr_01k9zzzzzzzzzzzzzzzzzzzzzz',
  }

  test('GTW12 chat and orders go to the ports of HTTP, as who the session says', async () => {
    await start()
    const { client } = await join('ana')
    client.say({ t: 'order', ref: 'o1', order: { ...order, showId: house.showId } })
    client.say({ t: 'order', ref: 'o2', order: { ...order, showId: house.showId, quantity: 11 } })
    expect(await client.next((frame) => frame.t === 'reply' && frame.ref === 'o1')).toMatchObject({
      ok: true,
      value: { quantity: 1 },
    })
    expect(await client.next((frame) => frame.t === 'reply' && frame.ref === 'o2')).toMatchObject({
      ok: false,
      refusal: { code: 'trade.stock.sold_out' },
    })
    expect(house.orders.map((placed) => placed.who.personId)).toEqual([
      personOf('ana'),
      personOf('ana'),
    ])
    const { client: guest } = await join()
    guest.say({ t: 'order', ref: 'o3', order: { ...order, showId: house.showId } })
    guest.say({ t: 'chat', ref: 'c1', text: 'hi' })
    for (const ref of ['o3', 'c1']) {
      expect(await guest.next((frame) => frame.t === 'reply' && frame.ref === ref)).toMatchObject({
        refusal: { code: 'people.accounts.sign_in_needed' },
      })
    }
    expect(house.orders.length).toBe(2)
  })

  test('GTW12 an order in the name of somebody else is no message', async () => {
    await start()
    const { client } = await join('ana')
    for (const extra of [{ buyerId: personOf('bo') }, { personId: personOf('bo') }, { who: {} }]) {
      client.say({ t: 'order', ref: 'x', order: { ...order, showId: house.showId, ...extra } })
      client.say({ t: 'order', ref: 'x', order: { ...order, showId: house.showId }, ...extra })
    }
    await client.next(() => client.frames.filter((frame) => frame.t === 'reply').length >= 5)
    for (const frame of client.frames.filter((one) => one.t === 'reply'))
      expect(frame).toMatchObject({ refusal: { code: 'stage.gateway.malformed' } })
    expect(house.orders).toEqual([])
  })

  test('GTW13 a bug behind a port is an answer without its inside', async () => {
    await start()
    const { client } = await join('ana')
    client.say({ t: 'chat', ref: 'c1', text: 'explode' })
    const frame = await client.next((one) => one.t === 'reply')
    expect(frame).toMatchObject({ ok: false, refusal: { code: 'http.unavailable' } })
    expect(JSON.stringify(client.frames)).not.toContain('secret')
    client.say({ t: 'ping', at: 5 })
    expect(await client.next((one) => one.t === 'pong')).toMatchObject({ echo: 5 })
  })

  test('GTW14 so many acts and messages, all sockets of a person together', async () => {
    let release = () => {}
    const held = new Promise<void>((done) => {
      release = done
    })
    await start({
      ports: {
        chat: async () => {
          await held
          return { ok: true, value: 1 }
        },
      },
    })
    const { client } = await join('ana')
    for (let act = 0; act < 12; act++) client.say({ t: 'chat', ref: `c${act}`, text: 'x' })
    await client.next(() => client.frames.filter((frame) => frame.t === 'reply').length === 4)
    release()
    await client.next(
      () => client.frames.filter((frame) => frame.t === 'reply' && frame.ok).length === 8,
    )
    const { client: other } = await join('ana')
    for (let count = 0; count < 60; count++) other.say({ t: 'ping', at: 1 })
    expect(await other.next((frame) => frame.t === 'refused')).toMatchObject({
      refusal: { code: 'stage.gateway.too_fast' },
    })
    other.say({ t: 'chat', ref: 'late', text: 'x' })
    expect(await other.next((frame) => frame.t === 'reply')).toMatchObject({
      ref: 'late',
      refusal: { code: 'stage.gateway.too_fast' },
    })
    for (let count = 0; count < 300; count++) other.say({ t: 'ping', at: 1 })
    expect(await other.closed).toBe(1008)
  })
})
