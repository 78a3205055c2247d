import { setupI18n } from '@lingui/core'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../lib/run.ts'
import { compileCatalog, icuShape, parseCatalog } from './catalog.ts'
import { checkWords, languageProblems, refusalProblems, useProblems, usesIn } from './check.ts'
import { readRefusalCodes } from './codes.ts'

const say = (locale: string, sentence: string, values: Record<string, unknown>,
  isPseudo = false) => {
  const i18n = setupI18n()
  const messages = compileCatalog({ id: sentence }, isPseudo)
  i18n.loadAndActivate({ locale, messages: messages as never })
  return i18n._('id', values)
}
const catalogs = (en: string, zh: string, ar: string) =>
  new Map([['en', { id: en }], ['zh-Hans', { id: zh }], ['ar', { id: ar }]])
const ARABIC = '{n, plural, zero {٠} one {١} two {٢} few {#} many {#} other {#}}'

describe('catalogs', () => {
  it('of this house are complete', async () => {
    const { problems, sentences } = checkWords(projectRoot, await readRefusalCodes(projectRoot))
    expect(problems).toEqual([])
    expect(sentences).toBeGreaterThan(150)
  })

  it('compile to what the runtime reads', () => {
    expect(say('en', '{n, plural, one {# cup} other {# cups}}', { n: 1200 })).toBe('1,200 cups')
    expect(say('ar', '{n, plural, zero {z} one {o} two {t} few {f} many {m} other {x}}',
      { n: 3 })).toBe('f')
  })

  it('make a pseudo-locale that is longer, accented and still takes values', () => {
    const text = say('en', 'Pay {amount} now', { amount: '€5.00' }, true)
    expect(text).toMatch(/^\[Þáý €5\.00 ñöŵ·+\]$/)
    expect(text.length).toBeGreaterThanOrEqual('Pay €5.00 now'.length * 1.4)
  })

  it('are objects of sentences', () => {
    expect(() => parseCatalog('[]', 'x.json')).toThrow('not an object')
    expect(() => parseCatalog('{"a":1}', 'x.json')).toThrow('a is not a sentence')
    expect(() => compileCatalog({ a: '{n, plural, one {' })).toThrow('a: ')
  })

  it('know arguments and plural forms of a sentence', () => {
    const shape = icuShape('{a} {n, plural, one {{b}} other {#}}')
    expect([...shape.args].sort()).toEqual(['a', 'b', 'n:plural'])
    expect([...shape.plurals[0]!]).toEqual(['one', 'other'])
  })
})

describe('the check of catalogs', () => {
  it('finds a sentence that is missing, strange or empty', () => {
    const missing = new Map([['en', { a: 'A', b: 'B' }], ['zh-Hans', { a: ' ', b: '乙' }],
      ['ar', { a: 'أ', b: 'ب', c: 'ج' }]])
    expect(languageProblems('ui', missing)).toEqual([
      'ui/words/zh-Hans.json: a is missing', 'ui/words/ar.json: c is not in en.json',
    ])
    expect(languageProblems('ui', new Map([['en', {}], ['ar', {}]])))
      .toEqual(['ui/words/zh-Hans.json is missing'])
  })

  it('finds arguments that differ', () => {
    expect(languageProblems('ui', catalogs('{a}', '{b}', '{a}'))).toEqual([
      'ui/words/zh-Hans.json: id lacks {a}',
      'ui/words/zh-Hans.json: id has {b}, the source has not',
    ])
  })

  it('asks for the plural forms of each language', () => {
    const english = '{n, plural, one {#} other {#}}'
    expect(languageProblems('ui', catalogs(english, '{n, plural, other {#}}', ARABIC))).toEqual([])
    expect(languageProblems('ui', catalogs(english, '{n, plural, other {#}}', english))).toEqual([
      'ui/words/ar.json: id lacks the plural forms zero, two, few, many',
    ])
  })

  it('finds sentences that are not ICU', () => {
    const [problem] = languageProblems('ui', catalogs('a', '{n, plural, one {', 'a'))
    expect(problem).toContain('zh-Hans.json: id is not ICU')
  })

  const uses = (text: string) => usesIn({ path: 'apps/room/x.tsx', text })

  it('finds ids without a sentence and sentences that nobody uses', () => {
    const found = useProblems(
      new Map([['apps/room',
        uses("t('room.a'); words.t('room.gone'); t(`order.${x}`); t(`none.${x}`)")]]),
      new Map([['apps/room', new Set(['room.a', 'room.b'])],
        ['ui', new Set(['order.held', 'refusal.x'])]]),
    )
    expect(found).toEqual([
      'apps/room/x.tsx:1: no sentence for "room.gone"',
      'apps/room/x.tsx:1: no sentence for "none."',
      'apps/room/words/en.json: nobody uses room.b',
    ])
  })

  it('counts ids in tables as used', () => {
    const table = uses("const TITLES = { a: 'room.a' } as const; t(TITLES[step])")
    const ids = new Map([['apps/room', new Set(['room.a'])]] as const)
    expect(useProblems(new Map([['apps/room', table]]), ids)).toEqual([])
  })

  it('asks for a sentence per refusal, and none more', () => {
    expect(refusalProblems(['a.b.c'], new Set(['refusal.unknown', 'refusal.old']))).toEqual([
      'ui/words: no sentence for refusal.a.b.c', 'ui/words: refusal.old stands for no refusal',
    ])
  })
})
