import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAuthority } from '#adapters/tls-local'
import { icon } from '../pages/html.ts'
import { placeVisitor } from '../pages/visitor.ts'
import { renderTrustPage, secureOrigin, type TrustFacts } from './page.ts'

export interface TrustDeps {
  /** The authority's certificate, as PEM. Its key is not ours to know. */
  readonly ca: string
  readonly httpsPort: number
  readonly trustPort: number
  /** The address of this machine that a phone in the same network would use. */
  readonly lan?: string | undefined
  isOurHost(host: string | undefined): boolean
}

export interface TrustAsk {
  /** Path and query as they came. */
  readonly target: string
  readonly host: string | undefined
  readonly isSecure: boolean
  readonly userAgent: string | undefined
  readonly acceptLanguage: string | undefined
}

export interface TrustAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers what it knows; undefined for every other path. */
export type Trust = (ask: TrustAsk) => TrustAnswer | undefined

const root = join(import.meta.dirname, '..', '..', '..')
const readText = (...path: string[]): string => readFileSync(join(...path), 'utf8')

const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(:\d{1,5})?$/i

/** The host as it may stand in an address and in a page. */
export const hostnameOf = (host: string | undefined): string | undefined =>
  HOST.exec(host ?? '')?.[1]?.toLowerCase()

const policy = (connect: string): string => [
  "default-src 'none'", "style-src 'self'", "script-src 'self'", `connect-src ${connect}`,
  "img-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ')

const answer = (
  type: string, body: string, headers: Readonly<Record<string, string>> = {}, status = 200,
): TrustAnswer => ({
  status, body,
  headers: { 'content-type': type, 'cache-control': 'no-store', ...headers },
})

/** The page that tells a device how to trust this house, over HTTPS and over plain HTTP: a phone
 *  that does not trust us yet cannot open HTTPS without a warning. */
export function makeTrust(deps: TrustDeps): Trust {
  const authority = readAuthority(deps.ca)
  const look = readText(root, 'ui', 'styles', 'tokens.css') + readText(import.meta.dirname,
    'look.css')
  const script = readText(import.meta.dirname, 'check.js')

  const page = (ask: TrustAsk, query: URLSearchParams): TrustAnswer | undefined => {
    const hostname = hostnameOf(ask.host)
    if (hostname === undefined || !deps.isOurHost(ask.host)) return undefined
    const lang = (query.get('lang') ?? '').slice(0, 20)
    const { locale } = placeVisitor(
      { lang: lang || undefined, acceptLanguage: ask.acceptLanguage, country: null }, [])
    const facts: TrustFacts = {
      ...authority, authority: authority.name, hostname, locale, isSecure: ask.isSecure,
      lan: deps.lan,
      httpsPort: deps.httpsPort, trustPort: deps.trustPort, userAgent: ask.userAgent ?? '',
    }
    return answer('text/html; charset=utf-8', renderTrustPage(facts), {
      'content-security-policy': policy(secureOrigin(facts)), vary: 'accept-language, user-agent',
    })
  }

  return (ask) => {
    const mark = ask.target.indexOf('?')
    const path = mark < 0 ? ask.target : ask.target.slice(0, mark)
    if (path === '/trust') {
      return page(ask, new URLSearchParams(mark < 0 ? '' : ask.target.slice(mark + 1)))
    }
    if (path === '/trust/look.css') return answer('text/css; charset=utf-8', look)
    if (path === '/trust/check.js') return answer('text/javascript; charset=utf-8', script)
    if (path === '/trust/icon.svg') return answer('image/svg+xml', icon)
    // Phones install it by this type; the name is what Android's picker shows.
    if (path === '/trust/ca.crt') {
      return answer('application/x-x509-ca-cert', deps.ca,
        { 'content-disposition': 'attachment; filename="silkcast-authority.crt"' })
    }
    if (path === '/trust/check' && ask.isSecure) return answer('text/plain; charset=utf-8', 'yes')
    return undefined
  }
}
