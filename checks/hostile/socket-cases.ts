import { WebSocket } from 'ws'
import { describe, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import { documented, expectCalm, expectNoFindings, findLeaks, note } from './answers.ts'
import { hostileBodies } from './routes.ts'
import { makeSession, nobodys, script, type World } from './world.ts'

interface Line {
  readonly frames: Record<string, unknown>[]
  readonly texts: string[]
  readonly closed: Promise<number>
  send(message: unknown): void
  raw(data: string | Uint8Array): void
  /** The next frame from now on for which this holds. */
  next(isIt: (frame: Frame) => boolean, timeoutMs?: number): Promise<Frame>
  end(): void
}
type Frame = Record<string, unknown> & { t?: string; ref?: string; refusal?: { code: string } }

function open(world: World, session?: string, headers: Record<string, string> = {}): Promise<Line> {
  const url = `${world.house.url.replace('http', 'ws')}/ws`
  const socket = new WebSocket(url, {
    headers: { ...(session ? { cookie: `sid=${session}` } : {}), ...headers },
  })
  const texts: string[] = []
  const frames: Frame[] = []
  const closed = new Promise<number>((done) => { socket.on('close', (code) => done(code)) })
  socket.on('message', (data: Buffer) => {
    texts.push(data.toString())
    frames.push(JSON.parse(data.toString()) as Frame)
  })
  const line: Line = {
    frames, texts, closed,
    send: (message) => socket.send(JSON.stringify(message)),
    raw: (data) => socket.send(data),
    async next(isIt, timeoutMs = 4000) {
      const until = systemClock.steadyMs() + timeoutMs
      for (let at = 0; ; ) {
        for (; at < frames.length; at++) if (isIt(frames[at]!)) return frames[at]!
        if (systemClock.steadyMs() > until) return { t: 'nothing' }
        await systemClock.sleep(10)
      }
    },
    end: () => socket.terminate(),
  }
  return new Promise((done, fail) => {
    socket.on('open', () => done(line))
    socket.on('error', fail)
  })
}

const hello = (world: World, more: object = {}) => ({ t: 'hello', v: 1, show: world.showId,
  ...more })

async function join(world: World, session?: string): Promise<Line> {
  const line = await open(world, session)
  line.send(hello(world))
  expect((await line.next(({ t }) => t === 'snapshot')).t).toBe('snapshot')
  return line
}

const codeOf = (frame: Frame): string => frame.refusal?.code ?? frame.t ?? 'nothing'
const isRefusal = (frame: Frame): boolean => frame.refusal !== undefined

async function refusalOf(line: Line, data: string | Uint8Array): Promise<string> {
  line.raw(data)
  return codeOf(await line.next(isRefusal))
}

function goodMessages(world: World): Record<string, object> {
  return {
    hello: hello(world, { seq: 1, epoch: 'x', market: 'DE', staff: false }),
    chat: { t: 'chat', ref: 'r', text: 'hello' },
    react: { t: 'react', kind: 'heart' },
    order: {
      t: 'order', ref: 'r',
      order: {
        key: 'hostile-key-0000002', showId: world.showId, offerId: null, quantity: 1,
        variantId: world.product.variants[0]!.id, market: 'DE', unitAmountMinor: 1,
        deliveryId: world.victim.deliveryId,
      },
    },
    ask: { t: 'ask', seq: 1 },
    market: { t: 'market', market: 'DE' },
    ping: { t: 'ping', at: 1 },
  }
}

export function socketCases(world: () => World): void {
  describe('the socket', () => {
    test.each([
      ['binary', Buffer.from([0, 1, 2, 255]), 'stage.gateway.malformed'],
      ['no JSON', '{', 'stage.gateway.malformed'],
      ['unknown t', '{"t":"root"}', 'stage.gateway.malformed'],
      ['deep JSON', `{"t":${'['.repeat(2000)}${']'.repeat(2000)}}`, 'stage.gateway.malformed'],
      ['prototype', '{"__proto__":{"t":"ping"},"t":"x"}', 'stage.gateway.malformed'],
      ['5 KB', JSON.stringify({ t: 'chat', ref: '1', text: 'x'.repeat(5000) }),
        'stage.gateway.too_large'],
      ['a chat before hello', '{"t":"chat","ref":"1","text":"x"}', 'stage.gateway.malformed'],
      ['another protocol', `{"t":"hello","v":2,"show":"${nobodys('sho')}"}`,
        'stage.gateway.protocol_old'],
      ['an unknown show', `{"t":"hello","v":1,"show":"${nobodys('sho')}"}`,
        'stage.gateway.show_unknown'],
    ])('%s is refused', async (_what, data, code) => {
      const line = await open(world())
      expect(await refusalOf(line, data)).toBe(code)
      line.end()
    })

    test('a message of 1 MB ends the connection and is never read', async () => {
      const line = await open(world())
      line.raw('x'.repeat(1024 * 1024))
      expect(await line.closed).toBe(1009)
    })

    test('another origin, host or path gets no socket', async () => {
      for (const headers of [
        { origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' },
        { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example',
          host: 'evil.example' },
        { host: 'evil.example' },
      ]) {
        const answer = await open(world(), undefined, headers)
          .then((line) => { line.end(); return 'open' }, (error: Error) => error.message)
        note(`a socket with ${JSON.stringify(headers)}: ${answer}`, !/40[34]/.test(answer))
      }
      expectNoFindings()
    })

    test('a second hello and the staff channel for a guest are refused', async () => {
      const line = await join(world(), world().attacker.token)
      expect(await refusalOf(line, JSON.stringify(hello(world())))).toBe('stage.gateway.malformed')
      line.end()
      const staff = await open(world(), world().attacker.token)
      expect(await refusalOf(staff, JSON.stringify(hello(world(), { staff: true }))))
        .toBe('people.accounts.not_allowed')
      const nobody = await open(world())
      expect(await refusalOf(nobody, JSON.stringify(hello(world(), { staff: true }))))
        .toBe('people.accounts.sign_in_needed')
    })

    test('every message with every part wrong gets an answer and breaks nothing', async () => {
      const { house, wire, showId } = world()
      let session = ''
      let said = 0
      for (const [name, message] of Object.entries(goodMessages(world()))) {
        for (const { what, value } of hostileBodies(message)) {
          // Sixty messages in ten seconds are one person's limit.
          if (said++ % 50 === 0) session = await makeSession(house)
          // The HTTP form has the same handler, and no limit of five mistakes.
          const answer = await wire.ask({
            method: 'POST', path: `/api/rooms/${showId}/say`, session,
            headers: { 'content-type': 'application/json' }, body: JSON.stringify(value),
          })
          expectCalm(`${name}: ${what}`, answer)
          note(`${name}: ${what} was never read`, answer.text.includes('stage.gateway.too_fast'))
          note(`${name}: ${what} leaves a property`,
            what.startsWith('extra property') && answer.code !== 'http.invalid')
        }
      }
      expect(house.pid('server')).toBe(world().startPid)
      expectNoFindings()
    })

    test('chat: markup stays text, blanks and floods are refused', async () => {
      const { attacker } = world()
      const line = await join(world(), attacker.token)
      const say = async (text: string, ref: string) => {
        line.send({ t: 'chat', ref, text })
        return line.next((frame) => frame.ref === ref)
      }
      expect(codeOf(await say(' \u200b\u202e ', 'blank'))).toBe('stage.chat.empty')
      expect(codeOf(await say('x'.repeat(281), 'long'))).toBe('stage.chat.too_long')
      for (const [ref, text] of [['nul', 'a\u0000b'], ['half', 'a\ud800b'], ['script', script]]) {
        const answer = await say(text!, ref!)
        note(`chat ${ref}: ${codeOf(answer)}`, isRefusal(answer)
          && answer.refusal!.code.startsWith('http.'))
      }
      const answers = await Promise.all(Array.from({ length: 9 }, (_, at) =>
        say(`flood ${at}`, `f${at}`)))
      expect(answers.filter(isRefusal).map(codeOf)).toContain('stage.chat.too_fast')
      line.end()
      expectNoFindings()
    })

    test('an order for another person\'s delivery is refused and nothing of theirs is heard',
      async () => {
      const { attacker, victim, product, showId } = world()
      const line = await join(world(), attacker.token)
      const variant = product.variants[0]!
      const order = {
        key: 'the-key-of-the-victim', showId, offerId: null, variantId: variant.id, quantity: 1,
        market: 'DE', unitAmountMinor: variant.prices['DE']!.amountMinor,
          deliveryId: victim.deliveryId,
      }
      line.send({ t: 'order', ref: 'o', order })
      expect(codeOf(await line.next(({ ref }) => ref === 'o'))).toBe(
        'people.accounts.delivery_unknown')
      await systemClock.sleep(300)
      const text = line.texts.join('\n')
      expect(findLeaks({ status: 200, headers: {}, text, code: undefined })).toEqual([])
      line.end()
    })

    test('a flood ends its own connection and nobody else\'s', async () => {
      const calm = await join(world(), world().victim.token)
      const line = await join(world())
      for (let at = 0; at < 400; at++) line.send({ t: 'ping', at })
      expect(await line.closed).toBe(1008)
      expect(line.frames.map((frame) => codeOf(frame))).toContain('stage.gateway.too_fast')
      calm.send({ t: 'ping', at: 7 })
      expect((await calm.next(({ t }) => t === 'pong')).echo).toBe(7)
      calm.end()
    })

    test('one address gets so many sockets and no more', async () => {
      const lines = await Promise.all(Array.from({ length: 215 }, () => open(world())))
      const last = lines.at(-1)!
      expect(codeOf(await last.next(isRefusal))).toBe('stage.gateway.full')
      for (const line of lines) line.end()
      await Promise.all(lines.map(({ closed }) => closed))
      await systemClock.sleep(200)
      const after = await join(world())
      after.end()
    })

    test('what it says is in the book', async () => {
      const { wire, showId } = world()
      for (const query of ['', 'v=1', `v=2&show=${showId}`, `v=1&show=${nobodys('sho')}`,
        'v=1&show=%00',
        `v=1&show=${showId}&staff=1`, `v=${'9'.repeat(400)}`, `v=1&v=1&show=${showId}x`]) {
        const answer = await wire.ask({ path: `/sse?${query}` })
        const code = /"code":"([^"]+)"/.exec(answer.text)?.[1] ?? ''
        note(`/sse?${query}: ${answer.status} ${answer.text.slice(0, 80)}`, !documented.has(code))
      }
      expectNoFindings()
    })
  })
}
