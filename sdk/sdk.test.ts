import fc from 'fast-check'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Refusal, ShowId } from '#kernel'
import type { RoomEvent, RoomSnapshot } from '#stage/gateway/contract'
import {
  makeMessage,
  makeRoom,
  personOf,
  startTestHouse,
  type TestHouse,
} from '#stage/gateway/testing'
import type { Show } from '#stage/show/contract'
import { applyEvents, connectRoom, makeClient, type RoomLine, type RoomOptions } from './index.ts'
import type { SocketLike, StreamLike } from './line.ts'
import { makeServerTime } from './server-clock.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})
const until = async (isTrue: () => boolean, ms = 5000) => {
  const end = performance.now() + ms
  while (!isTrue()) {
    if (performance.now() > end) throw new Error('waited in vain')
    await new Promise((done) => setTimeout(done, 10))
  }
}

describe('applyEvents', () => {
  const showId = 'sho_01k9zzzzzzzzzzzzzzzzzzzzzz' as ShowId
  const message = fc
    .integer({ min: 0, max: 40 })
    .map((n) => makeMessage(`${n}`, { id: `msg_${n}` }))
  const offer = fc.constantFrom('off_1', 'off_2')
  const event: fc.Arbitrary<RoomEvent> = fc.oneof(
    message.map((one): RoomEvent => ({ k: 'chat', message: one })),
    fc
      .array(
        fc.integer({ min: 0, max: 40 }).map((n) => `msg_${n}`),
        { maxLength: 3 },
      )
      .map((ids): RoomEvent => ({ k: 'gone', ids })),
    fc.record({ k: fc.constant('left' as const), offerId: offer, left: fc.nat(99) }),
    fc
      .dictionary(fc.constantFrom('a', 'b', 'c'), fc.boolean())
      .map((variants): RoomEvent => ({ k: 'stock', variants })),
    fc.record({ k: fc.constant('viewers' as const), count: fc.nat(999), demo: fc.nat(9) }),
    fc
      .option(offer)
      .map((id): RoomEvent => ({
        k: 'offer',
        offer:
          id === null
            ? null
            : {
                id,
                showId,
                productId: 'prd_1',
                state: 'open',
                prices: {},
                units: 100,
                left: 100,
                perBuyerCap: 1,
                mediaMs: 0,
                opensAtMs: 0,
                closesAtMs: 1,
              },
      })),
    fc
      .constantFrom('live' as const, 'ended' as const)
      .map((state): RoomEvent => ({ k: 'show', show: { ...makeRoom(showId).show, state } })),
    fc.constant<RoomEvent>({ k: 'react', counts: { heart: 3 } }),
    fc.constant({ k: 'of a later version' } as unknown as RoomEvent),
  )
  const start = makeRoom(showId)

  test('a snapshot at n and the events after it give the snapshot at m', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.nat(60), (events, cut) => {
        const n = Math.min(cut, events.length)
        const atN = applyEvents(start, events.slice(0, n))
        expect(applyEvents(atN, events.slice(n))).toEqual(applyEvents(start, events))
      }),
    )
  })

  test('events that the snapshot holds already may be heard again', () => {
    const heard = fc.array(
      event.filter((one) => one.k !== 'chat' && one.k !== 'gone'),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(heard, fc.nat(40), fc.array(message, { maxLength: 10 }), (events, cut, lines) => {
        const all = [...events, ...lines.map((one): RoomEvent => ({ k: 'chat', message: one }))]
        const whole = applyEvents(start, all)
        const { chat, ...rest } = applyEvents(whole, all.slice(Math.min(cut, all.length)))
        expect({ ...rest, chat }).toEqual(whole)
      }),
    )
  })

  test('the room before is left as it was, and chat is bounded', () => {
    const before = structuredClone(start)
    const events = Array.from({ length: 500 }, (_, n): RoomEvent => ({
      k: 'chat',
      message: makeMessage(`${n}`),
    }))
    expect(applyEvents(start, events).chat.length).toBe(200)
    expect(start).toEqual(before)
  })
})

describe('connectRoom', () => {
  let house: TestHouse
  const sockets: WebSocket[] = []
  interface Seen {
    room: RoomSnapshot | null
    statuses: string[]
    persons: unknown[]
    staff: unknown[]
    snapshots: number
    texts: string[]
    times: number[]
    refusal?: Refusal | undefined
  }

  const streamOf =
    (token: string) =>
    (url: string): StreamLike => {
      const listeners: Record<string, ((event: { data: unknown }) => void)[]> = {}
      const tell = (name: string, data: unknown = null) =>
        listeners[name]?.forEach((listen) => listen({ data }))
      const req = request(url, { headers: { cookie: `sid=${token}` }, agent: false }, (res) => {
        tell('open')
        let rest = ''
        res.setEncoding('utf8').on('data', (piece: string) => {
          const parts = (rest + piece).split('\n\n')
          rest = parts.pop()!
          for (const part of parts) if (part.startsWith('data: ')) tell('message', part.slice(6))
        })
        res.on('close', () => tell('error'))
      })
      req.on('error', () => tell('error')).end()
      return {
        close: () => req.destroy(),
        addEventListener: (name: string, listen: never) =>
          void (listeners[name] ??= []).push(listen),
      }
    }

  function connect(
    token: string,
    over: Partial<RoomOptions> = {},
    socketUrl = (url: string) => url,
  ): { line: RoomLine; seen: Seen } {
    const seen: Seen = {
      room: null,
      statuses: [],
      persons: [],
      staff: [],
      snapshots: 0,
      texts: [],
      times: [],
    }
    const line = connectRoom({
      url: house.url,
      showId: house.showId,
      onSnapshot(room) {
        seen.room = room
        seen.snapshots++
      },
      onEvents(events) {
        if (seen.room) seen.room = applyEvents(seen.room, events)
        seen.texts.push(...events.flatMap((one) => (one.k === 'chat' ? [one.message.text] : [])))
      },
      onPerson: (events) => void seen.persons.push(...events),
      onStaff: (events) => void seen.staff.push(...events),
      onTime: (at) => void seen.times.push(at),
      onStatus(status, refusal) {
        seen.statuses.push(status)
        if (refusal) seen.refusal = refusal
      },
      transport: {
        makeSocket(url) {
          const socket = new WebSocket(socketUrl(url), { headers: { cookie: `sid=${token}` } })
          socket.on('error', () => {})
          sockets.push(socket)
          return socket as unknown as SocketLike
        },
        makeStream: streamOf(token),
        fetch: (url, init) =>
          fetch(url, {
            ...init,
            headers: { ...(init?.headers as object), cookie: `sid=${token}` },
          }),
      },
      ...over,
    })
    stops.push(() => line.close())
    return { line, seen }
  }
  const begin = async (limits = {}) => {
    house = await startTestHouse({ limits: { chatPerTick: 1000, ...limits } })
    stops.push(() => house.stop())
  }
  const tell = (text: string) =>
    house.gateway.tell(house.showId, { k: 'chat', message: makeMessage(text) })

  test('draws a room, speaks, orders, hears its own and knows the server\'s time', async () => {
    await begin()
    const { line, seen } = connect('ana', { market: 'DE' })
    await until(() => line.status === 'open')
    expect(await line.say('hello')).toMatchObject({ ok: true, value: { text: 'hello' } })
    expect(await line.say('')).toEqual({ ok: false, refusal: { code: 'stage.chat.empty' } })
    house.gateway.tellPerson(personOf('ana'), { k: 'muted', muted: true })
    line.react('heart')
    line.setMarket('JP')
    await until(() => seen.persons.length === 1)
    expect(seen.room?.chat.filter((one) => one.text === 'hello').length).toBe(1)
    expect(Math.abs(line.serverNow() - Date.now())).toBeLessThan(250)
    expect([line.kind, seen.statuses, seen.times.length > 0]).toEqual([
      'ws',
      ['connecting', 'open'],
      true,
    ])
  })

  test('stays whole through broken lines: every line once, in order', async () => {
    await begin()
    const { line, seen } = connect('ana')
    await until(() => line.status === 'open')
    let breaks = 0
    for (let count = 0; count < 40; count++) {
      tell(`${count}`)
      await new Promise((done) => setTimeout(done, 15))
      if (line.status !== 'open' || count % 5 !== 4) continue
      sockets.at(-1)!.terminate()
      await until(() => line.status !== 'open')
      breaks++
    }
    expect(breaks).toBeGreaterThan(0)
    await until(() => seen.texts.includes('39'))
    expect(seen.texts).toEqual(Array.from({ length: 40 }, (_, count) => `${count}`))
    expect([seen.snapshots, seen.statuses.filter((one) => one === 'lost').length]).toEqual([
      1,
      breaks,
    ])
  })

  test('a frame that is lost on the way is asked for again', async () => {
    await begin()
    const { line, seen } = connect('ana')
    await until(() => line.status === 'open')
    const socket = sockets.at(-1)!
    const [listen] = socket.listeners('message') as ((data: Buffer, isBinary: boolean) => void)[]
    socket.removeAllListeners('message')
    tell('lost on the way')
    await new Promise((done) => setTimeout(done, 150))
    socket.on('message', listen!)
    tell('after')
    await until(() => seen.texts.includes('after'))
    expect([seen.texts, seen.snapshots]).toEqual([['lost on the way', 'after'], 1])
  })

  test('goes on from a page that was drawn by the server', async () => {
    await begin()
    const drawn = (await house.gateway.snapshot(house.showId))!
    tell('meanwhile')
    const { seen } = connect('ana', { seq: drawn.seq, epoch: drawn.epoch })
    await until(() => seen.texts.includes('meanwhile'))
    expect(seen.snapshots).toBe(0)
  })

  test('falls back to streams and posts where sockets are blocked', async () => {
    await begin()
    const { line, seen } = connect('staff-1', { staff: true }, (url) =>
      url.replace('/ws', '/blocked'),
    )
    await until(() => line.status === 'open')
    expect([line.kind, seen.staff.length > 0]).toEqual(['sse', true])
    expect(await line.say('by post')).toMatchObject({ ok: true })
    house.gateway.tellPerson(personOf('staff-1'), { k: 'muted', muted: false })
    await until(() => seen.persons.length === 1 && seen.room!.chat.length === 1)
    house.server.closeAllConnections()
    await until(() => seen.statuses.includes('lost'))
    tell('while away')
    await until(() => seen.texts.includes('while away'))
    expect(seen.snapshots).toBe(1)
  })

  test('is told when it is turned away for good, and tries no more', async () => {
    await begin()
    const { line, seen } = connect('ana', { staff: true })
    await until(() => line.status === 'broken')
    expect(seen.refusal).toEqual({ code: 'people.accounts.not_allowed' })
    expect(await line.say('x')).toEqual({ ok: false, refusal: { code: 'sdk.offline' } })
    const tries = sockets.length
    await new Promise((done) => setTimeout(done, 800))
    expect(sockets.length).toBe(tries)
  })

  test('what was asked when the line broke is answered, too', async () => {
    await begin()
    const { line } = connect('ana')
    await until(() => line.status === 'open')
    const said = line.say('explode')
    sockets.at(-1)!.terminate()
    expect((await said).ok).toBe(false)
  })

  test('the quickest round trip tells the time best', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.array(fc.record({ there: fc.nat(900), back: fc.nat(900) }), {
          minLength: 1,
          maxLength: 8,
        }),
        (offset, trips) => {
          let now = 0
          const time = makeServerTime(
            () => now,
            () => 0,
          )
          for (const { there, back } of trips) {
            const sent = now
            now += there + back
            time.hear(sent, now, sent + there + offset)
          }
          const best = Math.min(...trips.map(({ there, back }) => there + back))
          expect(Math.abs(time.now() - (now + offset))).toBeLessThanOrEqual(best / 2)
        },
      ),
    )
  })
})

describe('makeClient', () => {
  async function serve(answer: (url: string, body: string, type: string) => [number, string]) {
    const server: Server = createServer(async (req, res) => {
      let body = ''
      for await (const chunk of req) body += String(chunk)
      const [status, text] = answer(
        `${req.method} ${req.url}`,
        body,
        req.headers['content-type'] ?? '',
      )
      res.writeHead(status).end(text)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    stops.push(() => {
      server.closeAllConnections()
      return new Promise((done) => server.close(done))
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('fills the path, the query and the body, and hands back what came', async () => {
    const seen: unknown[] = []
    const client = makeClient({
      baseUrl: await serve((...given) => [seen.push(given) && 200, '{"done":true}']),
    })
    await client.call('DELETE /api/shows/:showId/chat/:messageId', {
      params: { showId: 'a/../b?c', messageId: 'm' },
    })
    await client.call('GET /api/desk/orders', { query: { search: 'a&b=c', limit: 5 } })
    await client.call('POST /api/sign-out')
    await client.call('POST /api/products/import', { query: {}, body: 'a,b', type: 'text/csv' })
    const answer = await client.call('POST /api/shows/:showId/sale', {
      params: { showId: 's' },
      body: { stopped: true },
    })
    expect(answer).toEqual({ ok: true, value: { done: true } })
    expect(seen).toEqual([
      ['DELETE /api/shows/a%2F..%2Fb%3Fc/chat/m', '', ''],
      ['GET /api/desk/orders?search=a%26b%3Dc&limit=5', '', ''],
      ['POST /api/sign-out', '', ''],
      ['POST /api/products/import', 'a,b', 'text/csv'],
      ['POST /api/shows/s/sale', '{"stopped":true}', 'application/json'],
    ])
  })

  test('refusals come as they are, everything else has a code of its own', async () => {
    const replies: [number, string][] = [
      [409, '{"refusal":{"code":"stage.show.ended"}}'],
      [500, '<html>'],
      [200, '<html>'],
      [502, '{"error":1}'],
      [400, 'null'],
      [400, '{"refusal":null}'],
    ]
    const client = makeClient({ baseUrl: await serve(() => replies.shift()!) })
    const codes = []
    while (replies.length > 0) {
      const answer = await client.call('GET /api/me')
      codes.push(answer.ok ? 'ok' : answer.refusal.code)
    }
    expect(codes).toEqual([
      'stage.show.ended',
      ...Array.from({ length: 5 }, () => 'sdk.bad_answer'),
    ])
    const dead = makeClient({ baseUrl: 'http://127.0.0.1:1' })
    expect(await dead.call('GET /api/me')).toEqual({ ok: false, refusal: { code: 'sdk.offline' } })
  })

  test('is typed by the contracts', () => {
    const client = makeClient()
    const call = () => client.call('GET /api/shows/:showId', { params: { showId: 'x' } })
    expectTypeOf<
      Extract<Awaited<ReturnType<typeof call>>, { ok: true }>['value']
    >().toEqualTypeOf<Show>()
    // @ts-expect-error -- the show is missing
    void (() => client.call('GET /api/shows/:showId'))
    // @ts-expect-error -- no such route
    void (() => client.call('GET /api/nothing'))
  })
})
