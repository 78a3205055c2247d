import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Refusal } from '#kernel'
import { Button } from '#ui/primitives/button.tsx'
import { Skeleton, VisuallyHidden } from '#ui/primitives/plain.tsx'
import { EmptyState, Notice } from '#ui/patterns/messages.tsx'
import { refusalOf } from '../house.ts'
import { useWords } from '../words.ts'

/** What the server said no to, and the way to try again. */
export function Refusals({ refusal, onRetry }: { refusal: Refusal, onRetry?: () => void }) {
  const words = useWords()
  return (
    <Notice
      kind="bad" isUrgent
      actions={onRetry && <Button onPress={onRetry}>{words.t('studio.retry')}</Button>}
    >{words.refusal(refusal)}</Notice>
  )
}

export function Loading({ rows = 6 }: { rows?: number }) {
  const { t } = useWords()
  return (
    <div className="loading" role="status">
      <VisuallyHidden>{t('studio.loading')}</VisuallyHidden>
      {Array.from({ length: rows }, (_, at) => <Skeleton key={at} height="44px" />)}
    </div>
  )
}

interface Asked<T> {
  readonly data: T | undefined
  readonly error: Error | null
  refetch(): unknown
}

/** The three ways a question can stand: on its way, refused, answered. Old data stays on the
 *  screen. */
export function Answer<T>({ of, rows, children }: {
  of: Asked<T>, rows?: number, children: (data: T) => ReactNode
}) {
  if (of.data === undefined && of.error) {
    return <Refusals refusal={refusalOf(of.error)} onRetry={() => of.refetch()} />
  }
  if (of.data === undefined) return <Loading {...(rows ? { rows } : {})} />
  return (
    <>
      {of.error && <Refusals refusal={refusalOf(of.error)} onRetry={() => of.refetch()} />}
      {children(of.data)}
    </>
  )
}

export function NoPage() {
  const { t } = useWords()
  return (
    <EmptyState
      title={t('studio.no_page')} text={t('studio.no_page.text')}
      action={<Link className="button" data-kind="plain" to="/studio">{t('studio.to_shows')}</Link>}
    />
  )
}

/** A part of the page could not be loaded or broke. */
export function PageError() {
  const { t } = useWords()
  return (
    <EmptyState
      title={t('studio.page_broke')} text={t('studio.page_broke.text')}
      action={<Button onPress={() => location.reload()}>{t('studio.reload')}</Button>}
    />
  )
}
