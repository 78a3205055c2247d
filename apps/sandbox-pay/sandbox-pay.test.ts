import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeIds, money, systemClock, systemRandom, type PaymentId } from '#kernel'
import { makeSandboxControl, makeSandboxPay } from '#adapters/pay-sandbox'
import { startReceiver, startSandboxPay, type RunningSandbox } from '#adapters/pay-sandbox/testing'

const clock = systemClock
const ids = makeIds({ clock, random: systemRandom })
let receiver: Awaited<ReturnType<typeof startReceiver>>
let sandbox: RunningSandbox

const pay = () => makeSandboxPay({ ...sandbox, clock })
const control = () => makeSandboxControl({ ...sandbox, clock })
const wellBehaved = {
  delayMs: 0, answerDelayMs: 0, declineRate: 0, duplicateRate: 0, loseRate: 0, reorder: false,
  noAnswerRate: 0, refundFailRate: 0, scenario: 'challenge',
}

beforeAll(async () => {
  receiver = await startReceiver()
  sandbox = await startSandboxPay(receiver.url)
})
afterAll(async () => {
  await sandbox.stop()
  await receiver.stop()
})
beforeEach(async () => {
  receiver.answer(200)
  await control().behave(wellBehaved)
})

const create = async (amountMinor = 2490) => {
  const paymentId = ids.make('pay')
  const made = await pay().createIntent({
    paymentId, amount: money(amountMinor, 'EUR'), orderNumber: 'SC-1 <b>', returnUrl: 'http://x.t',
  })
  return { paymentId, ...made }
}
interface Told { readonly id: string; readonly type: string; readonly data: { reference: string } }
const told = (reference: string) => receiver.received
  .map(({ body }) => JSON.parse(Buffer.from(body).toString()) as Told)
  .filter((event) => event.data.reference === reference)
const types = (reference: string) => told(reference).map((event) => event.type)

async function until(look: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 8000
  while (!await look()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
    await clock.sleep(20)
  }
}
const stateOf = async (id: PaymentId) => (await pay().readIntent(id))?.state

describe('webhooks of the sandbox', () => {
  it('come in order, each once, when all is well', async () => {
    const { paymentId } = await create()
    await control().approve(paymentId)
    await until(() => types(paymentId).length === 2, 'both')
    expect(types(paymentId)).toEqual(['intent.requires_action', 'intent.succeeded'])
  })

  it('are sent again, in order, until they are taken', async () => {
    receiver.answer(500)
    const { paymentId } = await create()
    await control().approve(paymentId)
    await clock.sleep(400)
    expect(types(paymentId)).toEqual([])
    receiver.answer(200)
    await until(() => types(paymentId).length === 2, 'both')
    expect(types(paymentId)).toEqual(['intent.requires_action', 'intent.succeeded'])
  })

  it('survive kill -9 of the sandbox, and so do payments and misbehaviour', async () => {
    receiver.answer(503)
    await control().behave({ declineRate: 0.25 })
    const { paymentId, challengeUrl } = await create()
    await control().approve(paymentId)
    await sandbox.kill()
    sandbox = await sandbox.restart()
    receiver.answer(200)
    await until(() => types(paymentId).length === 2, 'both after the crash')
    const now = await pay().readIntent(paymentId)
    expect(now?.amount).toEqual(money(2490, 'EUR'))
    expect(challengeUrl).toContain('/sandbox-pay/challenge/pi_')
    const behaviour = await fetch(`${sandbox.baseUrl}/v1/behaviour`, {
      headers: { authorization: `Bearer ${sandbox.key}` },
    })
    expect(await behaviour.json()).toMatchObject({ declineRate: 0.25 })
  })

  it('can be delayed, duplicated, lost and reordered', async () => {
    await control().behave({ delayMs: 300 })
    const late = await create()
    expect(types(late.paymentId)).toEqual([])
    await until(() => types(late.paymentId).length === 1, 'the late one')
    await control().behave({ ...wellBehaved, duplicateRate: 1 })
    const twice = await create()
    await until(() => told(twice.paymentId).length === 2, 'two copies')
    expect(new Set(told(twice.paymentId).map((event) => event.id)).size).toBe(1)
    await control().behave({ ...wellBehaved, loseRate: 1 })
    const lost = await create()
    await clock.sleep(200)
    expect(types(lost.paymentId)).toEqual([])
    expect(await stateOf(lost.paymentId)).toBe('challenge')
  })

  it('overtake each other when told to', async () => {
    await control().behave({ reorder: true, delayMs: 300 })
    const made = await Promise.all(Array.from({ length: 12 }, () => create()))
    await Promise.all(made.map(({ paymentId }) => control().approve(paymentId)))
    await until(() => made.every(({ paymentId }) => types(paymentId).length === 2), 'all')
    const turned = made.filter(({ paymentId }) => types(paymentId)[0] === 'intent.succeeded')
    expect(turned.length).toBeGreaterThan(0)
  })
})

describe('behaviours of the sandbox', () => {
  it.each([
    [4_000_002, 'declined'], [4_000_003, 'captured'], [4_000_004, 'processing'],
  ])('amount %i begins as %s', async (amount, state) => {
    const { paymentId, challengeUrl } = await create(amount)
    expect(challengeUrl).toBeNull()
    expect(await stateOf(paymentId)).toBe(state)
    if (state === 'processing') {
      await until(async () => await stateOf(paymentId) === 'captured', 'the capture')
    }
  })

  it('declines what the buyer approves, at the rate it is told', async () => {
    await control().behave({ declineRate: 1 })
    const { paymentId } = await create()
    await control().approve(paymentId)
    expect(await stateOf(paymentId)).toBe('declined')
  })

  it('refuses a reference with another amount, and a key that is not the reference', async () => {
    const { paymentId } = await create()
    const post = (body: object, key?: string) => fetch(`${sandbox.baseUrl}/v1/intents`, {
      method: 'POST', body: JSON.stringify(body),
      headers: {
        authorization: `Bearer ${sandbox.key}`, ...(key ? { 'idempotency-key': key } : {}),
      },
    }).then((answer) => answer.status)
    const same = { reference: paymentId, amount: 2490, currency: 'EUR', order: 'x' }
    expect(await post(same)).toBe(200)
    expect(await post({ ...same, amount: 1 })).toBe(409)
    expect(await post(same, 'another-key')).toBe(400)
  })
})

describe('hostile calls', () => {
  const call = (method: string, path: string, body?: string, key = sandbox.key) =>
    fetch(`${sandbox.baseUrl}${path}`, {
      method, redirect: 'manual', headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body }),
    }).then((answer) => answer.status)

  it('needs the key on every call of the API', async () => {
    for (const path of ['/v1/intents', '/v1/refunds', '/v1/behaviour', '/v1/intents/x/approve']) {
      expect(await call('POST', path, '{}', 'wrong')).toBe(401)
      expect(await call('POST', path, '{}', '')).toBe(401)
    }
  })

  it('answers 404 for what it does not know', async () => {
    for (const path of ['/v1/intents/nope', '/v1/refunds/nope', '/v1/constructor', '/', '/../x',
      '/v1/intents/x/toString', '/sandbox-pay/challenge/pi_nope',
      '/sandbox-pay/challenge/..%2f..']) {
      expect([path, await call('GET', path)]).toEqual([path, 404])
    }
  })

  it('takes a challenge only by its secret address, not by the payment id', async () => {
    const { paymentId } = await create()
    expect(await call('POST', `/sandbox-pay/challenge/${paymentId}`, 'answer=approve')).toBe(404)
    expect(await stateOf(paymentId)).toBe('challenge')
  })

  it.each([
    '', '{', 'null', '[]', '{"reference":1}',
    '{"reference":"short","amount":1,"currency":"EUR","order":"x"}',
    '{"reference":"long-enough-1","amount":1.5,"currency":"EUR","order":"x"}',
    '{"reference":"long-enough-1","amount":-1,"currency":"EUR","order":"x"}',
    '{"reference":"long-enough-1","amount":1,"currency":"EUR","order":"x","scenario":"__proto__"}',
    '{"reference":"long-enough-1","amount":1,"currency":"EUR","order":"x","more":1}',
  ])('refuses the body %s', async (body) => {
    expect(await call('POST', '/v1/intents', body)).toBe(400)
  })

  it('refuses bodies over 16 KB, also without a length', async () => {
    expect(await call('POST', '/v1/intents', 'x'.repeat(20_000)).catch(() => 413)).toBe(413)
    const status = await new Promise<number>((done) => {
      const it = request(`${sandbox.baseUrl}/v1/intents`, {
        method: 'POST', headers: { authorization: `Bearer ${sandbox.key}` },
      }, (answer) => done(answer.statusCode ?? 0))
      it.on('error', () => done(413))
      for (let chunk = 0; chunk < 20; chunk++) it.write('x'.repeat(1000))
      it.end()
    })
    expect(status).toBe(413)
  })
})

describe('the challenge page', () => {
  const url = (path: string | null) => `${sandbox.baseUrl}${path}`

  it('shows the amount and escapes what the shop sent, without any script', async () => {
    const { challengeUrl } = await create()
    const answer = await fetch(url(challengeUrl))
    const html = await answer.text()
    expect(html).toContain('Sandbox bank: no real money')
    expect(html).toContain('€24.90')
    expect(html).toContain('SC-1 &#60;b&#62;')
    expect(html).not.toMatch(/<script|\son\w+=|javascript:/i)
    const policy = answer.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`frame-ancestors 'self' ${receiver.url}`)
  })

  it('takes one answer and shows it from then on', async () => {
    const { paymentId, challengeUrl } = await create()
    const post = (answer: string) => fetch(url(challengeUrl), {
      method: 'POST', redirect: 'manual', body: new URLSearchParams({ answer }),
    })
    expect((await post('maybe')).status).toBe(400)
    const first = await post('approve')
    expect([first.status, first.headers.get('location')]).toEqual([303, challengeUrl])
    await post('decline')
    expect(await stateOf(paymentId)).toBe('captured')
    expect(await (await fetch(url(challengeUrl))).text()).toContain('Payment approved')
  })

  it('speaks the language of the browser, from the right for Arabic', async () => {
    const { challengeUrl } = await create()
    const page = async (language: string) =>
      (await fetch(url(challengeUrl), { headers: { 'accept-language': language } })).text()
    expect(await page('ar-EG,en;q=0.5')).toContain('dir="rtl"')
    expect(await page('zh-CN')).toContain('沙盒银行')
    expect(await page('xx;q=1')).toContain('lang="en"')
  })
})

it.each([
  ['https://shop.test/sandbox-pay', '/sandbox-pay/challenge/'],
  ['https://shop.test/', '/sandbox-pay/challenge/'],
  ['https://shop.test/live/sandbox-pay/', '/live/sandbox-pay/challenge/'],
])('shows its pages under the path of %s, on the origin of the shop', async (url, start) => {
  const other = await startSandboxPay(receiver.url, { env: { SILKCAST_PAY_PUBLIC_URL: url } })
  try {
    const made = await makeSandboxPay({ ...other, clock }).createIntent({
      paymentId: ids.make('pay'), amount: money(1, 'EUR'), orderNumber: 'x',
      returnUrl: 'http://x.t',
    })
    expect(made.challengeUrl?.startsWith(start)).toBe(true)
    const page = await fetch(`${other.baseUrl}${made.challengeUrl!.replace('/live', '')}`)
    expect(page.headers.get('content-security-policy'))
      .toContain("frame-ancestors 'self' https://shop.test")
  } finally {
    await other.stop()
  }
})

it('ends with its parent', async () => {
  const other = await startSandboxPay(receiver.url)
  await other.stop()
  await expect(fetch(`${other.baseUrl}/health`)).rejects.toThrow('fetch failed')
})
