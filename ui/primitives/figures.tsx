import { useEffect, useState } from 'react'
import { clockText, msToNextTick, secondsLeft } from '../countdown-math.ts'
import { useWords } from '../words.tsx'

/** Seconds left, renewed exactly when they change. `now` is the server's clock. */
export function useSecondsLeft(untilMs: number, now: () => number): number {
  const [seconds, setSeconds] = useState(() => secondsLeft(untilMs, now()))
  useEffect(() => {
    let timer = 0
    const tick = () => {
      const at = now()
      setSeconds(secondsLeft(untilMs, at))
      const wait = msToNextTick(untilMs, at)
      if (wait > 0) timer = window.setTimeout(tick, wait + 5)
    }
    tick()
    return () => clearTimeout(timer)
  }, [untilMs, now])
  return seconds
}

export interface CountdownProps {
  readonly untilMs: number
  /** The server's clock; keep its identity between renders. */
  readonly now: () => number
  /** Warns below this many seconds, by colour and weight. */
  readonly soonSeconds?: number
}

/** The digits only: say in words beside it what ends. Not read aloud every second. */
export function Countdown({ untilMs, now, soonSeconds = 15 }: CountdownProps) {
  const seconds = useSecondsLeft(untilMs, now)
  return (
    <span
      className="countdown" role="timer" aria-live="off" dir="ltr"
      data-soon={seconds <= soonSeconds || undefined}
    >{clockText(seconds)}</span>
  )
}

/** A count that changes in place: only the digits that differ roll. */
export function RollingNumber({ value }: { value: number }) {
  const { number } = useWords()
  const text = number(value)
  const [shown, setShown] = useState({ text, before: text })
  if (shown.text !== text) setShown({ text, before: shown.text })
  const before = shown.before.padStart(text.length)
  return (
    <span>
      <span className="visually-hidden">{text}</span>
      <span className="rolling" aria-hidden="true" dir="ltr">
        {[...text].map((digit, at) => {
          const place = text.length - at
          const rolls = before.at(-place) !== digit
          return <span key={`${place}${digit}`} data-rolls={rolls || undefined}>{digit}</span>
        })}
      </span>
    </span>
  )
}

interface Amount {
  readonly amountMinor: number
  readonly currency: string
}

export interface PriceProps {
  readonly amount: Amount
  /** An earlier price, struck through. Only a true one. */
  readonly was?: Amount | undefined
  readonly size?: 'normal' | 'large'
}

export function Price({ amount, was, size = 'normal' }: PriceProps) {
  const { money, t } = useWords()
  const hasWas = was && was.amountMinor > amount.amountMinor && was.currency === amount.currency
  return (
    <span className="price" data-size={size}>
      <bdi>{money(amount)}</bdi>
      {hasWas && (
        <span className="price-was">
          <span className="visually-hidden">{t('price.was')} </span><s><bdi>{money(was)}</bdi></s>
        </span>
      )}
    </span>
  )
}
