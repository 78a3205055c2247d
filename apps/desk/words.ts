import { formatMoney } from '#kernel'
import type { Locale } from '#ui/locales.ts'
import { loadWords, useWords as useKitWords } from '#ui/words.tsx'
import type { CatalogLoaders, SharedWordId, Words } from '#ui/words.tsx'
import type en from './words/en.json'

export type WordId = keyof typeof en | SharedWordId
export type DeskWords = Words<WordId>

const catalogs: CatalogLoaders = {
  'en': () => Promise.all([import('#ui/words/en.json'), import('./words/en.json')]),
  'zh-Hans': () => Promise.all([import('#ui/words/zh-Hans.json'), import('./words/zh-Hans.json')]),
  'ar': () => Promise.all([
    import('#ui/words/ar.json'), import('./words/ar.json'), import('#ui/fonts/arabic.css'),
  ]),
  'en-XA': () => Promise.all(
    [import('#ui/words/en.json?pseudo'), import('./words/en.json?pseudo')]
  ),
}

export const loadDeskWords = (locale: Locale): Promise<DeskWords> =>
  loadWords(locale, catalogs, formatMoney)

export const useWords = (): DeskWords => useKitWords<WordId>()
