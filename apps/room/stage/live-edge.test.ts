import { expect, test } from 'vitest'
import { readLiveEdge } from './live-edge.ts'

const HEAD = '#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-MEDIA-SEQUENCE:7\n'
const date = (second: number) =>
  `#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:0${second}.000Z\n`
const atMs = Date.parse('2026-01-01T00:00:00Z')

test('the edge is the end of the last part that is there', () => {
  const whole = `${HEAD}${date(0)}#EXTINF:2.00000,\nl7.m4s\n`
  expect(readLiveEdge(whole)).toBe(atMs + 2_000)
  const open = `${whole}${date(2)}#EXT-X-PART:DURATION=0.20000,URI="l8.0.m4s",INDEPENDENT=YES\n`
    + '#EXT-X-PART:DURATION=0.20000,URI="l8.1.m4s"\n'
  expect(readLiveEdge(open)).toBe(atMs + 2_400)
  expect(readLiveEdge(`${open}#EXT-X-PRELOAD-HINT:TYPE=PART,URI="l8.2.m4s"\n`))
    .toBe(atMs + 2_400)
})

test('what is only said to be missing does not count', () => {
  const text = `${HEAD}${date(0)}#EXTINF:2.00000,\nl7.m4s\n${date(2)}`
    + '#EXT-X-PART:DURATION=0.20000,URI="l8.0.m4s"\n'
    + '#EXT-X-PART:DURATION=0.20000,URI="l8.1.m4s",GAP=YES\n'
    + '#EXT-X-GAP\n#EXTINF:0.40000,\nl8.m4s\n'
    + `${date(3)}#EXT-X-PART:DURATION=0.20000,URI="l9.0.m4s",GAP=YES\n`
  expect(readLiveEdge(text)).toBe(atMs + 2_200)
})

test('without dates or media there is none', () => {
  for (const text of ['', HEAD, `${HEAD}#EXTINF:2,\ns1.m4s\n`,
    `${HEAD}#EXT-X-PROGRAM-DATE-TIME:soon\n#EXTINF:2,\ns1.m4s\n`]) {
    expect(readLiveEdge(text)).toBeUndefined()
  }
})
