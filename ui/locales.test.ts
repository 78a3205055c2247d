import { describe, expect, it } from 'vitest'
import { dirOf, pickLocale } from './locales.ts'

describe('the language of a visitor', () => {
  it.each([
    [['ar-EG', 'en'], 'ar'], [['zh-CN'], 'zh-Hans'], [['zh'], 'zh-Hans'],
    [['zh-Hans-SG'], 'zh-Hans'],
    [['zh-TW', 'en-GB'], 'en'], [['de-DE', 'ar'], 'ar'], [[], 'en'], [['xx'], 'en'],
    [['en-xa'], 'en-XA'],
  ] as const)('%j is served in %s', (wishes, locale) => {
    expect(pickLocale(wishes)).toBe(locale)
  })

  it('runs from right to left in Arabic only', () => {
    expect([dirOf('ar'), dirOf('en'), dirOf('zh-Hans')]).toEqual(['rtl', 'ltr', 'ltr'])
  })
})
