import type { ReactNode } from 'react'
import { useWords } from '../words.tsx'
import { AlertIcon, CheckIcon, InfoIcon } from '../primitives/icons.tsx'

export interface NoticeProps {
  readonly kind?: 'plain' | 'good' | 'warn' | 'bad' | 'info'
  readonly title?: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
  /** Read aloud at once when it appears. */
  readonly isUrgent?: boolean
}

const ICONS = {
  plain: InfoIcon, info: InfoIcon, good: CheckIcon, warn: AlertIcon, bad: AlertIcon,
} as const

/** Says in place what happened, what it means, what to do. */
export function Notice(props: NoticeProps) {
  const { kind = 'plain', title, children, actions, isUrgent = false } = props
  const Icon = ICONS[kind]
  return (
    <div className="notice" data-kind={kind} role={isUrgent ? 'alert' : 'status'}>
      <Icon size={20} />
      <div className="notice-text">
        {title && <p className="notice-title">{title}</p>}
        {children && <div>{children}</div>}
        {actions && <div className="notice-actions">{actions}</div>}
      </div>
    </div>
  )
}

export interface EmptyStateProps {
  readonly title: string
  readonly text?: string
  readonly icon?: ReactNode
  readonly action?: ReactNode
}

/** What is missing and how to get the first one. */
export function EmptyState({ title, text, icon, action }: EmptyStateProps) {
  return (
    <div className="empty">
      {icon}
      <h3>{title}</h3>
      {text && <p>{text}</p>}
      {action}
    </div>
  )
}

/** Problems of a form, each a link to its field. Give it the focus when it appears. */
export function ErrorSummary({ problems }: {
  readonly problems: readonly { readonly fieldId: string, readonly text: string }[]
}) {
  const { t } = useWords()
  if (problems.length === 0) return null
  return (
    <div className="error-summary" role="alert" tabIndex={-1}>
      <h3>{t('form.problems', { count: problems.length })}</h3>
      <ul>
        {problems.map(({ fieldId, text }) => (
          <li key={fieldId}>
            <a
              href={`#${fieldId}`}
              onClick={(event) => {
                event.preventDefault()
                document.getElementById(fieldId)?.focus()
              }}
            >{text}</a>
          </li>
        ))}
      </ul>
    </div>
  )
}
