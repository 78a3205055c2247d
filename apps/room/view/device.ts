import { firstComfort, isThrifty, type Comfort, type LineHint } from './comfort.ts'

const KEY = 'silkcast.comfort'

type Line = LineHint & Partial<Pick<EventTarget, 'addEventListener'>>
const line = (): Line | undefined => (navigator as { connection?: Line }).connection

// A browser that keeps nothing (private windows, blocked storage) still shows the Room.
function stored(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

export const readComfort = (): Comfort => firstComfort({
  search: location.search, stored: stored(), userAgent: navigator.userAgent,
})

/** Kept on this device only: it says something about a person's eyes or purse. */
export function keepComfort(comfort: Comfort): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(comfort))
  } catch {
    // Then it holds until the page is closed.
  }
}

export const isLineThrifty = (): boolean => isThrifty(line())

export function onLineChange(listener: () => void): void {
  line()?.addEventListener?.('change', listener)
}
