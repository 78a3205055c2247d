/** A control on the screen, in CSS pixels. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** Rounding and focus rings make neighbours overlap by a hair. */
const SLACK = 2
/** A step aside costs more than a step ahead: what is straight on is what a thumb means. */
const ASIDE = 3

const turned = ({ left, top, right, bottom }: Box): Box =>
  ({ left: top, top: left, right: bottom, bottom: right })
const mirrored = ({ left, top, right, bottom }: Box): Box =>
  ({ left: -right, top, right: -left, bottom })

/** Every direction is the way right, in a picture that is turned or mirrored. */
function facingRight(box: Box, direction: Direction): Box {
  if (direction === 'right') return box
  if (direction === 'left') return mirrored(box)
  return direction === 'down' ? turned(box) : mirrored(turned(box))
}

const gap = (a: Box, b: Box): number => Math.max(0, b.top - a.bottom, a.top - b.bottom)
const middle = ({ top, bottom }: Box): number => (top + bottom) / 2

/** How far `to` is for somebody who presses right at `from`; null when it lies elsewhere. */
function distance(from: Box, to: Box): number | null {
  const starts = to.left > from.left + SLACK
  const isAhead = to.left >= from.right - SLACK || (starts && to.right > from.right + SLACK)
  if (!isAhead) return null
  const ahead = Math.max(0, to.left - from.right)
  const aside = gap(from, to)
  // Something beside us that is far more aside than ahead is up or down, not right.
  if (aside > 0 && to.left < from.right - SLACK) return null
  // Among neighbours that all lie straight on, the one at our height.
  const lean = Math.abs(middle(from) - middle(to)) / 100
  return ahead + ASIDE * aside + Math.min(lean, 20)
}

/** Which of the boxes the arrow leads to, by index; null at the edge of the screen. */
export function nearest(from: Box, boxes: readonly Box[], direction: Direction): number | null {
  const start = facingRight(from, direction)
  let best: { at: number, far: number } | null = null
  for (const [at, box] of boxes.entries()) {
    const far = distance(start, facingRight(box, direction))
    if (far !== null && (!best || far < best.far)) best = { at, far }
  }
  return best?.at ?? null
}

/** The box whose middle is closest: where the focus goes when its control has vanished. */
export function closest(from: Box, boxes: readonly Box[]): number | null {
  const x = ({ left, right }: Box) => (left + right) / 2
  const farOf = (box: Box) => Math.hypot(x(box) - x(from), middle(box) - middle(from))
  let best: { at: number, far: number } | null = null
  for (const [at, box] of boxes.entries()) {
    const far = farOf(box)
    if (!best || far < best.far) best = { at, far }
  }
  return best?.at ?? null
}
