import type { ReactNode } from 'react'

/** Read by screen readers, not seen. */
export function VisuallyHidden({ children }: { children: ReactNode }) {
  return <span className="visually-hidden">{children}</span>
}

export interface BadgeProps {
  readonly children: ReactNode
  readonly kind?: 'plain' | 'good' | 'warn' | 'bad' | 'info' | 'live' | 'outline'
  readonly hasDot?: boolean
}

/** A short state. The word carries the meaning, the colour only helps. */
export function Badge({ children, kind = 'plain', hasDot = false }: BadgeProps) {
  return (
    <span className="badge" data-kind={kind}>
      {hasDot && <span className="dot" aria-hidden="true" />}
      {children}
    </span>
  )
}

/** The place of something that is coming; same size, so nothing jumps. */
export function Skeleton({ width = '100%', height = '1em' }: { width?: string, height?: string }) {
  const style = { inlineSize: width, blockSize: height }
  return <div className="skeleton" style={style} aria-hidden="true" />
}

export function Spinner({ label }: { label: string }) {
  return (
    <span role="status">
      <span className="spinner" /><VisuallyHidden>{label}</VisuallyHidden>
    </span>
  )
}
