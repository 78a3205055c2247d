import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAsset, parseDirectives } from './playback.ts'
import { parseRange } from './reply.ts'

describe('requests', () => {
  test('MED11 only exact names are assets', () => {
    const [source, low, audio] = ['source', 'low', 'audio']
    expect(parseAsset('p12.3.m4s')).toEqual({ is: 'part', of: source, msn: 12, part: 3 })
    expect(parseAsset('s0.m4s')).toEqual({ is: 'segment', of: source, msn: 0 })
    expect(parseAsset('init-4.mp4')).toEqual({ is: 'init', of: source, id: 4 })
    expect(parseAsset('l12.3.m4s')).toEqual({ is: 'part', of: low, msn: 12, part: 3 })
    expect(parseAsset('a0.m4s')).toEqual({ is: 'segment', of: audio, msn: 0 })
    expect(parseAsset('linit-4.mp4')).toEqual({ is: 'init', of: low, id: 4 })
    expect(parseAsset('audio.m3u8')).toEqual({ is: 'live', of: audio })
    expect(parseAsset('master.m3u8')).toEqual({ is: 'master' })
    const wrong = ['', 's.m4s', 's00.m4s', 's1.m4s/', 'S1.m4s', 's1.mp4', 'p1.m4s', 'p1.2.3.m4s',
      's1e1.m4s', 's+1.m4s', ' s1.m4s', 's1.m4s\n', 'live.m3u8\0', 's1111111111.m4s', '../s1.m4s',
      'pinit-1.mp4', 'l1', 'a01.0.m4s', 'la1.0.m4s', 'Low.m3u8', 'toString', '__proto__']
    for (const name of wrong) expect([name, parseAsset(name)]).toEqual([name, undefined])
    fc.assert(fc.property(fc.string(), (name) => {
      const asset = parseAsset(name)
      if (asset?.is === 'segment') expect(name).toBe(`s${asset.msn}.m4s`)
      if (asset?.is === 'part') expect(name).toBe(`p${asset.msn}.${asset.part}.m4s`)
    }))
  })

  test('delivery directives are numbers or nothing', () => {
    const parse = (text: string) => parseDirectives(new URLSearchParams(text))
    expect(parse('')).toEqual({})
    expect(parse('_HLS_msn=3&_HLS_part=0')).toEqual({ msn: 3, part: 0 })
    for (const text of ['_HLS_msn=', '_HLS_msn=-1', '_HLS_msn=1e3', '_HLS_msn=1&_HLS_part=x',
      '_HLS_part=1', '_HLS_msn=99999999999']) expect(parse(text)).toBe('bad')
  })

  test('a range lies within the file or is refused', () => {
    expect(parseRange('bytes=0-3', 10)).toEqual({ start: 0, end: 3 })
    expect(parseRange('bytes=-3', 10)).toEqual({ start: 7, end: 9 })
    expect(parseRange('bytes=8-', 10)).toEqual({ start: 8, end: 9 })
    expect([parseRange('bytes=10-', 10), parseRange('bytes=-0', 10)])
      .toEqual(['outside', 'outside'])
    expect([parseRange('bytes=3-1', 10), parseRange('bytes=0-1,4-5', 10), parseRange('x', 10)])
      .toEqual([undefined, undefined, undefined])
    fc.assert(fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), (from, to, size) => {
      const range = parseRange(`bytes=${from}-${to}`, size)
      if (range === undefined || range === 'outside') return
      expect(range.start).toBeLessThanOrEqual(range.end)
      expect(range.end).toBeLessThan(size)
    }))
  })
})
