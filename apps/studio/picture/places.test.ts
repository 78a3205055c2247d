import { describe, expect, test } from 'vitest'
import { addressOf, readAddress } from './address.ts'
import { placesFor } from './places.ts'

const out = { width: 1280, height: 720 }
const people = ['gst_a', 'gst_b'].map((id) => ({ id, name: id }))
const place = (layout: 'solo' | 'side' | 'grid' | 'spotlight' | 'corner', spotlight: string,
  hasHost = false) => [...placesFor({ layout, spotlight, people }, out, hasHost)]
  .map(([id, { box, isSmall }]) => [id, box.x, box.y, box.width, box.height, isSmall])

describe('where guests stand in their own picture', () => {
  test('side by side they share it', () => {
    expect(place('side', 'host')).toEqual([
      ['gst_a', 0, 0, 636, 720, false], ['gst_b', 644, 0, 636, 720, false],
    ])
  })

  test('the host first leaves them alike, and the host alone leaves none', () => {
    expect(place('spotlight', 'host')).toEqual(place('grid', 'host'))
    expect(place('corner', 'host')).toEqual(place('grid', 'host'))
    expect(place('solo', 'host')).toEqual([])
    expect(place('solo', 'host', true)).toEqual([])
  })

  test('the spotlight is on one of them', () => {
    expect(place('spotlight', 'gst_b').map(([id]) => id)).toEqual(['gst_b', 'gst_a'])
    expect(place('solo', 'gst_b')).toEqual([['gst_b', 0, 0, 1280, 720, false]])
    expect(place('corner', 'gst_b').map(([id, ...rest]) => [id, rest.at(-1)]))
      .toEqual([['gst_b', false], ['gst_a', true]])
  })

  test('the field of the host stays free when it is wanted', () => {
    expect(place('side', 'host', true).map(([id, x]) => [id, x]))
      .toEqual([['gst_a', 429], ['gst_b', 859]])
    expect(place('corner', 'host', true).map(([id, , , width, , isSmall]) => [id, width, isSmall]))
      .toEqual([['gst_a', 282, true], ['gst_b', 282, true]])
  })
})

test('what an address says is read again, and anything else is none', () => {
  const key = 'k'.repeat(32)
  for (const isDark of [true, false]) {
    const said = { key, isDark, hasNames: !isDark, hasHost: isDark }
    const url = new URL(addressOf('https://shop.example', said))
    expect([url.pathname, url.search]).toEqual(['/stage/picture', ''])
    expect(readAddress(url.hash)).toEqual(said)
  }
  for (const hash of ['', '#', '#key=', '#key=short', `#key=${'<'.repeat(30)}`, '#%', `#${key}`]) {
    expect(readAddress(hash)).toBeNull()
  }
})
