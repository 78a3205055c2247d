/** Languages that the product speaks. `en-XA` is English made longer and accented, for tests. */
export const locales = ['en', 'zh-Hans', 'ar', 'en-XA'] as const
export type Locale = (typeof locales)[number]

export const isLocale = (text: string): text is Locale =>
  (locales as readonly string[]).includes(text)

export const dirOf = (locale: Locale): 'ltr' | 'rtl' => (locale === 'ar' ? 'rtl' : 'ltr')

/** The locale for numbers and dates. Arabic shops print prices in Latin digits (Gulf usage), which
 *  also keeps order numbers and card fields in one script. */
export const formatLocale = (locale: Locale): string =>
  locale === 'ar' ? 'ar-AE' : locale === 'en-XA' ? 'en' : locale

/** The first wish (BCP 47, best first) that the product can serve; English otherwise. The
 *  pseudo-locale is only given when asked for by its full name. */
export function pickLocale(wishes: readonly string[]): Locale {
  for (const wish of wishes) {
    const exact = locales.find((locale) => locale.toLowerCase() === wish.toLowerCase())
    if (exact) return exact
    const [language, ...rest] = wish.toLowerCase().split('-')
    if (language === 'zh' && !rest.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part))) {
      return 'zh-Hans'
    }
    if (language === 'en' || language === 'ar') return language
  }
  return 'en'
}
