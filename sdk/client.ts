import type { Api, ApiRoute, ApiTypes, Refusal, Result } from '#kernel'
import type { api as quality } from '#insight/quality/contract'
import type { api as accounts } from '#people/accounts/contract'
import type { api as audit } from '#people/audit/contract'
import type { api as chat } from '#stage/chat/contract'
import type { api as gateway } from '#stage/gateway/contract'
import type { api as replay } from '#stage/replay/contract'
import type { api as show } from '#stage/show/contract'
import type { api as catalog } from '#trade/catalog/contract'
import type { api as offers } from '#trade/offers/contract'
import type { api as orders } from '#trade/orders/contract'
import type { api as payments } from '#trade/payments/contract'
import type { api as stock } from '#trade/stock/contract'
import type { api as views } from '#views/contract'

/** Every route of the house, by `METHOD /path/:param`. */
export type HouseApi = typeof accounts & typeof audit & typeof catalog & typeof chat
  & typeof gateway & typeof offers & typeof orders & typeof payments & typeof quality
  & typeof replay & typeof show & typeof stock & typeof views

type Asked<T, K extends string> = undefined extends T ? { [P in K]?: T } : { [P in K]: T }
type HasBody<R extends ApiRoute> = R extends { readonly raw: readonly string[] } ? true
  : R extends { readonly body: object } ? true : false

/** What a call needs: only the parts its route has. `type`: content type of a raw body. */
export type CallArguments<R extends ApiRoute> =
  & (R extends { readonly params: object } ? { params: ApiTypes<R>['params'] } : object)
  & (R extends { readonly query: object } ? Asked<ApiTypes<R>['query'], 'query'> : object)
  & (HasBody<R> extends true ? { body: ApiTypes<R>['body'] } : object)
  & { type?: string; signal?: AbortSignal }

type Optional<T> = object extends T ? [given?: T] : [given: T]

export interface Client<A extends Api = HouseApi> {
  /** Never throws: a network that is down is `sdk.offline`, an answer that is none
   *  `sdk.bad_answer`. */
  call<K extends keyof A & string>(
    route: K, ...given: Optional<CallArguments<A[K]>>
  ): Promise<Result<ApiTypes<A[K]>['reply'], Refusal>>
}

export interface ClientOptions {
  /** Where the house is; the page's own origin when not said. */
  readonly baseUrl?: string
  readonly fetch?: typeof fetch
  /** After this a call counts as offline. */
  readonly timeoutMs?: number
  /** For programs without a cookie jar. */
  readonly headers?: Readonly<Record<string, string>>
}

interface Parts {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  type?: string
  signal?: AbortSignal
}

const no = (code: string): Result<never, Refusal> => ({ ok: false, refusal: { code } })

function urlOf(baseUrl: string, path: string, given: Parts): string {
  const filled = path.replace(/:([A-Za-z]+)/g, (_whole, name: string) =>
    encodeURIComponent(String(given.params?.[name])))
  const query = Object.entries(given.query ?? {}).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  return baseUrl + filled + (query.length > 0 ? `?${query.join('&')}` : '')
}

/** JSON for plain values; bytes and text with a stated type go as they are. */
function bodyOf(given: Parts): { body?: RequestInit['body']; type?: string } {
  const { body, type } = given
  if (body === undefined) return {}
  if (body instanceof Blob) return { body, type: type ?? body.type }
  if (typeof body === 'string' && type !== undefined) return { body, type }
  return { body: JSON.stringify(body), type: 'application/json' }
}

const isRefusal = (value: unknown): value is { refusal: Refusal } =>
  typeof value === 'object' && value !== null && 'refusal' in value
  && typeof (value as { refusal: { code?: unknown } | null }).refusal?.code === 'string'

async function readAnswer(response: Response): Promise<Result<unknown, Refusal>> {
  const answer: unknown = await response.json()
  if (response.ok) return { ok: true, value: answer }
  return isRefusal(answer) ? { ok: false, refusal: answer.refusal } : no('sdk.bad_answer')
}

/** A typed client of the house's HTTP surface. It trusts the server to check what is sent. */
export function makeClient<A extends Api = HouseApi>(options: ClientOptions = {}): Client<A> {
  const send = options.fetch ?? ((input, init) => fetch(input, init))
  const baseUrl = (options.baseUrl ?? '').replace(/\/$/, '')

  async function call(route: string, given: Parts = {}): Promise<Result<unknown, Refusal>> {
    const [method = 'GET', path = '/'] = route.split(' ')
    const { body, type } = bodyOf(given)
    const deadline = AbortSignal.timeout(options.timeoutMs ?? 20_000)
    let response: Response
    try {
      response = await send(urlOf(baseUrl, path, given), {
        method, credentials: 'same-origin',
        headers: { ...options.headers, ...(type ? { 'content-type': type } : {}) },
        ...(body === undefined ? {} : { body }),
        signal: given.signal ? AbortSignal.any([given.signal, deadline]) : deadline,
      })
    } catch {
      return no('sdk.offline')
    }
    try {
      return await readAnswer(response)
    } catch (error) {
      // A body that breaks off is the network's fault, one that is not JSON the answer's.
      return no(error instanceof SyntaxError ? 'sdk.bad_answer' : 'sdk.offline')
    }
  }
  return { call: call as Client<A>['call'] }
}
