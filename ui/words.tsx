import { setupI18n, type Messages } from '@lingui/core'
import { createContext, use, type ReactNode } from 'react'
import { dirOf, formatLocale, type Locale } from './locales.ts'
import type shared from './words/en.json'

/** Ids of the shared catalog, refusals included. */
export type SharedWordId = keyof typeof shared
export type WordValues = Readonly<Record<string, string | number>>

interface Amount {
  readonly amountMinor: number
  readonly currency: string
}

interface Refused {
  readonly code: string
  readonly details?: Readonly<Record<string, string | number>>
}

/** Everything that puts language on the screen, for one locale. */
export interface Words<Id extends string = string> {
  readonly locale: Locale
  readonly dir: 'ltr' | 'rtl'
  /** The sentence of that id; a wrong id does not compile. */
  t(id: Id, values?: WordValues): string
  /** What happened and what to do next, for a refusal of the server. */
  refusal(refusal: Refused): string
  money(amount: Amount): string
  number(value: number): string
  percent(share: number): string
  date(ms: number): string
  time(ms: number): string
  dateTime(ms: number): string
  /** Country and language names in the reader's language. */
  country(code: string): string
  language(tag: string): string
}

export interface WordsInput {
  readonly locale: Locale
  /** Compiled catalogs (`import('./words/en.json')`); later ones win. */
  readonly catalogs: readonly unknown[]
  /** The kernel's `formatMoney`: the kit knows no currency rules. */
  readonly formatMoney: (amount: Amount, locale: string) => string
}

function nameOf(type: 'region' | 'language', locale: string): (code: string) => string {
  const names = new Intl.DisplayNames([locale, 'en'], { type, fallback: 'code' })
  return (code) => {
    try {
      return names.of(code) ?? code
    } catch {
      return code
    }
  }
}

/** What a person calls their own language: "العربية", not "Arabic". */
export function ownLanguageName(locale: Locale): string {
  if (locale === 'en-XA') return 'Pseudo (en-XA)'
  return nameOf('language', locale)(locale)
}

export function makeWords({ locale, catalogs, formatMoney }: WordsInput): Words {
  const form = formatLocale(locale)
  const i18n = setupI18n()
  const messages = Object.assign({}, ...catalogs) as Messages
  i18n.loadAndActivate({ locale, locales: [form], messages })
  const date = new Intl.DateTimeFormat(form, { dateStyle: 'medium' })
  const time = new Intl.DateTimeFormat(form, { timeStyle: 'short' })
  const dateTime = new Intl.DateTimeFormat(form, {
    weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit',
    timeZoneName: 'short',
  })
  const number = new Intl.NumberFormat(form)
  const percent = new Intl.NumberFormat(form, { style: 'percent', maximumFractionDigits: 1 })
  return {
    locale,
    dir: dirOf(locale),
    t: (id, values) => i18n._(id, values),
    refusal(refusal) {
      const id = `refusal.${refusal.code}`
      return Object.hasOwn(messages, id) ? i18n._(id, refusal.details)
        : i18n._('refusal.unknown', { code: refusal.code })
    },
    money: (amount) => formatMoney(amount, form),
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    date: (ms) => date.format(ms),
    time: (ms) => time.format(ms),
    dateTime: (ms) => dateTime.format(ms),
    country: nameOf('region', form),
    language: nameOf('language', form),
  }
}

export type CatalogLoaders = Readonly<Record<Locale, () => Promise<readonly unknown[]>>>

/** Fetches the catalogs of one language. Stylesheets (fonts) may be among the loaders. */
export async function loadWords(
  locale: Locale, loaders: CatalogLoaders, formatMoney: WordsInput['formatMoney'],
): Promise<Words> {
  const loaded = await loaders[locale]()
  const catalogs = loaded.map((one) => (one as { default?: unknown }).default)
    .filter((one) => typeof one === 'object' && one !== null)
  return makeWords({ locale, catalogs, formatMoney })
}

const WordsContext = createContext<Words | null>(null)

export function WordsProvider({ words, children }: { words: Words, children: ReactNode }) {
  return <WordsContext value={words}>{children}</WordsContext>
}

/** The words of this page. Apps narrow the ids once: `useWords<RoomWordId>()`. */
export function useWords<Id extends string = SharedWordId>(): Words<Id> {
  const words = use(WordsContext)
  if (!words) throw new Error('bug: no WordsProvider above')
  return words as Words<Id>
}
