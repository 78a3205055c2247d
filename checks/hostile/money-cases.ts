import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import { expectNo, expectNoFindings } from './answers.ts'
import { value, type World } from './world.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

interface Said { readonly body: string; readonly secret?: string; readonly atSeconds?: number }

const sign = ({ body, secret = '', atSeconds = 0 }: Said): string =>
  `t=${atSeconds},v1=${createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')}`
const nowSeconds = (): number => Math.floor(systemClock.nowMs() / 1000)

const captured = (world: World, change: object = {}): string => JSON.stringify({
  id: 'evt_hostile', type: 'intent.succeeded', createdAtMs: systemClock.nowMs(),
  data: {
    reference: world.victim.paymentId, amount: world.victim.order.total.amountMinor,
    currency: world.victim.order.total.currency, status: 'succeeded', ...change,
  },
})

async function post(world: World, body: string, signature?: string) {
  return world.wire.ask({
    method: 'POST', path: '/webhooks/sandbox', body,
    headers: { ...JSON_TYPE, ...(signature === undefined ? {}
      : { 'x-sandbox-signature': signature }) },
  })
}

const stateOf = async ({ merchant, victim }: World): Promise<string> =>
  value(await merchant.call('GET /api/desk/orders/:orderId',
    { params: { orderId: victim.order.id } }))
    .order.state

export function moneyCases(world: () => World): void {
  describe('orders and money of another person', () => {
    test('are not there for anybody else', async () => {
      const { attacker, victim, staff, wire } = world()
      const ask = (method: string, path: string, session: string, body?: unknown) => wire.ask({
        method, path, session, ...(body ? { body: JSON.stringify(body), headers: JSON_TYPE } : {}),
      })
      const { id } = victim.order
      expectNo('cancel', await ask('POST', `/api/orders/${id}/cancel`, attacker.token),
        'trade.orders.unknown')
      expectNo('pay', await ask('POST', `/api/orders/${id}/pay`, attacker.token),
        'trade.orders.unknown', 'trade.payments.unknown')
      for (const session of [attacker.token, staff.host, staff.moderator]) {
        expectNo('desk', await ask('GET', `/api/desk/orders/${id}`, session),
          'people.accounts.not_allowed')
      }
      const refund = { reason: 'mine', restock: true }
      for (const session of [attacker.token, victim.token, staff.producer]) {
        expectNo('refund', await ask('POST', `/api/desk/orders/${id}/refund`, session, refund),
          'people.accounts.not_allowed')
      }
      const { product, showId } = world()
      const variant = product.variants[0]!
      const wish = {
        key: 'the-key-of-the-victim', showId, offerId: null, variantId: variant.id, quantity: 1,
        market: 'DE', unitAmountMinor: variant.prices['DE']!.amountMinor,
          deliveryId: victim.deliveryId,
      }
      expectNo('their address', await ask('POST', '/api/orders', attacker.token, wish),
        'people.accounts.delivery_unknown')
      const mine = await ask('GET', '/api/orders/mine', attacker.token)
      expect(mine.text).not.toContain(victim.order.number)
      expectNoFindings()
      expect(await stateOf(world())).toBe('held')
    })

    test('their key gives the attacker an order of his own', async () => {
      const { attacker, victim, product, showId } = world()
      const variant = product.variants[0]!
      const order = value(await attacker.client.call('POST /api/orders', {
        body: {
          key: 'the-key-of-the-victim', showId, offerId: null, variantId: variant.id, quantity: 1,
          market: 'DE', unitAmountMinor: variant.prices['DE']!.amountMinor,
          deliveryId: attacker.deliveryId,
        },
      }))
      expect(order.id).not.toBe(victim.order.id)
      const params = { orderId: order.id }
      value(await attacker.client.call('POST /api/orders/:orderId/cancel', { params }))
    })

    test('a price, market or quantity of one\'s own is refused', async () => {
      const { attacker, wire, product, showId } = world()
      const variant = product.variants[0]!
      const good = {
        key: 'hostile-key-0000003', showId, offerId: null, variantId: variant.id, quantity: 1,
        market: 'DE', unitAmountMinor: variant.prices['DE']!.amountMinor,
          deliveryId: attacker.deliveryId,
      }
      const ask = (change: object) => wire.ask({
        method: 'POST', path: '/api/orders', session: attacker.token, headers: JSON_TYPE,
        body: JSON.stringify({ ...good, ...change }),
      })
      expectNo('for nothing', await ask({ unitAmountMinor: 0 }), 'trade.orders.price_changed')
      expectNo('nowhere', await ask({ market: 'ZZ' }), 'trade.orders.market_not_served')
      expectNo('21 units', await ask({ quantity: 21 }), 'http.invalid')
      expectNo('another show', await ask({ showId: world().scratchShowId }),
        'trade.orders.show_not_live')
      expectNoFindings()
    })
  })

  describe('webhooks', () => {
    test('forged, stale, cut and nonsense ones are refused', async () => {
      const { webhookSecret: secret } = world()
      const body = captured(world())
      const atSeconds = nowSeconds()
      const right = sign({ body, secret, atSeconds })
      const forged = 'trade.payments.webhook_forged'
      for (const signature of [
        undefined, '', 'x', `t=${atSeconds}`, `t=${atSeconds},v1=`, right.slice(0, -1), `${right}0`,
        right.toUpperCase(), `${right},${right}`, right.replace(/t=\d+/, `t=${atSeconds + 1}`),
        sign({ body, secret: 'guess', atSeconds }), sign({ body: `${body} `, secret, atSeconds }),
        `t=${'9'.repeat(300)},v1=${'0'.repeat(64)}`, 'x'.repeat(7000),
      ]) expectNo(`signature ${signature?.slice(0, 30)}`, await post(world(), body, signature),
        forged)
      for (const seconds of [atSeconds - 301, atSeconds + 320, 0, 999_999_999_999]) {
        const signature = sign({ body, secret, atSeconds: seconds })
        expectNo(`at ${seconds}`, await post(world(), body, signature),
          'trade.payments.webhook_stale')
      }
      for (const odd of [
        '', '{', 'null', '[]', '{}', '"x"', '\u0000', captured(world(), { amount: -1 }),
        captured(world(), { currency: 'eur' }), captured(world(), { reference: '../x' }),
        captured(world(), { status: 'paid' }), '['.repeat(16_000),
      ]) {
        expectNo(`body ${odd.slice(0, 30)}`, await post(world(), odd,
          sign({ body: odd, secret, atSeconds })),
          'trade.payments.webhook_malformed', 'http.invalid')
      }
      const huge = captured(world(), { more: 'x'.repeat(17_000) })
      expectNo('17 KB', await post(world(), huge, sign({ body: huge, secret, atSeconds })),
        'http.too_large')
      expectNoFindings()
      expect(await stateOf(world())).toBe('held')
    })

    test('a signed one with another amount or an unknown payment pays nothing', async () => {
      const { webhookSecret: secret } = world()
      const atSeconds = nowSeconds()
      for (const change of [{ amount: 1 }, { currency: 'USD' },
        { reference: 'pay_01k9zzzzzzzzzzzzzzzzzzzzzz' }]) {
        const body = captured(world(), change).replace('evt_hostile',
          `evt_${JSON.stringify(change).length}`)
        const answer = await post(world(), body, sign({ body, secret, atSeconds }))
        expect([change, answer.status < 500]).toEqual([change, true])
      }
      expect(await stateOf(world())).toBe('held')
    })

    test('a right one that comes again and again counts once', async () => {
      const { webhookSecret: secret, merchant, victim } = world()
      const body = captured(world())
      for (let turn = 0; turn < 4; turn++) {
        const signature = sign({ body, secret, atSeconds: nowSeconds() - turn })
        expect((await post(world(), body, signature)).status).toBe(200)
      }
      const file = value(await merchant.call('GET /api/desk/orders/:orderId',
        { params: { orderId: victim.order.id } }))
      expect(file.order.state).toBe('paid')
      expect(file.steps.filter(({ what }) => /paid/i.test(what)).length).toBeLessThanOrEqual(2)
      expect(file.payments.filter(({ state }) => state === 'captured')).toHaveLength(1)
    })
  })
}
