import { expect, test } from 'vitest'
import { makeLowDelay, type Reason } from './low-delay.ts'

test('what a viewer does reaches the player that is there, and counts for ten minutes', () => {
  let nowMs = 0
  const lowDelay = makeLowDelay(() => nowMs)
  const heard: (Reason | string)[] = []
  lowDelay.ask('wish')
  expect(lowDelay.hasNeed()).toBe(false)
  lowDelay.attach({
    promote: (reason) => void heard.push(reason), moveAway: (session) => void heard.push(session),
  })
  lowDelay.ask('look')
  expect(lowDelay.hasNeed()).toBe(false)
  lowDelay.ask('need')
  lowDelay.moveAway('session-1')
  expect([lowDelay.hasNeed(), heard]).toEqual([true, ['look', 'need', 'session-1']])
  nowMs = 10 * 60_000
  expect(lowDelay.hasNeed()).toBe(false)
  lowDelay.attach(null)
  lowDelay.ask('need')
  expect(heard.length).toBe(3)
})
