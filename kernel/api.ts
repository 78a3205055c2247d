import type { Static, TSchema } from 'typebox'
import type { Refusal, RefusalDoc, Result } from './result.ts'

/** One HTTP route as a contract states it. The key is `METHOD /path/:param`. */
export interface ApiRoute {
  /** The act that a caller must be allowed to do; judged before the handler runs. */
  readonly act: string
  readonly doc: string
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  /** Raw bytes instead of JSON: the accepted content types. */
  readonly raw?: readonly string[]
  readonly reply: TSchema
  readonly bodyLimitBytes?: number
  /** Calls per person (else per address) and minute; 120 when not said. */
  readonly perMinute?: number
}

export type Api = Readonly<Record<string, ApiRoute>>

type Part<R, K extends string> = R extends { readonly [k in K]: infer S extends TSchema }
  ? Static<S>
  : undefined

/** What a handler is given: everything is parsed and checked already. */
export interface Call<R extends ApiRoute, Who> {
  readonly params: Part<R, 'params'>
  readonly query: Part<R, 'query'>
  readonly body: R extends { readonly raw: readonly string[] } ? Uint8Array : Part<R, 'body'>
  readonly who: Who
  /** Client address, for limits and the audit log only. */
  readonly address: string
  /** First guess of the caller's country, ISO 3166-1 alpha-2; never for tax. */
  readonly country: string | null
  readonly contentType: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Cookies to set with the answer, by name; null clears. */
  setCookie(name: string, value: string | null, maxAgeSeconds?: number): void
}

export type Handlers<A extends Api, Who> = {
  readonly [K in keyof A]: (
    call: Call<A[K], Who>,
  ) => Promise<Result<Static<A[K]['reply']>, Refusal>>
}

/** A module's HTTP surface, ready to be mounted. */
export interface RouteTable {
  readonly api: Api
  // oxlint-disable-next-line no-explicit-any -- handlers are checked where they are defined
  readonly handlers: Readonly<Record<string, (call: any) => Promise<Result<unknown, Refusal>>>>
}

export const routeTable = <const A extends Api, Who>(
  api: A,
  handlers: Handlers<A, Who>,
): RouteTable => ({ api, handlers })

/** What a client sends and gets, for the sdk. */
export interface ApiTypes<R extends ApiRoute> {
  params: Part<R, 'params'>
  query: Part<R, 'query'>
  body: R extends { readonly raw: readonly string[] } ? Blob | string : Part<R, 'body'>
  reply: Static<R['reply']>
}

/** Refusals of the HTTP edge itself, before any module is asked. */
export const httpRefusalCodes = [
  {
    code: 'http.invalid',
    status: 400,
    doc: 'The request does not fit its schema; details.where and details.problem say how.',
  },
  { code: 'http.not_found', status: 404, doc: 'Nothing lives at this address.' },
  { code: 'http.too_large', status: 413, doc: 'The body is larger than this route takes.' },
  { code: 'http.wrong_type', status: 415, doc: 'The content type is not one this route takes.' },
  {
    code: 'http.too_fast',
    status: 429,
    doc: 'Too many calls; details.retrySeconds says when to try again.',
  },
  {
    code: 'http.unavailable',
    status: 503,
    doc: 'A part of the house is restarting. Nothing was lost; try again.',
  },
] as const satisfies readonly RefusalDoc[]
