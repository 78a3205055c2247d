import { describe, expect, it } from 'vitest'
import { firstComfort, isTelevision, isThrifty, parseComfort, plainComfort, savingOf,
} from './comfort.ts'

describe('what a person has set', () => {
  it.each([null, '', 'null', '[]', '"x"', '{', '{"view":"huge","dataSaver":7,"hasKeys":"no"}'])(
    'a broken store (%s) says nothing', (text) => {
      expect(parseComfort(text)).toEqual({})
    })

  it('is read back as it was kept', () => {
    const kept = { view: 'silver', dataSaver: 'sound', hasKeys: false } as const
    expect(parseComfort(JSON.stringify(kept))).toEqual(kept)
  })

  it('gives the link the first word, then the store, then the device', () => {
    const stored = JSON.stringify({ view: 'silver', dataSaver: 'on' })
    const tv = 'Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 Version/6.0 TV Safari'
    const phone = 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140 Mobile'
    const first = (search: string, kept: string | null, userAgent: string) =>
      firstComfort({ search, stored: kept, userAgent })
    expect(first('?view=tv', stored, phone)).toEqual(
      { view: 'tv', dataSaver: 'on', hasKeys: true })
    expect(first('?view=plain', stored, tv).view).toBe('plain')
    expect(first('?view=nonsense', stored, tv).view).toBe('silver')
    expect(first('', null, tv).view).toBe('tv')
    expect(first('', null, phone)).toEqual(plainComfort)
  })

  it.each([
    ['Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/94', true],
    ['Mozilla/5.0 (Linux; Android 9; AFTMM) AppleWebKit/537.36 Silk/94', true],
    ['Mozilla/5.0 (Linux; Android 12; BRAVIA 4K VH2) AppleWebKit/537.36', true],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140', false],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Safari', false],
  ])('%s is a television: %s', (userAgent, isTv) => {
    expect(isTelevision(userAgent)).toBe(isTv)
  })
})

describe('data saver', () => {
  it('leaves automatic to what the browser says of the line', () => {
    expect(isThrifty(undefined)).toBe(false)
    expect(isThrifty({ effectiveType: '4g' })).toBe(false)
    expect(isThrifty({ effectiveType: '4g', saveData: true })).toBe(true)
    expect(isThrifty({ effectiveType: '2g' })).toBe(true)
    expect([savingOf('auto', false), savingOf('auto', true)]).toEqual(['none', 'low'])
  })

  it('obeys the person against the browser', () => {
    expect(savingOf('off', true)).toBe('none')
    expect(savingOf('on', false)).toBe('low')
    expect([savingOf('sound', false), savingOf('sound', true)]).toEqual(['sound', 'sound'])
  })
})
