import type { Layout } from '#stage/backstage/contract'
import type { Box, Size } from '../camera/layout.ts'

const gap = 8
const margin = 24

/** `count` equal fields in a row or a column of `into`. */
function line(into: Box, count: number, isColumn: boolean): Box[] {
  const length = isColumn ? into.height : into.width
  const each = (length - gap * (count - 1)) / count
  return Array.from({ length: count }, (_, n) => {
    const from = Math.round(n * (each + gap))
    const size = Math.round(n * (each + gap) + each) - from
    return isColumn ? { x: into.x, y: into.y + from, width: into.width, height: size }
      : { x: into.x + from, y: into.y, width: size, height: into.height }
  })
}

function grid(into: Box, count: number, isUpright: boolean): Box[] {
  if (count <= 2) return line(into, count, isUpright)
  const [first, second] = line(into, 2, true) as [Box, Box]
  // Of three the last one has a row alone: nobody is cut out for the sake of a hole.
  return [...line(first, 2, false), ...line(second, count - 2, false)]
}

function withSmall(into: Box, count: number, isUpright: boolean): Box[] {
  if (count === 1) return [into]
  const share = 0.74
  const large = isUpright ? { ...into, height: Math.round(into.height * share) }
    : { ...into, width: Math.round(into.width * share) }
  const rest = isUpright
    ? { ...into, y: large.height + gap, height: into.height - large.height - gap }
    : { ...into, x: large.width + gap, width: into.width - large.width - gap }
  return [large, ...line(rest, count - 1, !isUpright)]
}

function withCorner(into: Box, count: number, isUpright: boolean): Box[] {
  const width = Math.round(into.width * (isUpright ? 0.34 : 0.22))
  const height = Math.round(width * (isUpright ? 4 / 3 : 9 / 16))
  const small = Array.from({ length: count - 1 }, (_, n) => ({
    x: into.width - width - margin, width, height,
    y: into.height - margin - height - n * (height + gap),
  }))
  return [into, ...small]
}

/** Where each of `count` people stands in the picture, the one in the spotlight first. */
export function boxesFor(layout: Layout, count: number, out: Size): Box[] {
  const whole = { x: 0, y: 0, ...out }
  const isUpright = out.height > out.width
  if (count === 0) return []
  switch (layout) {
    case 'solo': return [whole]
    case 'side': return line(whole, count, isUpright)
    case 'grid': return grid(whole, count, isUpright)
    case 'spotlight': return withSmall(whole, count, isUpright)
    case 'corner': return withCorner(whole, count, isUpright)
  }
}

/** The one in the spotlight first, the others as they stand. */
export const inOrder = <P extends { readonly id: string }>(
  people: readonly P[], spotlight: string,
): P[] => [
  ...people.filter(({ id }) => id === spotlight), ...people.filter(({ id }) => id !== spotlight),
]
