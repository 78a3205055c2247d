import { formatMoney } from '#kernel'
import {
  loadWords, useWords as useKitWords, type CatalogLoaders, type SharedWordId, type Words,
} from '#ui/words.tsx'
import type { Locale } from '#ui/locales.ts'
import type en from './words/en.json'

export type WordId = keyof typeof en | SharedWordId
export type RoomWords = Words<WordId>

const catalogs: CatalogLoaders = {
  'en': () => Promise.all([import('#ui/words/en.json'), import('./words/en.json')]),
  'zh-Hans': () => Promise.all([import('#ui/words/zh-Hans.json'), import('./words/zh-Hans.json')]),
  'ar': () => Promise.all([
    import('#ui/words/ar.json'), import('./words/ar.json'), import('#ui/fonts/arabic.css'),
  ]),
  'en-XA': () => Promise.all([
    import('#ui/words/en.json?pseudo'), import('./words/en.json?pseudo'),
  ]),
}

export const loadRoomWords = (locale: Locale): Promise<RoomWords> =>
  loadWords(locale, catalogs, formatMoney)

export const useWords = (): RoomWords => useKitWords<WordId>()
