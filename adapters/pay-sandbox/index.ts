import { createHmac, timingSafeEqual } from 'node:crypto'
import { Fault, ok, refuse, type Clock } from '#kernel'
import type { PaymentProvider } from '#trade/payments/contract'
import { makeDriver } from './driver.ts'
import { readEvent, readIntentAnswer, readRefundAnswer, readSignature } from './translate.ts'

const DEADLINE_MS = 4000
const STALE_SECONDS = 300

export interface SandboxPayDeps {
  /** Where the provider listens, e.g. `http://127.0.0.1:4242`. */
  readonly baseUrl: string
  readonly key: string
  readonly webhookSecret: string
  readonly clock: Clock
  /** How long one call may take, milliseconds. */
  readonly deadlineMs?: number
}

function isSigned(secret: string, seconds: number, hex: string, body: Uint8Array): boolean {
  const expected = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest()
  return timingSafeEqual(expected, Buffer.from(hex, 'hex'))
}

/** The sandbox provider behind the payment port. */
export function makeSandboxPay(deps: SandboxPayDeps): PaymentProvider {
  const driver = makeDriver({
    baseUrl: deps.baseUrl.replace(/\/+$/, ''), key: deps.key, clock: deps.clock,
    deadlineMs: deps.deadlineMs ?? DEADLINE_MS,
  })
  /** An answer that does not parse is no answer. */
  const clear = <T>(value: T | undefined): T => {
    if (value === undefined) throw driver.noAnswer(new Error('the answer does not parse'))
    return value
  }
  return {
    name: 'sandbox',
    async createIntent({ paymentId, amount, orderNumber, returnUrl }) {
      const answer = await driver.call('POST', '/v1/intents', {
        reference: paymentId, amount: amount.amountMinor, currency: amount.currency,
        order: orderNumber, returnUrl,
      }, paymentId)
      const { state, challengeUrl } = clear(readIntentAnswer(answer))
      return { state, challengeUrl }
    },
    async readIntent(paymentId) {
      const answer = await driver.call('GET', `/v1/intents/${encodeURIComponent(paymentId)}`)
      return answer === null ? null : clear(readIntentAnswer(answer))
    },
    async refund({ refundId, paymentId, amount }) {
      const answer = await driver.call('POST', '/v1/refunds', {
        reference: refundId, intent: paymentId, amount: amount.amountMinor,
      }, refundId)
      return clear(readRefundAnswer(answer))
    },
    async readRefund(refundId) {
      const answer = await driver.call('GET', `/v1/refunds/${encodeURIComponent(refundId)}`)
      return answer === null ? null : clear(readRefundAnswer(answer))
    },
    readWebhook(headers, body, nowMs) {
      const said = readSignature(headers['x-sandbox-signature'])
      if (!said || !isSigned(deps.webhookSecret, said.seconds, said.hex, body)) {
        return refuse('trade.payments.webhook_forged')
      }
      if (Math.abs(nowMs / 1000 - said.seconds) > STALE_SECONDS) {
        return refuse('trade.payments.webhook_stale')
      }
      const event = readEvent(Buffer.from(body).toString('utf8'))
      return event ? ok(event) : refuse('trade.payments.webhook_malformed')
    },
  }
}

/** What tests and the demo shoppers ask of the sandbox beyond the port. */
export function makeSandboxControl(deps: Omit<SandboxPayDeps, 'webhookSecret'>) {
  const driver = makeDriver({ ...deps, deadlineMs: deps.deadlineMs ?? DEADLINE_MS })
  const answer = async (paymentId: string, said: 'approve' | 'decline') => {
    const path = `/v1/intents/${encodeURIComponent(paymentId)}/${said}`
    if (await driver.call('POST', path, {}) === null) throw new Fault('payments.unknown_intent')
  }
  return {
    approve: (paymentId: string) => answer(paymentId, 'approve'),
    decline: (paymentId: string) => answer(paymentId, 'decline'),
    /** See BehaviourSchema of the sandbox: delayMs, declineRate, loseRate, reorder... */
    behave: (behaviour: Record<string, number | boolean | string>) =>
      driver.call('POST', '/v1/behaviour', behaviour),
  }
}
