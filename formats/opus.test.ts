import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyBytes } from './testing/hostile.ts'
import { isStereo, opusSamples, SILENCE_20MS } from './opus.ts'

const packet = (...bytes: number[]) => opusSamples(Buffer.from(bytes))
const first = (configuration: number, layout = 0) => (configuration << 3) | layout

describe('Opus packets', () => {
  test('every configuration has the length of RFC 6716, table 2', () => {
    const ms = Array.from({ length: 32 }, (_, n) => packet(first(n), 1)! / 48)
    expect(ms).toEqual([
      10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 10, 20,
      2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20,
    ])
  })

  test('one frame, two frames, any number of frames', () => {
    expect(packet(first(31))).toBe(960)
    expect(packet(first(31, 1), 7, 7)).toBe(1_920)
    expect(packet(first(31, 2), 1, 7, 7, 7)).toBe(1_920)
    expect(packet(first(31, 3), 0x86)).toBe(5_760)
    expect(packet(first(16, 3), 48)).toBe(5_760)
  })

  test('no bytes, no frames, more than 120 ms and uneven halves are no packet', () => {
    expect(packet()).toBeUndefined()
    expect(packet(first(31, 3))).toBeUndefined()
    expect(packet(first(31, 3), 0xc0)).toBeUndefined()
    expect(packet(first(31, 3), 7)).toBeUndefined()
    expect(packet(first(31, 1), 7)).toBeUndefined()
  })

  test('silence is 20 ms and mono; stereo is said in the first byte', () => {
    expect([...SILENCE_20MS]).toEqual([0xf8, 0xff, 0xfe])
    expect(opusSamples(SILENCE_20MS)).toBe(960)
    expect(isStereo(SILENCE_20MS)).toBe(false)
    expect(isStereo(Buffer.from([0xfc]))).toBe(true)
    expect(isStereo(Buffer.alloc(0))).toBe(false)
  })

  test('takes any bytes', () => {
    fc.assert(fc.property(anyBytes(10), (raw) => {
      isStereo(raw)
      const samples = opusSamples(raw)
      if (samples !== undefined) expect(samples % 120).toBe(0)
      expect(samples ?? 120).toBeLessThanOrEqual(5_760)
      expect(samples ?? 120).toBeGreaterThan(0)
    }), { numRuns: 1_000 })
  })
})
