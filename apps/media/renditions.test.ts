import { expect, test } from 'vitest'
import { chooseRenditions } from './renditions.ts'

test('without a setting the machine decides, and the server may say otherwise', () => {
  expect(chooseRenditions(undefined, 2)!(undefined)).toEqual(['audio'])
  expect(chooseRenditions('', 4)!(undefined)).toEqual(['360p', 'audio'])
  expect(chooseRenditions('', 2)!(['360p'])).toEqual(['360p'])
  expect(chooseRenditions('', 8)!([])).toEqual([])
})

test('the setting is the most a show can have', () => {
  expect(chooseRenditions('none', 8)!(['360p', 'audio'])).toEqual([])
  expect(chooseRenditions('audio', 8)!(['360p', 'audio'])).toEqual(['audio'])
  expect(chooseRenditions('all', 1)!(undefined)).toEqual(['360p', 'audio'])
  expect(chooseRenditions('all', 1)!(['audio'])).toEqual(['audio'])
  for (const wrong of ['ALL', 'yes', 'toString', '__proto__']) {
    expect(chooseRenditions(wrong, 8)).toBeUndefined()
  }
})
