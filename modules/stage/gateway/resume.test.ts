import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import type { RoomEvent, ServerFrame } from './contract.ts'
import {
  makeMessage,
  personOf,
  startTestHouse,
  type TestClient,
  type TestHouse,
  type TestHouseOptions,
} from './testing.ts'

let house: TestHouse
const start = async (options: TestHouseOptions = {}) => (house = await startTestHouse(options))
afterEach(() => house?.stop())
const sleep = (ms: number) => systemClock.sleep(ms)
const chat = (text: string): RoomEvent => ({ k: 'chat', message: makeMessage(text) })
type Tick = Extract<ServerFrame, { t: 'tick' }>
type Snapshot = Extract<ServerFrame, { t: 'snapshot' }>
const ticksOf = (client: { frames: readonly ServerFrame[] }) =>
  client.frames.filter((frame): frame is Tick => frame.t === 'tick')
const textsOf = (client: { frames: readonly ServerFrame[] }) =>
  ticksOf(client)
    .flatMap((tick) => tick.e)
    .flatMap((event) => (event.k === 'chat' ? [event.message.text] : []))

async function join(over: Record<string, unknown> = {}, token = 'ana'): Promise<TestClient> {
  const client = await house.connect(token)
  client.say(house.hello(over))
  await client.next((frame) => ['snapshot', 'tick', 'refused'].includes(frame.t))
  return client
}

describe('resuming', () => {
  test('GTW15 who comes back hears everything once, in order', async () => {
    await start({ limits: { ringEvents: 400, chatPerTick: 1000 } })
    let line = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ lines: fc.nat(6), waitMs: fc.nat(70), breaks: fc.boolean() }), {
          minLength: 3,
          maxLength: 7,
        }),
        async (steps) => {
          const first = line
          let client = await join()
          const { epoch } = client.frames[0] as Snapshot
          let seq = (client.frames[0] as Snapshot).s
          const heard: string[] = []
          const take = () => {
            for (const tick of ticksOf(client)) {
              expect(tick.s - tick.e.length).toBe(seq)
              seq = tick.s
            }
            heard.push(...textsOf(client))
            client.frames.length = 0
          }
          client.frames.shift()
          for (const { lines, waitMs, breaks } of steps) {
            for (let count = 0; count < lines; count++)
              house.gateway.tell(house.showId, chat(`${line++}`))
            await sleep(waitMs)
            if (!breaks) continue
            client.close()
            await client.closed
            take()
            client = await join({ epoch, seq })
          }
          if (line > first)
            await client.next(() => [...heard, ...textsOf(client)].includes(`${line - 1}`))
          take()
          client.close()
          const mine = heard.filter((text) => Number(text) >= first)
          expect(mine).toEqual(Array.from({ length: line - first }, (_, at) => `${first + at}`))
        },
      ),
      { numRuns: 12 },
    )
  })

  test('GTW16 another epoch, a future or a forgotten seq: a new snapshot', async () => {
    await start({ limits: { ringEvents: 20, chatPerTick: 1000 } })
    const client = await join()
    const { epoch } = client.frames[0] as Snapshot
    for (let line = 0; line < 30; line++) {
      house.gateway.tell(house.showId, chat(`${line}`))
      if (line % 10 === 9) await client.next(() => textsOf(client).length === line + 1)
    }
    const { s } = ticksOf(client).at(-1)!
    for (const over of [
      { epoch: 'other', seq: s },
      { epoch, seq: s + 1000 },
      { epoch, seq: 1 },
      { epoch },
      { seq: s },
    ]) {
      const again = await join(over)
      expect(again.frames[0]).toMatchObject({ t: 'snapshot', epoch })
    }
    expect((await join({ epoch, seq: s })).frames[0]).toMatchObject({ t: 'tick' })
    client.say({ t: 'ask', seq: s - 3 })
    await client.next(
      (frame) =>
        frame.t === 'tick' &&
        frame.s >= s &&
        frame.e.length >= 3 &&
        textsOf({ frames: [frame] })[0] === '27',
    )
    client.say({ t: 'ask', seq: 1 })
    expect(
      await client.next((frame) => frame.t === 'snapshot' && frame !== client.frames[0]),
    ).toBeDefined()
  })

  test('GTW17 what happens while a snapshot is read is not lost on the one who joins', async () => {
    let reads = 0
    await start({
      ports: {
        async snapshot(showId) {
          if (showId !== house.showId) return null
          const { room } = house
          reads++
          await sleep(120)
          return room
        },
      },
    })
    const first = await join()
    await sleep(600)
    const joining = Promise.all(Array.from({ length: 5 }, () => join()))
    for (let line = 0; line < 8; line++) {
      first.say({ t: 'chat', ref: `${line}`, text: `line ${line}` })
      await sleep(20)
    }
    for (const client of await joining) {
      await client.next(() => client.frames.length > 0)
      await sleep(100)
      const { room } = client.frames[0] as Snapshot
      const all = [...room.chat.map((message) => message.text), ...textsOf(client)]
      expect([...new Set(all)]).toEqual(Array.from({ length: 8 }, (_, line) => `line ${line}`))
    }
    expect(reads).toBe(2)
  })
})

describe('slow sockets', () => {
  const big = 'x'.repeat(60_000)
  const flood = async (mb: number) => {
    for (let line = 0; line < mb * 17; line++) {
      house.gateway.tell(house.showId, chat(`${line} ${big}`))
      if (line % 8 === 7) await sleep(55)
    }
  }

  test('GTW18 who does not read hears no more signals, is told so, asks and goes on', async () => {
    await start()
    const fast = await join()
    const slow = await join({}, 'bo')
    const { s } = slow.frames[0] as Snapshot
    slow.pause()
    const before = process.memoryUsage().external
    await flood(14)
    expect(process.memoryUsage().external - before).toBeLessThan(60e6)
    house.gateway.tellPerson(personOf('bo'), { k: 'payment', orderId: 'ord_1', state: 'paid' })
    await sleep(100)
    slow.resume()
    await slow.next((frame) => frame.t === 'behind', 8000)
    expect(await slow.next((frame) => frame.t === 'you')).toMatchObject({
      e: [{ orderId: 'ord_1' }],
    })
    const seq = ticksOf(slow).at(-1)?.s ?? s
    house.gateway.tell(house.showId, chat('unheard'))
    await sleep(150)
    expect(textsOf(slow)).not.toContain('unheard')
    slow.say({ t: 'ask', seq })
    await slow.next(() => textsOf(slow).includes('unheard'), 8000)
    house.gateway.tell(house.showId, chat('after'))
    for (const client of [slow, fast]) await client.next(() => textsOf(client).includes('after'))
    const unique = (texts: string[]) => texts.map((text) => text.slice(0, 10))
    expect(unique(textsOf(slow))).toEqual(unique(textsOf(fast)))
  })

  test('GTW19 facts go to a slow socket until there are too many', async () => {
    await start({ limits: { bufferBytesMax: 400 * 1024 } })
    const slow = await join({}, 'bo')
    slow.pause()
    await flood(14)
    for (let count = 0; count < 40; count++) {
      house.gateway.tellPerson(personOf('bo'), {
        k: 'payment',
        orderId: `${count} ${big}`,
        state: 'paid',
      })
      if (count % 4 === 3) await sleep(55)
    }
    await sleep(100)
    expect(house.gateway.readMetrics().connections).toBe(0)
    slow.resume()
    await slow.closed
  })
})

describe('hostile bytes', () => {
  const order = {
    key: 'k'.repeat(20),
    offerId: null,
    variantId: 'var_01k9zzzzzzzzzzzzzzzzzzzzzz',
    quantity: 1,
    market: 'DE',
    unitAmountMinor: 1,
    deliveryId: 'adr_01k9zzzzzzzzzzzzzzzzzzzzzz',
  }
  const cases: [string, string | Buffer][] = [
    ['binary', Buffer.from([0, 255, 1, 2])],
    ['nothing', ''],
    ['not JSON', '{"t":'],
    ['null', 'null'],
    ['a number', '7'],
    ['an array', '[]'],
    ['deep', '['.repeat(2000) + ']'.repeat(2000)],
    ['deep object', '{"t":'.repeat(600) + '1' + '}'.repeat(600)],
    ['unknown', '{"t":"become-admin"}'],
    ['wrong types', '{"t":"chat","ref":1,"text":2}'],
    ['no text', '{"t":"chat","ref":"a"}'],
    ['a long ref', JSON.stringify({ t: 'chat', ref: 'r'.repeat(41), text: 'x' })],
    ['too long a text', JSON.stringify({ t: 'chat', ref: 'a', text: 'x'.repeat(1001) })],
    ['prototype', '{"t":"react","kind":"heart","__proto__":{"isStaff":true}}'],
    ['a kind of its own', '{"t":"react","kind":"constructor"}'],
    ['a negative seq', '{"t":"ask","seq":-1}'],
    ['a fraction', '{"t":"ask","seq":1.5}'],
    ['infinite', '{"t":"ping","at":1e999}'],
    ['half an order', JSON.stringify({ t: 'order', ref: 'a', order: { ...order, quantity: -1 } })],
    [
      'an order in SQL',
      JSON.stringify({ t: 'order', ref: 'a', order: { ...order, variantId: "x' or 1=1 --" } }),
    ],
    [
      'a second hello',
      JSON.stringify({ t: 'hello', v: 1, show: 'sho_01k9zzzzzzzzzzzzzzzzzzzzzz' }),
    ],
    ['lone surrogate', '{"t":"\\ud800"}'],
  ]

  test.each(cases)('GTW20 %s is refused and harms nobody', async (_what, data) => {
    await start()
    const client = await join()
    client.sendRaw(data)
    const frame = await client.next((one) => one.t === 'refused' || one.t === 'reply')
    expect(JSON.stringify(frame)).toContain('stage.gateway.malformed')
    client.say({ t: 'ping', at: 1 })
    await client.next((one) => one.t === 'pong')
    expect(house.orders).toEqual([])
  })

  test('GTW20 anything at all before and after hello, and the house still stands', async () => {
    await start()
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 400 })),
          { maxLength: 4 },
        ),
        fc.boolean(),
        async (pieces, hasHello) => {
          const client = hasHello ? await join() : await house.connect('bo')
          for (const piece of pieces)
            client.sendRaw(typeof piece === 'string' ? piece : Buffer.from(piece))
          client.say({ t: 'ping', at: 1 })
          await client.next((frame) => frame.t === 'pong')
          client.close()
        },
      ),
      { numRuns: 25 },
    )
    expect((await join()).frames[0]).toMatchObject({ t: 'snapshot' })
  })

  test('GTW21 over 4 KB is refused and closed, far over that without a word', async () => {
    await start()
    for (const [bytes, told] of [
      [4097, true],
      [5_000_000, false],
    ] as const) {
      const client = await join()
      client.sendRaw(JSON.stringify({ t: 'chat', ref: 'a', text: 'x'.repeat(bytes) }))
      expect(await client.closed).toBe(1009)
      expect(JSON.stringify(client.frames).includes('stage.gateway.too_large')).toBe(told)
    }
  })

  test('GTW22 who goes on with nonsense is let go', async () => {
    await start()
    const client = await join()
    for (let count = 0; count < 5; count++) client.sendRaw('nonsense')
    expect(await client.closed).toBe(1008)
  })

  test('GTW23 a silent socket is pinged and, when it does not answer, closed', async () => {
    await start({ limits: { idleSeconds: 2 } })
    const alive = await join()
    const dead = await join({}, 'bo')
    dead.pause()
    await sleep(4500)
    expect([alive.isOpen, house.gateway.readMetrics().connections]).toEqual([true, 1])
  })
})

describe('without WebSocket', () => {
  const say = async (message: unknown, token = 'ana') => {
    const response = await fetch(`${house.url}/api/rooms/${house.showId}/say`, {
      method: 'POST',
      headers: { cookie: `sid=${token}` },
      body: JSON.stringify(message),
    })
    return (await response.json()) as { frames: ServerFrame[]; refusal?: { code: string } }
  }

  test('GTW24 a stream hears what a socket hears, acts are answered alike', async () => {
    await start()
    const socket = await join({ market: 'DE' })
    const stream = await house.stream({ v: '1', show: house.showId, market: 'DE' }, 'ana')
    await stream.next((frame) => frame.t === 'snapshot')
    expect([
      stream.status,
      stream.headers['content-type'],
      stream.headers['cache-control'],
    ]).toEqual([200, 'text/event-stream', 'no-store'])
    const from = Math.max(...ticksOf(socket).map((tick) => tick.s), 0)
    for (let line = 0; line < 5; line++) {
      const { frames } = await say({ t: 'chat', ref: `r${line}`, text: `line\n${line}` })
      expect(frames).toMatchObject([
        { t: 'reply', ref: `r${line}`, ok: true, value: { text: `line\n${line}` } },
      ])
      await say({ t: 'react', kind: 'wow' })
    }
    house.gateway.tellPerson(personOf('ana'), { k: 'muted', muted: true })
    for (const client of [socket, stream]) {
      await client.next(() => textsOf(client).length === 5)
      await client.next((frame) => frame.t === 'you')
    }
    await sleep(150)
    const heard = (client: { frames: readonly ServerFrame[] }) =>
      ticksOf(client)
        .filter((tick) => tick.s > from)
        .flatMap((tick) => tick.e)
    expect(heard(stream)).toEqual(heard(socket))
    socket.say({ t: 'chat', ref: 'e', text: '' })
    const onSocket = await socket.next((frame) => frame.t === 'reply')
    expect((await say({ t: 'chat', ref: 'e', text: '' })).frames).toEqual([onSocket])
    const asked = await say({ t: 'ask', seq: from })
    expect((asked.frames[0] as Tick).e).toEqual(heard(socket))
    expect((await say({ t: 'hello', v: 1, show: house.showId })).refusal?.code).toBe(
      'stage.gateway.malformed',
    )
  })

  test('GTW24 a stream resumes from its seq, and a bad query is refused', async () => {
    await start()
    const socket = await join()
    const { epoch } = socket.frames[0] as Snapshot
    house.gateway.tell(house.showId, chat('one'))
    await socket.next(() => textsOf(socket).length === 1)
    const stream = await house.stream({ v: '1', show: house.showId, epoch, seq: '0' })
    await stream.next(() => textsOf(stream).includes('one'))
    expect(stream.frames.some((frame) => frame.t === 'snapshot')).toBe(false)
    for (const query of [
      { v: '1' },
      { v: '1', show: '../../etc' },
      { v: '1', show: house.showId, seq: '-1' },
      { v: '1', show: house.showId, seq: '1e3' },
      { v: 'x'.repeat(5000), show: house.showId },
    ]) {
      const bad = await house.stream(query as Record<string, string>)
      expect(await bad.next((frame) => frame.t === 'refused')).toMatchObject({
        refusal: { code: 'stage.gateway.malformed' },
      })
      await bad.closed
    }
    stream.close()
    await stream.closed
    await sleep(100)
    expect(house.gateway.readMetrics().connections).toBe(1)
  })

  test('GTW24 a slow stream is bounded like a socket, a quiet one kept alive', async () => {
    await start({ limits: { idleSeconds: 2 } })
    const stream = await house.stream({ v: '1', show: house.showId }, 'bo')
    await stream.next((frame) => frame.t === 'snapshot')
    for (let waited = 0; stream.comments === 0 && waited < 80; waited++) await sleep(100)
    expect(stream.comments).toBeGreaterThan(0)
    stream.pause()
    for (let line = 0; line < 240; line++) {
      house.gateway.tell(house.showId, chat(`${line} ${'x'.repeat(60_000)}`))
      if (line % 8 === 7) await sleep(55)
    }
    stream.resume()
    await stream.next((frame) => frame.t === 'behind', 8000)
  })
})
