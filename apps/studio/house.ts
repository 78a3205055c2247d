import { QueryCache, QueryClient, useMutation, useQuery } from '@tanstack/react-query'
import type { Refusal, Result } from '#kernel'
import type { Show } from '#stage/show/contract'
import { makeClient } from '#sdk'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { rememberReturn } from './sign-in/return-path.ts'
import { useWords } from './words.ts'

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

const passing = ['sdk.offline', 'http.unavailable', 'sdk.bad_answer', 'sdk.no_answer',
  'http.too_fast']
/** A house that is away for a moment, not a no. */
export const isPassing = ({ code }: Refusal): boolean => passing.includes(code)

const comesBack = ['sdk.offline', 'http.unavailable', 'sdk.bad_answer']
const triesMost = 2

/** A session that ended while the page was open: sign in, then come back here. */
function leaveWhenSignedOut(error: unknown): void {
  if (refusalOf(error).code !== 'people.accounts.sign_in_needed') return
  rememberReturn(location.pathname + location.search)
  location.assign('/sign-in')
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
  useQuery({ queryKey: ['shows'], queryFn: () => must(client.call('GET /api/shows')) })

export const useMarkets = () => useQuery({
  queryKey: ['markets'], queryFn: () => must(client.call('GET /api/markets')), staleTime: 300_000,
})

export const useProducts = (search = '', archived = false) => useQuery({
  queryKey: ['products', search, archived],
  queryFn: () => must(client.call('GET /api/products', {
    query: { ...(search ? { search } : {}), ...(archived ? { archived } : {}) },
  })),
  placeholderData: (before) => before,
})

/** Something a person does: a refusal is said aloud in their words, busy and error come along. */
export function useAct<Input, T>(
  run: (input: Input) => Promise<Result<T>>, done?: (value: T, input: Input) => void,
) {
  const { toast } = useVoice()
  const { refusal } = useWords()
  return useMutation<T, Error, Input>({
    mutationFn: (input) => must(run(input)),
    onSuccess: (value, input) => done?.(value, input),
    onError: (error) => {
      leaveWhenSignedOut(error)
      toast({ kind: 'bad', text: refusal(refusalOf(error)) })
    },
  })
}

/** After an act whose answer is the show as it now is. */
export function rememberShow(show: Show): void {
  queries.setQueryData(['show', show.id], show)
  void queries.invalidateQueries({ queryKey: ['shows'] })
}
