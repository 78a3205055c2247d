import { useEffect, useRef, useState, type CSSProperties, type ReactNode } from 'react'
import { useWords } from '../words.tsx'

export interface HoldButtonProps {
  readonly children: ReactNode
  readonly onConfirm: () => void
  readonly kind?: 'danger' | 'primary'
  readonly size?: 'normal' | 'large'
  readonly holdMs?: number
  readonly isWide?: boolean
  readonly isDisabled?: boolean
}

/** How long a press without holding (a screen reader, a switch) waits for its second press. */
const SECOND_PRESS_MS = 5000

/** For what cannot be taken back: works only when held. Assistive technology that can only press
 *  gets the same care by a second press. */
export function HoldButton(props: HoldButtonProps) {
  const { children, onConfirm, kind = 'danger', size = 'normal', holdMs = 1200 } = props
  const { t } = useWords()
  const [isHolding, setHolding] = useState(false)
  const [asksAgain, setAsksAgain] = useState(false)
  const timer = useRef(0)
  const wasHeld = useRef(false)
  const isOff = props.isDisabled ?? false

  useEffect(() => () => clearTimeout(timer.current), [])

  const start = () => {
    if (isOff || isHolding) return
    wasHeld.current = true
    setHolding(true)
    timer.current = window.setTimeout(() => {
      setHolding(false)
      setAsksAgain(false)
      onConfirm()
    }, holdMs)
  }
  const stop = () => {
    if (!isHolding) return
    clearTimeout(timer.current)
    setHolding(false)
  }
  const press = () => {
    // A click that no pointer and no key began comes from assistive technology.
    if (wasHeld.current || isOff) return void (wasHeld.current = false)
    if (asksAgain) {
      setAsksAgain(false)
      return onConfirm()
    }
    setAsksAgain(true)
    timer.current = window.setTimeout(() => setAsksAgain(false), SECOND_PRESS_MS)
  }
  const isKey = (key: string) => key === ' ' || key === 'Enter'
  return (
    <button
      type="button" className="button" data-kind={kind} data-size={size}
      data-wide={props.isWide || undefined} data-holding={isHolding || undefined}
      aria-disabled={isOff || undefined} style={{ '--hold-ms': `${holdMs}ms` } as CSSProperties}
      onPointerDown={(event) => event.button === 0 && start()} onPointerUp={stop}
      onPointerLeave={stop} onPointerCancel={stop} onBlur={stop} onClick={press}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => isKey(event.key) && !event.repeat && start()}
      onKeyUp={(event) => isKey(event.key) && stop()}
    >
      <span className="hold-fill" aria-hidden="true" />
      {children}
      <span className="visually-hidden">{t(asksAgain ? 'hold.again' : 'hold.hint')}</span>
    </button>
  )
}
