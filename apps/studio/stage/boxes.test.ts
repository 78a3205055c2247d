import { describe, expect, test } from 'vitest'
import { layouts } from '#stage/backstage/contract'
import { boxesFor, inOrder } from './boxes.ts'

const shapes = [{ width: 1280, height: 720 }, { width: 720, height: 1280 }]

describe('where people stand', () => {
  test('everybody is inside the picture, and only a corner lies over somebody', () => {
    for (const out of shapes) {
      for (const layout of layouts) {
        for (let count = 1; count <= 4; count++) {
          const boxes = boxesFor(layout, count, out)
          expect(boxes).toHaveLength(layout === 'solo' ? 1 : count)
          for (const { x, y, width, height } of boxes) {
            expect(Math.min(x, y, width - 60, height - 60)).toBeGreaterThanOrEqual(0)
            expect(x + width).toBeLessThanOrEqual(out.width)
            expect(y + height).toBeLessThanOrEqual(out.height)
          }
          if (layout === 'corner') continue
          boxes.forEach((a, n) => boxes.slice(n + 1).forEach((b) => {
            const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x
              || a.y + a.height <= b.y || b.y + b.height <= a.y
            expect(isApart).toBe(true)
          }))
        }
      }
    }
  })

  test('two stand beside each other in a wide picture, above each other in an upright one', () => {
    const [wide, upright] = shapes.map((out) => boxesFor('side', 2, out))
    expect(wide!.map(({ x, width }) => [x, width])).toEqual([[0, 636], [644, 636]])
    expect(upright!.map(({ y, height }) => [y, height])).toEqual([[0, 636], [644, 636]])
  })

  test('the spotlight comes first', () => {
    const people = ['host', 'a', 'b'].map((id) => ({ id }))
    expect(inOrder(people, 'b').map(({ id }) => id)).toEqual(['b', 'host', 'a'])
    expect(inOrder(people, 'gone').map(({ id }) => id)).toEqual(['host', 'a', 'b'])
  })
})
