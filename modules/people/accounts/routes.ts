import {
  ok,
  refuse,
  routeTable,
  type Clock,
  type Ids,
  type PersonId,
  type RouteTable,
  type SessionId,
} from '#kernel'
import { accountLimits, api, type Accounts, type Mailer, type Me, type Who } from './contract.ts'
import { cleanName, normalEmail } from './model.ts'
import type { AccountsStore } from './store.ts'

export interface AccountsRouteDeps {
  readonly accounts: Accounts
  readonly store: AccountsStore
  readonly clock: Clock
  readonly ids: Ids
  readonly mailer: Mailer
  readonly markets: () => Promise<readonly string[]>
  readonly onSignOut: (personId: PersonId) => void
  describe(who: Who): Promise<Me>
  signIn(token: string): Promise<{ who: Who; cookie: string; seconds: number } | null>
  forget(sessionId: SessionId | null): void
  makeGuest(input: { isDemo: boolean }): Promise<{ personId: PersonId; token: string }>
}

const done = ok({ done: true as const })

/** HTTP surface of accounts. */
export function accountsRoutes(deps: AccountsRouteDeps): RouteTable {
  const { accounts, store, clock } = deps
  return routeTable<typeof api, Who>(api, {
    async 'POST /api/sign-in/link'({ body }) {
      const email = normalEmail(body.email)
      const recent = await store.countLinks(email, clock.nowMs() - 3_600_000)
      if (recent >= accountLimits.linksPerHourPerEmail)
        return refuse('people.accounts.too_many_links')
      const url = await accounts.makeLink(email)
      await deps.mailer.sendLink({
        to: email,
        url,
        expiresAtMs: clock.nowMs() + accountLimits.linkSeconds * 1000,
      })
      return done
    },
    async 'POST /api/sign-in/confirm'({ body, setCookie }) {
      const signedIn = await deps.signIn(body.token)
      if (!signedIn) return refuse('people.accounts.link_invalid')
      setCookie('sid', signedIn.cookie, signedIn.seconds)
      return ok(await deps.describe(signedIn.who))
    },
    async 'POST /api/sign-out'({ who, setCookie }) {
      if (who.sessionId) await store.deleteSession(who.sessionId)
      deps.forget(who.sessionId)
      setCookie('sid', null)
      if (who.personId) deps.onSignOut(who.personId)
      return done
    },
    async 'GET /api/me'({ who }) {
      return ok(await deps.describe(who))
    },
    async 'POST /api/me/visit'({ who, setCookie }) {
      if (who.personId) return ok(await deps.describe(who))
      const guest = await deps.makeGuest({ isDemo: false })
      setCookie('sid', guest.token, accountLimits.guestSessionSeconds)
      return ok(await deps.describe(await accounts.whoBySession(guest.token)))
    },
    async 'PUT /api/me/name'({ who, body }) {
      const name = cleanName(body.displayName, 40)
      if (name === '')
        return refuse('http.invalid', {
          where: 'body/displayName',
          problem: 'nothing to read in it',
        })
      await store.rename(who.personId!, name)
      deps.forget(who.sessionId)
      return ok(await deps.describe({ ...who, displayName: name }))
    },
    async 'PUT /api/me/delivery'({ who, body }) {
      const markets = await deps.markets()
      if (!markets.includes(body.country))
        return refuse('people.accounts.country_not_served', { country: body.country })
      const id = deps.ids.make('adr')
      const clean = Object.fromEntries(
        Object.entries(body).map(([key, value]) => [key, cleanName(String(value), 120)]),
      ) as typeof body
      await store.insertDelivery(id, who.personId!, clean, clock.nowMs())
      return ok({ deliveryId: id as string })
    },
  })
}
