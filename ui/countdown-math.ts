/** Whole seconds still to go, never below zero. The last second counts until it is over. */
export const secondsLeft = (untilMs: number, nowMs: number): number =>
  Math.max(0, Math.ceil((untilMs - nowMs) / 1000))

/** Milliseconds until the shown second changes: a tick then, not every second from some start. */
export function msToNextTick(untilMs: number, nowMs: number): number {
  const left = untilMs - nowMs
  if (left <= 0) return 0
  return left % 1000 === 0 ? 1000 : left % 1000
}

export interface TimeParts {
  readonly days: number
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
}

export function timeParts(seconds: number): TimeParts {
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  }
}

const two = (value: number) => String(value).padStart(2, '0')

/** `00:41`, `12:05`, `1:02:03`: the form of a clock in every language here. */
export function clockText(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const { minutes, seconds: rest } = timeParts(seconds)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`
}

/** Offset to add to this device's clock to get the server's. */
export const clockOffsetMs = (serverNowMs: number, deviceNowMs: number): number =>
  serverNowMs - deviceNowMs
