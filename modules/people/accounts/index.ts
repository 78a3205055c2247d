import type { Kysely } from 'kysely'
import {
  secretToken,
  type Clock,
  type Ids,
  type PersonId,
  type Random,
  type SessionId,
} from '#kernel'
import {
  accountLimits,
  type Accounts,
  type Mailer,
  type Me,
  type Purpose,
  type Role,
  type Who,
} from './contract.ts'
import { cleanName, guestName, hashToken, normalEmail } from './model.ts'
import { accountsRoutes } from './routes.ts'
import { makeAccountsStore } from './store.ts'
import type { PeopleAccountsTables } from './tables.ts'

export interface AccountsDeps {
  readonly db: Kysely<PeopleAccountsTables>
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly mailer: Mailer
  /** Where a sign-in link leads, e.g. `https://shop.example`. */
  readonly publicUrl: string
  /** Countries that can be delivered to. */
  readonly markets: () => Promise<readonly string[]>
  /** Sockets of a person whose session ended are closed. */
  readonly onSignOut: (personId: PersonId) => void
}

export const nobody: Who = {
  personId: null,
  sessionId: null,
  roles: [],
  displayName: '',
  isDemo: false,
}
const cacheMs = 5000
const cacheEntries = 50_000

/** Makes accounts: people, sessions, links, addresses. */
export function makeAccounts(deps: AccountsDeps) {
  const { clock, ids, random } = deps
  const store = makeAccountsStore(deps.db)
  const cache = new Map<string, { who: Who; untilMs: number }>()

  async function startSession(
    personId: PersonId,
    seconds: number,
    purpose: Purpose | null = null,
  ): Promise<string> {
    const token = secretToken(random)
    await store.insertSession({
      token_hash: hashToken(token),
      id: ids.make('ses'),
      person_id: personId,
      purpose,
      created_at_ms: clock.nowMs(),
      expires_at_ms: clock.nowMs() + seconds * 1000,
    })
    return token
  }

  async function whoBySession(token: string | undefined): Promise<Who> {
    if (!token || token.length > 100) return nobody
    const key = hashToken(token)
    const known = cache.get(key)
    if (known && known.untilMs > clock.nowMs()) return known.who
    const who = (await store.readBySession(key, clock.nowMs())) ?? nobody
    if (cache.size >= cacheEntries) cache.delete(cache.keys().next().value!)
    if (who !== nobody) cache.set(key, { who, untilMs: clock.nowMs() + cacheMs })
    return who
  }

  async function makeToken(email: string, seconds: number, purpose: Purpose | null = null) {
    const token = secretToken(random)
    const now = clock.nowMs()
    const expiresAtMs = now + seconds * 1000
    await store.insertLink({
      token_hash: hashToken(token),
      email: normalEmail(email),
      purpose,
      created_at_ms: now,
      expires_at_ms: expiresAtMs,
      used_at_ms: null,
    })
    return { token, expiresAtMs }
  }

  async function makeLink(email: string): Promise<string> {
    const { token } = await makeToken(email, accountLimits.linkSeconds)
    return `${deps.publicUrl}/sign-in#${token}`
  }

  async function makeCameraToken(personId: PersonId) {
    const person = await store.readPerson(personId)
    if (!person || person.email === null) return null
    return makeToken(person.email, accountLimits.cameraLinkSeconds, 'camera')
  }

  async function makeGuest(input: { displayName?: string; isDemo: boolean }) {
    const personId = ids.make('per')
    const displayName = cleanName(input.displayName ?? '') || guestName(random.int(0, 9999))
    await store.insertPerson(
      { id: personId, email: null, displayName, isDemo: input.isDemo },
      clock.nowMs(),
    )
    return { personId, token: await startSession(personId, accountLimits.guestSessionSeconds) }
  }

  async function ensurePerson(email: string, displayName: string): Promise<PersonId> {
    const known = await store.readByEmail(email)
    if (known) return known.id
    await store.insertPerson(
      { id: ids.make('per'), email, displayName, isDemo: false },
      clock.nowMs(),
    )
    return (await store.readByEmail(email))!.id
  }

  const forget = (sessionId: SessionId | null) => {
    for (const [key, entry] of cache) if (entry.who.sessionId === sessionId) cache.delete(key)
  }

  const accounts: Accounts = {
    whoBySession,
    readDelivery: (personId, id) => store.readDelivery(personId, id),
    async readDeliveryCountries(wanted) {
      const rows = await store.readCountries(wanted.map((entry) => entry.deliveryId))
      const owner = new Map(wanted.map((entry) => [entry.deliveryId, entry.personId as string]))
      return new Map(
        rows
          .filter((row) => owner.get(row.id) === row.person_id)
          .map((row) => [row.id, row.country]),
      )
    },
    async readNames(wanted) {
      const rows = await store.readNames(wanted)
      return new Map(rows.map((row) => [row.id as PersonId, row.display_name]))
    },
    async ensureStaff({ email, displayName, roles }) {
      const id = await ensurePerson(normalEmail(email), cleanName(displayName))
      await store.setRoles(id, roles)
      return id
    },
    makeLink,
    makeCameraToken,
    makeGuest,
  }

  async function describe(who: Who): Promise<Me> {
    const person = who.personId ? await store.readPerson(who.personId) : null
    const delivery = who.personId ? await store.readLastDelivery(who.personId) : null
    return {
      personId: who.personId,
      displayName: person?.displayName ?? '',
      email: person?.email ?? null,
      roles: [...who.roles],
      isDemo: who.isDemo,
      ...(who.purpose ? { purpose: who.purpose } : {}),
      delivery,
    }
  }

  async function signIn(
    token: string,
  ): Promise<{ who: Who; cookie: string; seconds: number } | null> {
    const link = await store.takeLink(hashToken(token), clock.nowMs())
    if (link === null) return null
    const { email, purpose } = link
    const personId = await ensurePerson(
      email,
      cleanName(email.split('@')[0]!) || guestName(random.int(0, 9999)),
    )
    const roles: Role[] = await store.readAllRoles(personId)
    const seconds =
      roles.length > 0 ? accountLimits.staffSessionSeconds : accountLimits.guestSessionSeconds
    const cookie = await startSession(personId, seconds, purpose)
    return { who: await whoBySession(cookie), cookie, seconds }
  }

  const routes = accountsRoutes({ ...deps, accounts, store, describe, signIn, forget, makeGuest })
  return { ...accounts, routes, describe, signIn, sweep: () => store.sweep(clock.nowMs()) }
}
