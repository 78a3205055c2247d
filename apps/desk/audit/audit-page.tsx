import { useInfiniteQuery } from '@tanstack/react-query'
import type { AuditRow } from '#people/audit/contract'
import { Button } from '#ui/primitives/button.tsx'
import { EmptyState, Notice } from '#ui/patterns/messages.tsx'
import { DataTable, type Column } from '#ui/patterns/workbench.tsx'
import { client, must, useMe } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { useWords, type DeskWords } from '../words.ts'
import { actId } from './act-id.ts'

function detailsText(details: AuditRow['details'], words: DeskWords): string {
  const { amountMinor, currency, ...rest } = details
  const money = typeof amountMinor === 'number' && typeof currency === 'string'
    ? [words.money({ amountMinor, currency })] : []
  const yesNo = (value: boolean) => words.t(value ? 'desk.yes' : 'desk.no')
  const others = Object.entries(rest).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'boolean' ? yesNo(value) : value}`)
  return [...money, ...others].join(' · ')
}

function useColumns(myId: string | null): Column<AuditRow>[] {
  const words = useWords()
  const { t } = words
  return [
    { id: 'seq', head: t('desk.acts.seq'), align: 'end', cell: (row) => words.number(row.seq) },
    { id: 'at', head: t('desk.acts.at'), cell: (row) => words.dateTime(row.atMs) },
    {
      id: 'who', head: t('desk.acts.who'),
      cell: (row) => (
        row.personId === myId ? t('desk.acts.me') : <bdi className="code-text">{row.personId}</bdi>
      ),
    },
    {
      id: 'act', head: t('desk.acts.act'),
      cell: (row) => {
        const id = actId(row.act)
        return id ? t(id) : <bdi>{row.act}</bdi>
      },
    },
    {
      id: 'subject', head: t('desk.acts.subject'),
      cell: (row) => <bdi className="code-text">{row.subject}</bdi>,
    },
    {
      id: 'details', head: t('desk.acts.details'), wraps: true,
      cell: (row) => <bdi>{detailsText(row.details, words)}</bdi>,
    },
  ]
}

function ChainMark({ isWhole }: { isWhole: boolean }) {
  const { t } = useWords()
  return isWhole ? (
    <Notice kind="good" title={t('desk.chain.whole')}>{t('desk.chain.whole.text')}</Notice>
  ) : (
    <Notice kind="bad" isUrgent title={t('desk.chain.broken')}>
      {t('desk.chain.broken.text')}
    </Notice>
  )
}

/** Who did what, newest first, in a chain that shows when a row was changed or taken out. */
export function AuditPage() {
  const { t } = useWords()
  const me = useMe()
  const columns = useColumns(me.data?.personId ?? null)
  const acts = useInfiniteQuery({
    queryKey: ['acts'],
    queryFn: ({ pageParam }) => must(client.call('GET /api/audit', {
      query: pageParam === 0 ? {} : { before: pageParam },
    })),
    initialPageParam: 0,
    getNextPageParam: (last) => {
      const oldest = last.rows.at(-1)?.seq
      return oldest !== undefined && oldest > 1 ? oldest : undefined
    },
  })
  return (
    <div className="page">
      <div className="page-head"><h1>{t('desk.acts')}</h1></div>
      <Answer of={acts} rows={10}>{({ pages }) => {
        const rows = pages.flatMap((page) => page.rows)
        const isWhole = pages.every((page) => page.chainIsWhole)
        return (
          <>
            <ChainMark isWhole={isWhole} />
            <DataTable
              caption={t('desk.acts')} columns={columns} rows={rows}
              keyOf={(row) => String(row.seq)}
              empty={<EmptyState title={t('desk.acts.none')} text={t('desk.acts.none.text')} />}
            />
            {acts.hasNextPage && rows.length > 0 && (
              <div className="more">
                <Button isBusy={acts.isFetchingNextPage} onPress={() => void acts.fetchNextPage()}>
                  {t('desk.load_more')}
                </Button>
              </div>
            )}
          </>
        )
      }}</Answer>
    </div>
  )
}
