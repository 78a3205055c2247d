import { expect, test } from 'vitest'
import { slopeOf } from '../media-load.ts'
import { quantile } from './figures.ts'
import { findHoles } from './sound-holes.ts'

const frames = (starts: readonly number[]) => ['#tb 0: 1/48000', '#media_type 0: audio',
  ...starts.map((at) => `0, ${at}, ${at}, 1024, 300, 0x1`)]

test('sound without a hole has none, and a hole is as long as it is', () => {
  expect(findHoles(frames([0, 1024, 2048, 3072]), 48_000))
    .toMatchObject({ holes: 0, share: 0 })
  // Rounded to a container's clock.
  expect(findHoles(frames([0, 1030, 2048]), 48_000).holes).toBe(0)
  const holed = findHoles(frames([0, 1024, 3072, 4096]), 48_000)
  expect(holed.holes).toBe(1)
  expect(holed.share).toBeCloseTo(1024 / 5120, 9)
  expect(findHoles([], 48_000)).toEqual({ seconds: 0, holes: 0, share: 0 })
})

test('memory that grows steadily has its slope', () => {
  expect(slopeOf([0, 1, 2, 3].map((x) => ({ x, y: 5 + 3 * x })))).toBeCloseTo(3, 9)
  expect(slopeOf([{ x: 1, y: 7 }])).toBe(0)
  expect(quantile([5, 1, 4, 2, 3], 0.95)).toBe(5)
})
