import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addCue, NEAR_MS, PATIENCE_MS, QUEUE_MOST, takeDue, type Moment, type Queue,
} from './queue.ts'

const T = 1_790_000_000_000
const playing: Moment = { playheadMs: T, stillForMs: 0, serverMs: T + 2000, isHidden: false }
const cue = (mediaMs: number, value: number, latestMs = T + 60_000) =>
  ({ mediaMs, latestMs, value })
const queueOf = (...cues: ReturnType<typeof cue>[]): Queue<number> =>
  cues.reduce<Queue<number>>((queue, one) => addCue(queue, one), [])

describe('cues that wait for the picture', () => {
  it('are shown when the picture gets there, on the nearest frame', () => {
    const queue = queueOf(cue(T + 40, 1), cue(T + 90, 2))
    expect(takeDue(queue, playing).due).toEqual([])
    const at = (playheadMs: number) => takeDue(queue, { ...playing, playheadMs })
    expect(at(T + 40 - NEAR_MS).due).toEqual([1])
    expect(at(T + 100)).toEqual({ due: [1, 2], queue: [] })
  })

  it.each([
    ['without a picture', { playheadMs: null }],
    ['in a tab that nobody sees', { isHidden: true }],
    ['when the picture has stood for ten seconds', { stillForMs: PATIENCE_MS }],
    ['when their last moment has come', { serverMs: T + 60_000 }],
  ])('are shown at once %s', (_name, change) => {
    const queue = queueOf(cue(T + 5000, 1))
    expect(takeDue(queue, { ...playing, stillForMs: PATIENCE_MS - 1 }).due).toEqual([])
    expect(takeDue(queue, { ...playing, ...change }).due).toEqual([1])
  })

  it('keep their order when two producers see different frames', () => {
    const queue = queueOf(cue(T + 500, 1), cue(T + 100, 2))
    expect(takeDue(queue, { ...playing, playheadMs: T + 300 }).due).toEqual([])
    expect(takeDue(queue, { ...playing, playheadMs: T + 500 }).due).toEqual([1, 2])
  })

  it('take those before them along when they cannot wait', () => {
    const queue = queueOf(cue(T + 500, 1), cue(T + 900, 2, T + 2000), cue(T + 900, 3))
    expect(takeDue(queue, playing).due).toEqual([1, 2])
  })

  it('are bounded: the oldest goes first', () => {
    const many = Array.from({ length: QUEUE_MOST + 3 }, (_, at) => cue(T + 500, at))
    const { due, queue } = takeDue(queueOf(...many), playing)
    expect([due, queue.length]).toEqual([[0, 1, 2], QUEUE_MOST])
  })
})

type Step =
  | { readonly is: 'cue', readonly afterMs: number, readonly latestInMs: number }
  | { readonly is: 'play', readonly ms: number }
  | { readonly is: 'seek', readonly ms: number }
  | { readonly is: 'picture', readonly has: boolean }
  | { readonly is: 'tab', readonly isHidden: boolean }

const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(
  fc.record({
    is: fc.constant('cue' as const), afterMs: fc.integer({ min: -3000, max: 8000 }),
    latestInMs: fc.integer({ min: 0, max: PATIENCE_MS }),
  }),
  fc.record({ is: fc.constant('play' as const), ms: fc.integer({ min: 1, max: 900 }) }),
  fc.record({ is: fc.constant('seek' as const), ms: fc.integer({ min: -60_000, max: 6000 }) }),
  fc.record({ is: fc.constant('picture' as const), has: fc.boolean() }),
  fc.record({ is: fc.constant('tab' as const), isHidden: fc.boolean() }),
), { maxLength: 150 })

/** Plays the steps; every cue's value is the number of its coming. */
function play(all: readonly Step[]) {
  const shown: { value: number, at: Moment }[] = []
  const cues: ReturnType<typeof cue>[] = []
  let queue: Queue<number> = []
  let head = T
  let now: Moment = { ...playing }
  const look = () => {
    const taken = takeDue(queue, now)
    ;({ queue } = taken)
    shown.push(...taken.due.map((value) => ({ value, at: now })))
  }
  for (const step of all) {
    if (step.is === 'cue') {
      cues.push(cue(head + step.afterMs, cues.length, now.serverMs + step.latestInMs))
      queue = addCue(queue, cues.at(-1)!)
    }
    if (step.is === 'play') {
      head += step.ms
      now = { ...now, serverMs: now.serverMs + step.ms }
    }
    if (step.is === 'seek') head += step.ms
    if (step.is === 'picture') now = { ...now, playheadMs: step.has ? head : null }
    if (step.is === 'tab') now = { ...now, isHidden: step.isHidden }
    if (now.playheadMs !== null) now = { ...now, playheadMs: head }
    look()
  }
  now = { ...now, serverMs: now.serverMs + PATIENCE_MS }
  look()
  return { shown, cues }
}

describe('whatever happens to the picture', () => {
  it('every cue is shown once, in order', () => {
    fc.assert(fc.property(steps, (all) => {
      const { shown, cues } = play(all)
      expect(shown.map(({ value }) => value)).toEqual(cues.map(({ value }) => value))
    }))
  })

  it('none is shown before its frame, but for a reason', () => {
    fc.assert(fc.property(steps, (all) => {
      const { shown, cues } = play(all)
      for (const { value, at } of shown) {
        if (at.playheadMs === null || at.isHidden) continue
        const isAtFrame = cues[value]!.mediaMs <= at.playheadMs + NEAR_MS
        // Its own last moment, or that of one behind it that was shown along with it.
        const isLast = shown.some((other) => other.at === at && other.value >= value
          && cues[other.value]!.latestMs <= at.serverMs)
        expect(isAtFrame || isLast || cues.length > QUEUE_MOST).toBe(true)
      }
    }))
  })
})
