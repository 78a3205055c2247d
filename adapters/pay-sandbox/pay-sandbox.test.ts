import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { makeIds, money, systemClock, systemRandom } from '#kernel'
import { paymentProviderConformance } from '#trade/payments/testing'
import { makeSandboxControl, makeSandboxPay } from './index.ts'
import { startReceiver, startSandboxPay } from './testing/index.ts'
import { readEvent, readIntentAnswer } from './translate.ts'

const clock = systemClock
const ids = makeIds({ clock, random: systemRandom })

paymentProviderConformance('sandbox', async () => {
  const receiver = await startReceiver()
  const sandbox = await startSandboxPay(receiver.url)
  const control = makeSandboxControl({ ...sandbox, clock })
  return {
    provider: makeSandboxPay({ ...sandbox, clock, deadlineMs: 600 }),
    deliveries: receiver.received,
    approve: control.approve,
    decline: control.decline,
    sign(body, seconds) {
      const hex = createHmac('sha256', sandbox.webhookSecret).update(`${seconds}.${body}`)
        .digest('hex')
      const headers = { 'x-sandbox-signature': `t=${seconds},v1=${hex}` }
      return { headers, body: Buffer.from(body) }
    },
    setSilent: async (isSilent) => void await control.behave({ noAnswerRate: isSilent ? 1 : 0 }),
    setRefundsFail: async (doFail) => void await control.behave({ refundFailRate: doFail ? 1 : 0 }),
    async stop() {
      await sandbox.stop()
      await receiver.stop()
    },
  }
})

describe('the sandbox adapter', () => {
  const endings: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end()
  })
  const create = (baseUrl: string, key = 'k') => makeSandboxPay({
    baseUrl, key, webhookSecret: 's', clock, deadlineMs: 500,
  }).createIntent({
    paymentId: ids.make('pay'), amount: money(1, 'EUR'), orderNumber: 'x', returnUrl: 'http://x.t',
  })

  it('tells a provider that is not there from one that does not answer', async () => {
    const receiver = await startReceiver()
    await receiver.stop()
    await expect(create(receiver.url)).rejects.toMatchObject({ code: 'payments.provider_down' })
  })

  it.each([200, 302, 400, 500])('takes HTTP %i without sense for no answer', async (status) => {
    const receiver = await startReceiver()
    endings.push(receiver.stop)
    receiver.answer(status)
    await expect(create(receiver.url)).rejects.toMatchObject({ code: 'payments.no_answer' })
  })

  it('takes a wrong key for no answer, never for a decline', async () => {
    const sandbox = await startSandboxPay('http://127.0.0.1:9')
    endings.push(sandbox.stop)
    await expect(create(sandbox.baseUrl, 'wrong')).rejects.toMatchObject(
      { code: 'payments.no_answer' })
  })

  it.each([
    'javascript:alert(1)', '//evil.test/x', '/\\evil.test', 'http://x.t/"><script>',
    'data:text/html,x',
  ])('refuses the challenge page %s', (challengeUrl) => {
    const answer = { reference: 'x', amount: 1, currency: 'EUR', status: 'requires_action' }
    expect(readIntentAnswer({ ...answer, challengeUrl })).toBeUndefined()
    expect(readIntentAnswer({ ...answer, challengeUrl: '/sandbox-pay/challenge/pi_1' }))
      .toMatchObject({ state: 'challenge' })
  })

  it('does not mix a refund event with an intent event', () => {
    const data = { reference: ids.make('pay'), amount: 1, currency: 'EUR', status: 'succeeded' }
    const event = (type: string, more: object) =>
      readEvent(JSON.stringify({ id: 'e', type, createdAtMs: 1, data: { ...data, ...more } }))
    expect(event('intent.succeeded', {})).toMatchObject({ kind: 'intent', state: 'captured' })
    expect(event('refund.succeeded', {})).toBeUndefined()
    expect(event('intent.failed', { status: 'failed' })).toBeUndefined()
    const pending = { reference: ids.make('ref'), status: 'pending' }
    expect(event('refund.pending', pending)).toBeUndefined()
  })
})
