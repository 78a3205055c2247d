import { makeIds, silentLog, systemClock, systemRandom, type ShowId } from '#kernel'
import type { HeldRecording } from './contract.ts'
import { holdFolder } from './held.ts'

export const makeShowId = (): ShowId =>
  makeIds({ clock: systemClock, random: systemRandom }).make('sho')

/** A recording in a folder that nobody else wants. */
export const holdAlone = (folder: string): HeldRecording =>
  holdFolder({ folder, log: silentLog, release: () => Promise.resolve() })

/** Waits until `test` gives something, or fails after `ms`. */
export async function until<T>(
  what: string, test: () => Promise<T | undefined | false> | T | undefined | false, ms = 15_000,
): Promise<T> {
  const endMs = systemClock.steadyMs() + ms
  for (;;) {
    const value = await test()
    if (value !== undefined && value !== false) return value
    if (systemClock.steadyMs() > endMs) throw new Error(`${what}: not within ${ms} ms`)
    await systemClock.sleep(25)
  }
}
