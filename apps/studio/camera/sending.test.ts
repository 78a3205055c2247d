import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { busyMs, startSending, step, type Effect, type Happened, type Sending } from './sending.ts'

const ready: Sending = { ...startSending, phase: 'preview' }

/** Runs one happening after another; `at` moves the clock. */
function play(from: Sending, ...told: (Happened | { at: number })[]) {
  let state = from
  let nowMs = 0
  let effects: readonly Effect[] = []
  for (const one of told) {
    if ('at' in one) nowMs = one.at
    else ({ state, effects } = step(state, one, nowMs))
  }
  return { state, effects }
}
const publish: Happened = { is: 'publish' }
const live = play(ready, publish, { is: 'connected', turn: 1 }).state

describe('sending', () => {
  test('a picture comes first, then a press, then the connection', () => {
    expect(play(startSending, publish).state.phase).toBe('idle')
    expect(play(startSending, { is: 'media' }).state.phase).toBe('preview')
    const opening = play(ready, publish)
    expect(opening.state.phase).toBe('connecting')
    expect(opening.effects).toEqual([{ do: 'close' }, { do: 'open', turn: 1 }])
    expect(live).toMatchObject({ phase: 'live', tries: 0, wasLive: true })
  })

  test('a network that is gone is tried again for ever, 0.5 s to 5 s apart', () => {
    const waits: number[] = []
    let state = live
    for (let time = 0; time < 8; time++) {
      const failed = step(state, { is: 'failed', turn: state.turn }, 0)
      expect(failed.state.phase).toBe('reconnecting')
      const [close, wait] = failed.effects
      expect(close).toEqual({ do: 'close' })
      if (wait?.do === 'wait') waits.push(wait.ms)
      state = step(failed.state, { is: 'again', turn: failed.state.turn }, 0).state
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 5000, 5000, 5000, 5000])
    const back = step(state, { is: 'connected', turn: state.turn }, 0).state
    expect(back).toMatchObject({ phase: 'live', tries: 0 })
  })

  test('being online again ends a pause at once, and disturbs nothing else', () => {
    const waiting = play(live, { is: 'failed', turn: 1 }).state
    expect(play(waiting, { is: 'online' }).effects).toContainEqual({ do: 'open', turn: 2 })
    expect(play(live, { is: 'online' }).effects).toEqual([])
  })

  test('somebody else sends: not believed for as long as our old session may hold the key', () => {
    const busy = (turn: number): Happened =>
      ({ is: 'refused', turn, code: 'stage.media.already_publishing' })
    const first = play(live, { is: 'failed', turn: 1 }, { is: 'again', turn: 1 }, busy(2))
    expect(first.state).toMatchObject({ phase: 'reconnecting', busySinceMs: 0 })
    expect(first.effects).toContainEqual({ do: 'wait', turn: 2, ms: 1000 })
    const later = play(first.state, { is: 'again', turn: 2 }, { at: busyMs - 1 }, busy(3))
    expect(later.state.phase).toBe('reconnecting')
    const over = play(later.state, { is: 'again', turn: 3 }, { at: busyMs }, busy(4))
    expect(over.state).toMatchObject({ phase: 'refused', code: 'stage.media.already_publishing' })
  })

  test.each([
    'stage.show.key_unknown', 'stage.media.show_ended', 'stage.media.codec_not_supported',
    'stage.media.offer_unreadable', 'people.accounts.sign_in_needed', 'camera.no_h264',
  ])('%s is final, and a press starts anew', (code) => {
    const no = play(live, { is: 'refused', turn: 1, code })
    expect(no.state).toMatchObject({ phase: 'refused', code })
    expect(no.effects).toEqual([{ do: 'close' }])
    expect(play(no.state, publish).state).toMatchObject({ phase: 'connecting', code: null })
  })

  test('a full house is an answer at the first try and a pause later', () => {
    const code = 'stage.media.full'
    const opening = play(ready, publish).state
    expect(play(opening, { is: 'refused', turn: 1, code }).state.phase).toBe('refused')
    expect(play(live, { is: 'refused', turn: 1, code }).state.phase).toBe('reconnecting')
  })

  test('a restart of the house is waited for', () => {
    const no = play(ready, publish, { is: 'refused', turn: 1, code: 'http.unavailable' })
    expect(no.state).toMatchObject({ phase: 'connecting', tries: 1 })
  })

  test('stopping ends it, and nothing late starts it again', () => {
    const stopped = play(live, { is: 'stop' })
    expect(stopped.state.phase).toBe('preview')
    expect(stopped.effects).toEqual([{ do: 'close' }])
    for (const late of [
      { is: 'connected', turn: 1 }, { is: 'failed', turn: 1 }, { is: 'again', turn: 1 },
      { is: 'refused', turn: 1, code: 'stage.media.full' },
    ] as const) expect(play(stopped.state, late)).toEqual({ state: stopped.state, effects: [] })
  })

  test('what an earlier attempt still says is not heard', () => {
    const back = play(live, { is: 'failed', turn: 1 }, { is: 'again', turn: 1 },
      { is: 'connected', turn: 2 }).state
    expect(back).toMatchObject({ phase: 'live', turn: 2 })
    for (const late of [
      { is: 'failed', turn: 1 }, { is: 'refused', turn: 1, code: 'stage.show.key_unknown' },
    ] as const) expect(play(back, late)).toEqual({ state: back, effects: [] })
  })

  test('whatever happens: never two attempts, and a refusal always has a code', () => {
    const turn = fc.integer({ min: 0, max: 12 })
    const code = fc.constantFrom('stage.media.full', 'stage.media.already_publishing',
      'stage.show.key_unknown', 'http.too_fast')
    const happened: fc.Arbitrary<Happened> = fc.oneof(
      fc.constantFrom<Happened>(
        { is: 'media' }, { is: 'publish' }, { is: 'stop' }, { is: 'online' }),
      turn.map((at): Happened => ({ is: 'connected', turn: at })),
      turn.map((at): Happened => ({ is: 'failed', turn: at })),
      turn.map((at): Happened => ({ is: 'again', turn: at })),
      fc.record({ turn, code }).map((no): Happened => ({ is: 'refused', ...no })),
    )
    fc.assert(fc.property(fc.array(happened, { maxLength: 60 }), (told) => {
      let state = startSending
      let opened = 0
      told.forEach((one, at) => {
        const next = step(state, one, at * 700)
        for (const [place, effect] of next.effects.entries()) {
          if (effect.do === 'open') {
            expect(next.effects[place - 1]).toEqual({ do: 'close' })
            expect(effect.turn).toBeGreaterThan(opened)
            opened = effect.turn
          }
        }
        if (next.state.phase === 'refused') expect(next.state.code).not.toBeNull()
        if (next.state.phase === 'live') expect(next.state.tries).toBe(0)
        state = next.state
      })
    }))
  })
})
