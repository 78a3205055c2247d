import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { connect, type Database } from '#adapters/store-postgres'
import { makeIds, silentLog, systemClock, systemRandom, type Refusal, type Result } from '#kernel'
import type { Client } from '#sdk'
import type { Product } from '#trade/catalog/contract'
import type { Order } from '#trade/orders/contract'
import { startHouse, type RiggedHouse } from '../../lab/rig/house.ts'
import { settingOf } from '../e2e/kill/processes.ts'
import { secrets } from './answers.ts'
import { makeWire, type Wire } from './wire.ts'

export interface Person {
  readonly token: string
  readonly personId: string
  readonly client: Client
  readonly deliveryId: string
}

/** A running house with everybody in it whom the cases need. */
export interface World {
  readonly house: RiggedHouse
  readonly wire: Wire
  readonly books: Database
  readonly staff: Readonly<Record<'merchant' | 'producer' | 'host' | 'moderator', string>>
  readonly merchant: Client
  /** Whose things the attacker wants. */
  readonly victim: Person & { readonly order: Order; readonly paymentId: string }
  readonly attacker: Person
  /** Somebody whose session may end. */
  readonly passing: Person
  /** The live demo show, its pinned product, and a show and a product that may come to harm. */
  readonly showId: string
  readonly product: Product
  readonly scratchShowId: string
  readonly scratchProduct: Product
  readonly webhookSecret: string
  readonly internalKey: string
  readonly startPid: number
  stop(): Promise<void>
}

/** Looks right, belongs to nobody. */
export const nobodys = (prefix: string): string => `${prefix}_01k9zzzzzzzzzzzzzzzzzzzzzz`

/** Runs when it gets into a page as markup, whichever way. */
export const script = '<img src=x id=pwned onerror="window.pwned=1"><script>window.pwned=1</script>'

export function value<T>(result: Result<T, Refusal>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

export const address = (name: string, email: string) => ({
  name, email, line1: 'Musterweg 1', city: 'Leipzig', postalCode: '04109', country: 'DE',
})

/** A session of somebody new. */
export async function makeSession(house: RiggedHouse): Promise<string> {
  const visit = await fetch(`${house.url}/api/me/visit`, { method: 'POST' })
  return /sid=([^;]+)/.exec(visit.headers.get('set-cookie') ?? '')![1]!
}

async function makeGuest(house: RiggedHouse, name: string, email: string): Promise<Person> {
  const token = await makeSession(house)
  const client = house.client(token)
  const { personId } = value(await client.call('GET /api/me'))
  const { deliveryId } = value(await client.call('PUT /api/me/delivery',
    { body: address(name, email) }))
  return { token, personId: personId!, client, deliveryId }
}

async function linkFor(house: RiggedHouse, email: string): Promise<string> {
  value(await house.client().call('POST /api/sign-in/link', { body: { email } }))
  for (let wait = 0; wait < 100; wait++) {
    const link = house.said().match(new RegExp(`link for ${email}: (\\S+)`))?.[1]
    if (link) return link
    await systemClock.sleep(20)
  }
  throw new Error(`no link for ${email}`)
}

async function signInStaff(house: RiggedHouse, books: Database): Promise<World['staff']> {
  const id = makeIds({ clock: systemClock, random: systemRandom }).make('per')
  // The demo has nobody who is a producer and nothing else.
  await sql`insert into people_accounts.people (id, email, display_name, created_at_ms)
    values (${id}, 'clerk@example.com', 'Clerk', 0)`.execute(books.kysely)
  await sql`insert into people_accounts.roles values (${id}, 'producer')`.execute(books.kysely)
  const enter = async (email: string) => house.enter(await linkFor(house, email))
  return {
    merchant: await house.enter(house.signIn), producer: await enter('clerk@example.com'),
    moderator: await enter('moderator@demo.silkcast'), host: await enter('host@demo.silkcast'),
  }
}

async function waitLive(merchant: Client): Promise<string> {
  for (;;) {
    const show = value(await merchant.call('GET /api/shows')).find(({ isDemo }) => isDemo)!
    if (show.state === 'live') return show.id
    await systemClock.sleep(100)
  }
}

async function makeGoods(merchant: Client) {
  const showId = await waitLive(merchant)
  const params = { showId }
  value(await merchant.call('POST /api/shows/:showId/take-over',
    { params, body: { directed: false } }))
  const product = value(await merchant.call('GET /api/products', { query: {} }))
    .find(({ handle }) => handle === 'tea-set')!
  value(await merchant.call('POST /api/shows/:showId/pin',
    { params, body: { productId: product.id } }))
  const scratchProduct = value(await merchant.call('POST /api/products', {
    body: {
      title: 'Scratch', handle: 'scratch',
      variants: [{ title: 'One', sku: 'SCR-1', prices: { DE: { amountMinor: 100,
        currency: 'EUR' } } }],
    },
  }))
  const scratch = value(await merchant.call('POST /api/shows', {
    body: { title: 'Scratch', slug: 'scratch', startsAtMs: 0, lineUp: [] },
  }))
  return { showId, product, scratchProduct, scratchShowId: scratch.id }
}

async function buyAndPay(victim: Person, showId: string, product: Product) {
  const variant = product.variants[0]!
  const order = value(await victim.client.call('POST /api/orders', {
    body: {
      key: 'the-key-of-the-victim', showId, offerId: null, variantId: variant.id, quantity: 1,
      market: 'DE', unitAmountMinor: variant.prices['DE']!.amountMinor,
        deliveryId: victim.deliveryId,
    },
  }))
  const params = { orderId: order.id }
  const { id } = value(await victim.client.call('POST /api/orders/:orderId/pay', { params }))
  return { ...victim, order, paymentId: id }
}

/** One house for every case: the demo's, with the limits of a load rig. */
export async function makeWorld(): Promise<World> {
  const house = await startHouse({ env: { SILKCAST_RATE_PROFILE: 'lab' } })
  const startPid = house.pid('server')!
  const books = connect({
    url: settingOf(startPid, 'SILKCAST_DATABASE_URL'), poolSize: 2, log: silentLog,
  })
  const staff = await signInStaff(house, books)
  const merchant = house.client(staff.merchant)
  const goods = await makeGoods(merchant)
  const attacker = await makeGuest(house, 'Mallory', 'mallory@example.com')
  const passing = await makeGuest(house, 'Passing', 'passing@example.com')
  const guest = await makeGuest(house, `Vera ${script}`.slice(0, 80), 'vera@private.example')
  const victim = await buyAndPay(guest, goods.showId, goods.product)
  secrets.push(
    'vera@private.example', victim.order.number, victim.paymentId, victim.token, staff.merchant,
    ...Object.values(JSON.parse(readFileSync(join(house.dataDir, 'keys.json'), 'utf8')) as object)
      .map(String))
  return {
    house, books, staff, merchant, victim, attacker, passing, ...goods, startPid,
      wire: makeWire(house.url),
    webhookSecret: settingOf(startPid, 'SILKCAST_PAY_WEBHOOK_SECRET'),
    internalKey: settingOf(startPid, 'SILKCAST_INTERNAL_KEY'),
    async stop() {
      await books.close()
      await house.stop()
      const elsewhere = /Database\s+(\/\S+)/.exec(house.said())?.[1]
      if (elsewhere) await rm(elsewhere, { recursive: true, force: true })
    },
  }
}
