import { describe, expect, it } from 'vitest'
import { actOf, shortcuts, type Pressed } from './keys.ts'

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key, code: '', ctrlKey: false, metaKey: false, altKey: false, repeat: false, isComposing: false,
  ...more,
})
const room = { isTyping: false, isSheetOpen: false }

describe('single keys', () => {
  it.each(shortcuts)('%s is %s', (act, key) => {
    expect(actOf(press(key), room)).toBe(act)
  })

  it('have no act twice and no key twice', () => {
    expect(new Set(shortcuts.map(([act]) => act)).size).toBe(shortcuts.length)
    expect(new Set(shortcuts.map(([, key]) => key)).size).toBe(shortcuts.length)
  })

  it('are letters while somebody types', () => {
    expect(actOf(press('b'), { isTyping: true, isSheetOpen: false })).toBeNull()
  })

  it('leave combinations to the browser, and held keys alone', () => {
    for (const more of [
      { ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true },
      { isComposing: true },
    ]) expect(actOf(press('f', more), room)).toBeNull()
    expect(actOf(press('B', {}), room)).toBe('buy')
  })

  it('open no sheet over a sheet, but sound and window still answer', () => {
    const sheet = { isTyping: false, isSheetOpen: true }
    expect(actOf(press('g'), sheet)).toBeNull()
    expect(actOf(press('?'), sheet)).toBeNull()
    expect(actOf(press('m'), sheet)).toBe('mute')
    expect(actOf(press('p'), sheet)).toBe('pip')
  })

  it('are found by their place where another script is written', () => {
    expect(actOf(press('ة', { code: 'KeyM' }), room)).toBe('mute')
    expect(actOf(press('؟', { code: 'Slash' }), room)).toBe('help')
    expect(actOf(press('é', { code: 'Digit2' }), room)).toBeNull()
    // On a French keyboard the key of the letter m stands elsewhere: the letter counts.
    expect(actOf(press('m', { code: 'Semicolon' }), room)).toBe('mute')
    expect(actOf(press(',', { code: 'KeyM' }), room)).toBeNull()
  })
})
