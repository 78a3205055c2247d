import { useState } from 'react'
import type { ImportRow } from '#trade/catalog/contract'
import { Button } from '#ui/primitives/button.tsx'
import { Checkbox } from '#ui/primitives/fields.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { DataTable, type Column } from '#ui/patterns/workbench.tsx'
import { useWords } from '../words.ts'

const known = [
  'formula', 'image_not_fetched', 'handle_changed', 'not_active', 'gtin_invalid', 'sku_made',
  'price_missing', 'price_unclear', 'price_invalid', 'too_long', 'weight_invalid',
  'too_many_variants', 'sku_twice', 'title_missing', 'handle_missing', 'handle_invalid',
  'handle_twice',
] as const
type Known = (typeof known)[number]

const isKnown = (code: string): code is Known => (known as readonly string[]).includes(code)
const kinds = { create: 'good', update: 'info', skip: 'warn' } as const
/** A table of ten thousand rows would stop the page. */
const step = 200

function Problems({ row }: { row: ImportRow }) {
  const { t, number } = useWords()
  return (
    <ul className="import-problems">
      {row.problems.map(({ line, column, code, value }, at) => (
        <li key={`${at} ${line}`}>
          <span
            className="quiet"
          >{t('studio.import.place', { line: number(line), column })}</span>{' '}
          {isKnown(code) ? t(`studio.import.problem.${code}`) : t('studio.import.problem.other')}
          {value !== '' && <> <q dir="auto">{value}</q></>}
        </li>
      ))}
    </ul>
  )
}

/** What would happen to every product of the file, with each problem in words and its line. */
export function ImportTable({ rows }: { rows: readonly ImportRow[] }) {
  const { t, number } = useWords()
  const [onlyProblems, setOnlyProblems] = useState(false)
  const [most, setMost] = useState(step)
  const wanted = onlyProblems ? rows.filter((row) => row.problems.length > 0) : rows
  const columns: Column<ImportRow>[] = [
    { id: 'line', head: t('studio.import.line'), align: 'end', cell: (row) => number(row.line) },
    {
      id: 'what', head: t('studio.import.happens'),
      cell: (row) => <Badge kind={kinds[row.what]}>{t(`studio.import.will.${row.what}`)}</Badge>,
    },
    {
      id: 'title', head: t('studio.show.title'), wraps: true,
      cell: (row) => <b dir="auto">{row.title || row.handle}</b>,
    },
    {
      id: 'variants', head: t('studio.product.variants'), align: 'end',
      cell: (row) => number(row.variants),
    },
    {
      id: 'problems', head: t('studio.import.problems'), wraps: true,
      cell: (row) => <Problems row={row} />,
    },
  ]
  return (
    <div className="stack">
      <Checkbox
        label={t('studio.import.only_problems')} isChecked={onlyProblems} onChange={setOnlyProblems}
      />
      <DataTable
        caption={t('studio.import.table')} columns={columns} rows={wanted.slice(0, most)}
        keyOf={(row) => `${row.line} ${row.handle}`}
        empty={<p className="panel-none quiet">{t('studio.import.no_problems')}</p>}
      />
      {wanted.length > most && (
        <div><Button onPress={() => setMost(most + step)}>{t('studio.import.more')}</Button></div>
      )}
    </div>
  )
}
