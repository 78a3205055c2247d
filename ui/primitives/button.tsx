import type { MouseEvent, ReactNode, Ref } from 'react'

export interface ButtonProps {
  readonly children: ReactNode
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger' | 'link'
  readonly size?: 'normal' | 'large'
  readonly type?: 'button' | 'submit'
  readonly isWide?: boolean
  readonly isDisabled?: boolean
  /** Shows that work goes on and takes no second press; the name stays readable. */
  readonly isBusy?: boolean
  readonly onPress?: (() => void) | undefined
  readonly form?: string
  readonly 'aria-label'?: string
  readonly 'aria-expanded'?: boolean
  readonly 'aria-describedby'?: string
  readonly popoverTarget?: string
  readonly ref?: Ref<HTMLButtonElement>
}

/** Disabled buttons keep the focus and say that they are disabled, so nobody gets lost. */
export function Button(props: ButtonProps) {
  const {
    children, kind = 'plain', size = 'normal', type = 'button', isWide = false, isDisabled = false,
    isBusy = false, onPress, ref, ...rest
  } = props
  const isOff = isDisabled || isBusy
  const press = (event: MouseEvent) => {
    if (isOff) return event.preventDefault()
    onPress?.()
  }
  return (
    <button
      {...rest} ref={ref} type={type} className="button" data-kind={kind} data-size={size}
      data-wide={isWide || undefined} data-busy={isBusy || undefined}
      aria-disabled={isOff || undefined} aria-busy={isBusy || undefined} onClick={press}
    >
      {isBusy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  )
}

export interface IconButtonProps {
  /** What it does, for those who do not see the icon; also the tooltip. */
  readonly label: string
  readonly children: ReactNode
  readonly onPress?: (() => void) | undefined
  readonly type?: 'button' | 'submit'
  readonly isDisabled?: boolean
  readonly isPressed?: boolean
  /** A small number at the corner; not shown when 0. */
  readonly count?: number
  readonly popoverTarget?: string
  readonly ref?: Ref<HTMLButtonElement>
}

export function IconButton(props: IconButtonProps) {
  const {
    label, children, onPress, type = 'button', isDisabled = false, isPressed, count = 0, ref,
    ...rest
  } = props
  return (
    <button
      {...rest} ref={ref} type={type} className="icon-button" aria-label={label} title={label}
      aria-pressed={isPressed} aria-disabled={isDisabled || undefined}
      onClick={(event) => (isDisabled ? event.preventDefault() : onPress?.())}
    >
      {children}
      {count > 0 && <span className="count figures" aria-hidden="true">{count}</span>}
    </button>
  )
}
