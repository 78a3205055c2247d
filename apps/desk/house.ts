import { QueryCache, QueryClient, useQuery } from '@tanstack/react-query'
import type { PersonId, Refusal, Result } from '#kernel'
import { isAllowed, type Act, type Me, type Role } from '#people/accounts/contract'
import { makeClient } from '#sdk'

export const client = makeClient()

/** A refusal on its way through code that only knows errors. */
export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}

export async function must<T>(answer: Promise<Result<T>>): Promise<T> {
  const result = await answer
  if (!result.ok) throw new Refused(result.refusal)
  return result.value
}

export const refusalOf = (error: unknown): Refusal =>
  error instanceof Refused ? error.refusal : { code: 'sdk.bad_answer' }

const comesBack = ['sdk.offline', 'http.unavailable', 'sdk.bad_answer']
const triesMost = 2

/** The sign-in brings people back to the page they wanted. */
export function goSignIn(): void {
  localStorage.setItem('silkcast.after-sign-in', location.pathname + location.search)
  location.assign('/sign-in')
}

export function leaveWhenSignedOut(error: unknown): void {
  if (refusalOf(error).code === 'people.accounts.sign_in_needed') goSignIn()
}

export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
  defaultOptions: {
    queries: {
      networkMode: 'always', staleTime: 5000,
      retry: (failures, error) =>
        failures < triesMost && comesBack.includes(refusalOf(error).code),
    },
    mutations: { networkMode: 'always' },
  },
})

export const useMe = () =>
  useQuery({ queryKey: ['me'], queryFn: () => must(client.call('GET /api/me')), staleTime: 60_000 })

export const useShows = () =>
  useQuery(
    { queryKey: ['shows'], queryFn: () => must(client.call('GET /api/shows')), staleTime: 60_000 }
  )

/** The same rule as the server's: what a role may not do is not shown. */
export const may = (me: Me | undefined, act: Act): boolean => me !== undefined && isAllowed({
  personId: me.personId as PersonId | null, sessionId: null, roles: me.roles as Role[],
  displayName: me.displayName, isDemo: me.isDemo, purpose: me.purpose,
}, act)
