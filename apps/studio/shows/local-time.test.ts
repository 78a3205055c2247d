import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isReturnPath } from '../sign-in/return-path.ts'
import { fromLocalInput, slugOf, toLocalInput } from './local-time.ts'

test('a start time survives the input, to the minute', () => {
  // Not within the hour that clocks turn back: it stands twice on the wall.
  const summer = Date.UTC(2026, 5, 1)
  fc.assert(fc.property(fc.nat(60 * 24 * 60), (minutes) => {
    const ms = summer + minutes * 60_000
    expect(fromLocalInput(toLocalInput(ms))).toBe(ms)
  }))
})

test.each(['', '2026-13-40T25:99', 'tomorrow', '<b>'])('%j is no time', (text) =>
  expect(fromLocalInput(text)).toBeNull())

test('an address is made of the letters that fit', () => {
  expect(slugOf('Lantern Night #3: Café & Tea!')).toBe('lantern-night-3-cafe-tea')
  expect(slugOf('夜市')).toBe('')
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (title) => {
    expect(slugOf(title)).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*)?$/)
  }))
})

test('after the sign-in only pages of ours are gone to', () => {
  for (const path of ['/studio', '/desk', '/desk?order=ord_01abc', '/studio/shows/sho_1']) {
    expect(isReturnPath(path)).toBe(true)
  }
  for (const path of ['//evil.example', '/studio//evil.example/..:', 'https://evil.example',
    '/studio@evil.example', '/', '/studiox', 'javascript:alert(1)', '/desk#x']) {
    expect(isReturnPath(path)).toBe(false)
  }
})
