import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { DeskOrder } from '#trade/orders/contract'
import { Button } from '#ui/primitives/button.tsx'
import { Checkbox, Select } from '#ui/primitives/fields.tsx'
import { ReceiptIcon } from '#ui/primitives/icons.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { EmptyState } from '#ui/patterns/messages.tsx'
import { DataTable, type Column } from '#ui/patterns/workbench.tsx'
import { client, must, useShows } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { useWords } from '../words.ts'
import { changeFilters, orderStates, queryOf, readFilters } from './filters.ts'
import type { Filters } from './filters.ts'
import { OrderSheet } from './order-sheet.tsx'
import { StateBadge } from './state-badge.tsx'

type Change = Parameters<typeof changeFilters>[1]

function useFilters(): [Filters, (change: Change) => void] {
  const filters = readFilters(useSearch({ strict: false }))
  const navigate = useNavigate()
  const set = (change: Change) => void navigate({
    to: '/desk', search: changeFilters(filters, change), replace: !('order' in change),
  })
  return [filters, set]
}

/** Typed text goes to the address after a short pause, not with every letter. */
function Search({ value, onChange }: { value: string, onChange: (search: string) => void }) {
  const { t } = useWords()
  const [text, setText] = useState(value)
  const latest = useRef(onChange)
  useEffect(() => { latest.current = onChange })
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => latest.current(text), 250)
    return () => clearTimeout(timer)
  }, [text, value])
  return (
    <div className="field">
      <label className="field-label" htmlFor="desk-search">{t('desk.search')}</label>
      <input
        id="desk-search" className="input" type="search" dir="auto" maxLength={80} value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  )
}

function FilterBar(
  { filters, onChange }: { filters: Filters, onChange: (change: Change) => void }
) {
  const { t } = useWords()
  const shows = useShows()
  const every = { value: '', label: t('desk.all') }
  const names = (shows.data ?? []).map((show) => ({ value: show.id, label: show.title }))
  const states = orderStates.map((state) => ({ value: state, label: t(`desk.state.${state}`) }))
  return (
    <div className="filters" role="search">
      <Search value={filters.search ?? ''} onChange={(search) => onChange({ search })} />
      <Select
        label={t('desk.state')} value={filters.state ?? ''} options={[every, ...states]}
        onChange={(state) => onChange({ state: (state || undefined) as Filters['state'] })}
      />
      <Select
        label={t('desk.show')} value={filters.show ?? ''} options={[every, ...names]}
        onChange={(show) => onChange({ show: show || undefined })}
      />
      <Checkbox
        label={t('desk.with_demo')} isChecked={filters.demo !== 'without'}
        onChange={(isOn) => onChange({ demo: isOn ? undefined : 'without' })}
      />
    </div>
  )
}

function useColumns(): Column<DeskOrder>[] {
  const { t, money, dateTime, country, number } = useWords()
  return [
    {
      id: 'number', head: t('desk.number'),
      cell: (order) => <bdi className="figures">{order.number}</bdi>,
    },
    { id: 'state', head: t('desk.state'), cell: (order) => <StateBadge state={order.state} /> },
    {
      id: 'what', head: t('desk.what'),
      cell: (order) => (
        <span className="what">
          <bdi className="cut">{order.title}</bdi>
          <bdi className="quiet">{order.variantTitle}</bdi>
          {order.isDemo && <Badge kind="outline">{t('desk.demo')}</Badge>}
        </span>
      ),
    },
    {
      id: 'quantity', head: t('desk.quantity'), align: 'end',
      cell: (order) => number(order.quantity),
    },
    {
      id: 'total', head: t('desk.total'), align: 'end',
      cell: (order) => <bdi>{money(order.total)}</bdi>,
    },
    { id: 'market', head: t('desk.market'), cell: (order) => country(order.market) },
    { id: 'placed', head: t('desk.placed'), cell: (order) => dateTime(order.placedAtMs) },
  ]
}

/** j and k move like the arrow keys, `/` goes to the search. */
function onListKey(event: KeyboardEvent<HTMLDivElement>): void {
  const { target } = event
  if (!(target instanceof HTMLTableRowElement)) return
  const row = event.key === 'j' ? target.nextElementSibling
    : event.key === 'k' ? target.previousElementSibling : null
  if (row instanceof HTMLElement) row.focus()
}

function useListKeys() {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const { target } = event
      const isFree = target === document.body || target instanceof HTMLTableRowElement
      if (!isFree || event.ctrlKey || event.metaKey || event.altKey) return
      if (document.querySelector('dialog[open]')) return
      if (event.key === '/') {
        event.preventDefault()
        document.getElementById('desk-search')?.focus()
      } else if (event.key === 'j' && target === document.body) {
        document.querySelector<HTMLElement>('.orders tbody tr')?.focus()
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

function useOrders(filters: Filters) {
  const query = queryOf(filters)
  return useInfiniteQuery({
    queryKey: ['orders', query],
    queryFn: ({ pageParam }) => must(client.call('GET /api/desk/orders', {
      query: queryOf(filters, pageParam || undefined),
    })),
    initialPageParam: '',
    getNextPageParam: (last) => (last.more ? last.orders.at(-1)?.id : undefined),
    placeholderData: (before) => before,
    refetchInterval: 15_000,
  })
}

export function OrdersPage() {
  const { t, number } = useWords()
  const [filters, setFilters] = useFilters()
  const orders = useOrders(filters)
  const columns = useColumns()
  useListKeys()
  const hasFilters = Boolean(filters.show || filters.state || filters.search || filters.demo)
  const empty = (
    <EmptyState
      icon={<ReceiptIcon size={40} />} title={t(hasFilters ? 'desk.none_fit' : 'desk.none')}
      text={t(hasFilters ? 'desk.none_fit.text' : 'desk.none.text')}
      action={hasFilters && (
        <Button onPress={() => setFilters({
          show: undefined, state: undefined, search: undefined, demo: undefined,
        })}>{t('desk.clear')}</Button>
      )}
    />
  )
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('desk.orders')}</h1>
        <span className="quiet small">{t('desk.keys')}</span>
      </div>
      <FilterBar filters={filters} onChange={setFilters} />
      <Answer of={orders} rows={12}>{({ pages }) => {
        const rows = pages.flatMap((page) => page.orders)
        return (
          // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- rows take keys
          <div className="orders" onKeyDown={onListKey}>
            <DataTable
              caption={t('desk.orders')} columns={columns} rows={rows} keyOf={(order) => order.id}
              openKey={filters.order ?? null} onOpen={(order) => setFilters({ order: order.id })}
              empty={empty}
            />
            {rows.length > 0 && (
              <div className="more">
                <span
                  className="quiet small"
                >{t('desk.shown', { count: number(rows.length) })}</span>
                {orders.hasNextPage && (
                  <Button
                    isBusy={orders.isFetchingNextPage} onPress={() => void orders.fetchNextPage()}
                  >
                    {t('desk.load_more')}
                  </Button>
                )}
              </div>
            )}
          </div>
        )
      }}</Answer>
      <OrderSheet
        orderId={filters.order ?? null} onClose={() => setFilters({ order: undefined })}
      />
    </div>
  )
}
