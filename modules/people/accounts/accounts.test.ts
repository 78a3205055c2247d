import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { makeIds, makeManualClock, systemRandom, type Call, type PersonId } from '#kernel'
import { acts, cameraActs, isAllowed, type Act, type Delivery, type Role, type Who,
} from './contract.ts'
import { makeAccounts, nobody } from './index.ts'
import { cleanName, maskEmail } from './model.ts'

const house = useTestDatabase({ only: ['people_accounts'] })
const clock = makeManualClock()
const ids = makeIds({ clock, random: systemRandom })
const mails: { to: string; url: string }[] = []
const signedOut: PersonId[] = []
let accounts: ReturnType<typeof makeAccounts>

beforeAll(() => {
  accounts = makeAccounts({
    db: house.database.kysely,
    clock,
    ids,
    random: systemRandom,
    publicUrl: 'http://x',
    mailer: { sendLink: async (mail) => void mails.push(mail) },
    markets: async () => ['US', 'SA'],
    onSignOut: (id) => signedOut.push(id),
  })
})
beforeEach(() => mails.splice(0))

const handlers = () => accounts.routes.handlers
function call(body: unknown, who: Who = nobody) {
  const cookies: Record<string, string | null> = {}
  return {
    cookies,
    call: {
      body,
      who,
      setCookie: (name: string, value: string | null) => {
        cookies[name] = value
      },
    } as unknown as Call<never, Who>,
  }
}
const tokenOf = (url: string) => url.split('#')[1]!
const address: Delivery = {
  name: 'Ana',
  email: 'ana@x.test',
  line1: '1 Way',
  city: 'Riyadh',
  country: 'SA',
}

describe('sign-in links', () => {
  test('ACC1 of many uses at one moment one wins', async () => {
    const token = tokenOf(await accounts.makeLink('a@x.test'))
    const results = await Promise.all(Array.from({ length: 8 }, () => accounts.signIn(token)))
    expect(results.filter(Boolean)).toHaveLength(1)
    expect(await accounts.signIn(token)).toBeNull()
  })
  test('ACC1 a link dies after 15 minutes', async () => {
    const token = tokenOf(await accounts.makeLink('b@x.test'))
    await clock.advance(15 * 60_000 + 1)
    expect(await accounts.signIn(token)).toBeNull()
  })
  test('ACC2 tokens are nowhere in the tables', async () => {
    const token = tokenOf(await accounts.makeLink('c@x.test'))
    const { cookie } = (await accounts.signIn(token))!
    const tables = ['links', 'sessions', 'people'] as const
    for (const table of tables) {
      const rows = await house.database.kysely
        .selectFrom(`people_accounts.${table}`)
        .selectAll()
        .execute()
      expect(JSON.stringify(rows)).not.toContain(token)
      expect(JSON.stringify(rows)).not.toContain(cookie)
    }
  })
  test('ACC3 known and unknown addresses get the same answer, six times an hour', async () => {
    await accounts.ensureStaff({ email: 'staff@x.test', displayName: 'S', roles: ['producer'] })
    const ask = (email: string) => handlers()['POST /api/sign-in/link']!(call({ email }).call)
    expect(await ask('staff@x.test')).toEqual(await ask('unknown@x.test'))
    for (let time = 0; time < 5; time++) expect((await ask('staff@x.test')).ok).toBe(true)
    expect(await ask('STAFF@x.test')).toMatchObject({
      ok: false,
      refusal: { code: 'people.accounts.too_many_links' },
    })
    await clock.advance(3_600_001)
    expect((await ask('staff@x.test')).ok).toBe(true)
  })
})

describe('a phone as the camera', () => {
  const staff = (email: string) =>
    accounts.ensureStaff({ email, displayName: 'P', roles: ['merchant', 'producer'] })
  test('ACC9 the same person, once, for two minutes, for the camera only', async () => {
    const personId = await staff('cam@x.test')
    const { token, expiresAtMs } = (await accounts.makeCameraToken(personId))!
    expect(expiresAtMs).toBe(clock.nowMs() + 120_000)
    const { cookie } = (await accounts.signIn(token))!
    expect(await accounts.signIn(token)).toBeNull()
    const who = await accounts.whoBySession(cookie)
    expect(who).toMatchObject({ personId, purpose: 'camera', roles: ['merchant', 'producer'] })
    expect(await accounts.describe(who)).toMatchObject({ purpose: 'camera' })
    const allowed = (Object.keys(acts) as Act[]).filter((act) => isAllowed(who, act))
    expect(allowed.sort()).toEqual([...cameraActs].sort())
    expect(allowed).not.toContain('session.hand_over')
    const late = (await accounts.makeCameraToken(personId))!
    await clock.advance(120_001)
    expect(await accounts.signIn(late.token)).toBeNull()
  })
  test('ACC9 costs no mailed link, and guests have none', async () => {
    const personId = await staff('cam2@x.test')
    for (let time = 0; time < 8; time++) await accounts.makeCameraToken(personId)
    const ask = handlers()['POST /api/sign-in/link']!
    expect((await ask(call({ email: 'cam2@x.test' }).call)).ok).toBe(true)
    const guest = await accounts.makeGuest({ displayName: 'G', isDemo: false })
    expect(await accounts.makeCameraToken(guest.personId)).toBeNull()
  })
  test('ACC9 an ordinary sign-in is for everything', async () => {
    await staff('cam3@x.test')
    const { who } = (await accounts.signIn(tokenOf(await accounts.makeLink('cam3@x.test'))))!
    expect(who.purpose).toBeUndefined()
  })
})

describe('sessions', () => {
  test('ACC4 signing out ends the session here at once, elsewhere within 5 s', async () => {
    const { token } = await accounts.makeGuest({ displayName: 'G', isDemo: false })
    const who = await accounts.whoBySession(token)
    expect(who.displayName).toBe('G')
    const other = makeAccounts({
      db: house.database.kysely,
      clock,
      ids,
      random: systemRandom,
      publicUrl: 'http://x',
      mailer: { sendLink: async () => {} },
      markets: async () => [],
      onSignOut: () => {},
    })
    expect((await other.whoBySession(token)).personId).toBe(who.personId)
    await handlers()['POST /api/sign-out']!(call(undefined, who).call)
    expect((await accounts.whoBySession(token)).personId).toBeNull()
    await clock.advance(5001)
    expect((await other.whoBySession(token)).personId).toBeNull()
    expect(signedOut).toContain(who.personId)
  })
  test('ACC4 a session ends with its time', async () => {
    const { token } = await accounts.makeGuest({ displayName: 'G', isDemo: false })
    await clock.advance(30 * 24 * 3_600_000 + 1)
    expect((await accounts.whoBySession(token)).personId).toBeNull()
  })
  test('ACC4 rubbish opens nothing', async () => {
    for (const token of [undefined, '', 'x', 'x'.repeat(10_000), "' or 1=1 --"]) {
      expect((await accounts.whoBySession(token)).personId).toBeNull()
    }
  })
  test('ACC8 a visitor gets one guest session and keeps it', async () => {
    const first = call(undefined)
    await handlers()['POST /api/me/visit']!(first.call)
    const who = await accounts.whoBySession(first.cookies['sid']!)
    expect(who.personId).not.toBeNull()
    const second = call(undefined, who)
    const again = await handlers()['POST /api/me/visit']!(second.call)
    expect(again).toMatchObject({ ok: true, value: { personId: who.personId } })
    expect(second.cookies).toEqual({})
  })
})

describe('roles', () => {
  test('ACC5 every act is allowed by exactly the roles of the table', () => {
    const roles: Role[] = ['merchant', 'producer', 'host', 'moderator']
    for (const act of Object.keys(acts) as Act[]) {
      for (const role of roles) {
        const who: Who = { ...nobody, personId: 'per_1' as PersonId, roles: [role] }
        const named = (acts[act] as readonly Role[]).includes(role)
        const expected = act === 'anyone' || act === 'visitor' || named
        expect([act, role, isAllowed(who, act)]).toEqual([act, role, expected])
      }
      expect(isAllowed(nobody, act)).toBe(act === 'anyone')
    }
  })
})

describe('addresses and names', () => {
  test('ACC6 an address is read by its owner only and lies in a market', async () => {
    const { personId } = await accounts.makeGuest({ displayName: 'G', isDemo: false })
    const who: Who = { ...nobody, personId }
    const put = (body: Delivery) => handlers()['PUT /api/me/delivery']!(call(body, who).call)
    expect(await put({ ...address, country: 'FR' })).toMatchObject({
      ok: false,
      refusal: { code: 'people.accounts.country_not_served' },
    })
    const saved = await put(address)
    const id = (saved as { value: { deliveryId: string } }).value.deliveryId
    expect(await accounts.readDelivery(personId, id)).toEqual(address)
    expect(await accounts.readDelivery('per_other' as PersonId, id)).toBeNull()
    expect(await accounts.readDeliveryCountries([{ personId, deliveryId: id }])).toEqual(
      new Map([[id, 'SA']]),
    )
    expect(
      await accounts.readDeliveryCountries([{ personId: 'per_other' as PersonId, deliveryId: id }]),
    ).toEqual(new Map())
    await put({ ...address, line1: '2 Way' })
    expect((await accounts.readDelivery(personId, id))?.line1).toBe('1 Way')
  })
  test('ACC7 names are one clean line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = cleanName(text)
        expect(name).not.toMatch(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/u)
        expect(name.length).toBeLessThanOrEqual(80)
        expect(cleanName(name)).toBe(name)
      }),
    )
  })
  test('ACC7 a name of nothing is refused', async () => {
    const who: Who = { ...nobody, personId: 'per_1' as PersonId }
    const result = await handlers()['PUT /api/me/name']!(
      call({ displayName: '\u202e \u200b' }, who).call,
    )
    expect(result).toMatchObject({ ok: false, refusal: { code: 'http.invalid' } })
  })
  test('ACC7 an address in a log shows only its start', () => {
    expect(maskEmail('ana@x.test')).toBe('a***@x.test')
  })
})
