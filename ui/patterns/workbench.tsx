import { Fragment, useId, useRef, type KeyboardEvent, type ReactNode } from 'react'

/** A box with a head: one concern of a screen. */
export function Panel({ title, aside, children, isBare = false }: {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
  /** Content without padding, e.g. a table or a video. */
  readonly isBare?: boolean
}) {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <header className="panel-head"><h2 id={id}>{title}</h2>{aside}</header>
      <div className={isBare ? undefined : 'panel-body'}>{children}</div>
    </section>
  )
}

/** Names and values. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <Fragment key={name}><dt>{name}</dt><dd>{value}</dd></Fragment>
      ))}
    </dl>
  )
}

/** What happened to one thing, in order, a plain sentence each. */
export function Timeline({ steps }: {
  readonly steps: readonly {
    readonly key: string
    readonly when: string
    readonly text: ReactNode
  }[]
}) {
  return (
    <ol className="timeline">
      {steps.map(({ key, when, text }) => (
        <li key={key}><span>{text}</span><time>{when}</time></li>
      ))}
    </ol>
  )
}

export interface Column<Row> {
  readonly id: string
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  /** `end` for figures. */
  readonly align?: 'start' | 'end'
  readonly wraps?: boolean
}

export interface DataTableProps<Row> {
  /** What the table holds, for screen readers. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly onOpen?: (row: Row) => void
  readonly openKey?: string | null
  /** Instead of rows when there are none. */
  readonly empty?: ReactNode
}

/** Dense rows, head in view, arrow keys move, Enter opens. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, keyOf, onOpen, openKey, empty } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const onKeyDown = (event: KeyboardEvent, row: Row) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      const all = [...(body.current?.rows ?? [])]
      all[all.indexOf(event.currentTarget as HTMLTableRowElement) + step]?.focus()
    } else if (event.key === 'Enter' && event.target === event.currentTarget) onOpen?.(row)
  }
  if (rows.length === 0 && empty) return <div className="table-frame">{empty}</div>
  return (
    <div className="table-frame">
      <table className="table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ id, head, align }) => (
              <th key={id} scope="col" data-align={align}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <tr
              key={keyOf(row)} tabIndex={onOpen ? 0 : undefined}
              aria-selected={openKey === undefined ? undefined : openKey === keyOf(row)}
              onClick={onOpen && (() => onOpen(row))}
              onKeyDown={onOpen && ((event) => onKeyDown(event, row))}
            >
              {columns.map(({ id, cell, align, wraps }) => (
                <td key={id} data-align={align} data-wrap={wraps || undefined}>{cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export interface Tab {
  readonly id: string
  readonly label: string
}

/** The panel below carries `role="tabpanel"` and `aria-labelledby={`tab-${id}`}`. */
export function Tabs({ label, tabs, current, onChange }: {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly current: string
  readonly onChange: (id: string) => void
}) {
  const list = useRef<HTMLDivElement>(null)
  const move = (by: number) => {
    const at = tabs.findIndex((tab) => tab.id === current)
    const next = (at + by + tabs.length) % tabs.length
    onChange(tabs[next]!.id)
    list.current?.querySelectorAll('button')[next]?.focus()
  }
  return (
    <div
      ref={list} className="tabs" role="tablist" aria-label={label} tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return
        const forward = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
        move(event.key === forward ? 1 : -1)
      }}
    >
      {tabs.map((tab) => (
        <button
          key={tab.id} id={`tab-${tab.id}`} type="button" role="tab"
          tabIndex={tab.id === current ? 0 : -1}
          aria-selected={tab.id === current} onClick={() => onChange(tab.id)}
        >{tab.label}</button>
      ))}
    </div>
  )
}
