import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closest, nearest, type Box, type Direction } from './spatial.ts'

const box = (left: number, top: number, width: number, height: number): Box =>
  ({ left, top, right: left + width, bottom: top + height })

// The column of the television view: tools in a row, a wide button, field and two icons.
const tools = [0, 1, 2, 3].map((at) => box(1300 + at * 70, 160, 60, 60))
const buy = box(1310, 420, 540, 70)
const field = box(1300, 980, 400, 60)
const heart = box(1720, 980, 60, 60)
const bag = box(1790, 980, 60, 60)
const pill = box(50, 980, 250, 60)
const all = [...tools, buy, field, heart, bag, pill]
const to = (from: Box, direction: Direction) => {
  const others = all.filter((one) => one !== from)
  const at = nearest(from, others, direction)
  return at === null ? null : others[at]
}

describe('arrow keys', () => {
  it('go along a row and stop at its end', () => {
    expect(to(tools[0]!, 'right')).toBe(tools[1])
    expect(to(tools[2]!, 'left')).toBe(tools[1])
    expect(to(field, 'right')).toBe(heart)
    expect(to(heart, 'right')).toBe(bag)
    expect(to(bag, 'right')).toBeNull()
  })

  it('go down and up a column of unequal widths', () => {
    expect(to(tools[1]!, 'down')).toBe(buy)
    expect(to(buy, 'down')).toBe(field)
    expect(to(bag, 'up')).toBe(buy)
    expect(to(field, 'up')).toBe(buy)
    expect(tools).toContain(to(buy, 'up'))
    expect(to(tools[0]!, 'up')).toBeNull()
    expect(to(bag, 'down')).toBeNull()
  })

  it('cross to the other side of the screen when that way is meant', () => {
    expect(to(field, 'left')).toBe(pill)
    expect(to(pill, 'right')).toBe(field)
  })

  it('prefer what lies straight on to what is nearer but aside', () => {
    const from = box(0, 0, 100, 40)
    const straight = box(300, 0, 100, 40)
    const aside = box(140, 120, 100, 40)
    expect(nearest(from, [aside, straight], 'right')).toBe(1)
  })

  it('move through a list of rows that each have two controls', () => {
    const rows = [0, 1, 2].map((at) =>
      [box(0, at * 80, 300, 70), box(320, at * 80 + 10, 80, 50)] as const)
    const flat = rows.flat()
    const step = (from: Box, direction: Direction) => {
      const others = flat.filter((one) => one !== from)
      const at = nearest(from, others, direction)
      return at === null ? null : others[at]
    }
    expect(step(rows[0]![0], 'right')).toBe(rows[0]![1])
    expect(step(rows[0]![1], 'down')).toBe(rows[1]![1])
    expect(step(rows[1]![0], 'down')).toBe(rows[2]![0])
    expect(step(rows[2]![1], 'left')).toBe(rows[2]![0])
  })

  const anyBox = fc.record({
    left: fc.integer({ min: 0, max: 1800 }), top: fc.integer({ min: 0, max: 1000 }),
    width: fc.integer({ min: 10, max: 400 }), height: fc.integer({ min: 10, max: 200 }),
  }).map(({ left, top, width, height }) => box(left, top, width, height))

  it('never lead back: what an arrow finds lies that way', () => {
    fc.assert(fc.property(anyBox, fc.array(anyBox, { maxLength: 12 }), (from, boxes) => {
      const right = nearest(from, boxes, 'right')
      if (right !== null) expect(boxes[right]!.left).toBeGreaterThan(from.left)
      const left = nearest(from, boxes, 'left')
      if (left !== null) expect(boxes[left]!.right).toBeLessThan(from.right)
      const down = nearest(from, boxes, 'down')
      if (down !== null) expect(boxes[down]!.top).toBeGreaterThan(from.top)
    }))
  })

  it('are the same in a mirrored page', () => {
    const mirror = ({ left, top, right, bottom }: Box): Box =>
      ({ left: 1920 - right, top, right: 1920 - left, bottom })
    fc.assert(fc.property(anyBox, fc.array(anyBox, { maxLength: 12 }), (from, boxes) => {
      expect(nearest(mirror(from), boxes.map(mirror), 'left')).toBe(nearest(from, boxes, 'right'))
      expect(nearest(mirror(from), boxes.map(mirror), 'down')).toBe(nearest(from, boxes, 'down'))
    }))
  })
})

describe('when the control has gone', () => {
  it('the focus goes to the closest one left', () => {
    expect(closest(buy, [tools[0]!, field, bag])).toBe(0)
    expect(closest(heart, [pill, buy, bag])).toBe(2)
    expect(closest(buy, [])).toBeNull()
  })
})
