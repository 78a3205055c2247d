import { Link } from '@tanstack/react-router'
import { useRef, useState, type DragEvent } from 'react'
import { catalogLimits, type ImportPreview } from '#trade/catalog/contract'
import type { Refusal } from '#kernel'
import { Button } from '#ui/primitives/button.tsx'
import { Select } from '#ui/primitives/fields.tsx'
import { UploadIcon } from '#ui/primitives/icons.tsx'
import { Spinner } from '#ui/primitives/plain.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { client, queries, useMarkets } from '../house.ts'
import { Answer, Refusals } from '../shell/page-states.tsx'
import { useWords, type WordId } from '../words.ts'
import { ImportTable } from './import-table.tsx'

type Step =
  | { is: 'choosing' }
  | { is: 'reading', name: string }
  | { is: 'preview', name: string, preview: ImportPreview }
  | { is: 'writing', name: string, preview: ImportPreview }
  | { is: 'done', created: number, updated: number, skipped: number }

function useImport(market: string) {
  const [step, setStep] = useState<Step>({ is: 'choosing' })
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const refuse = (no: Refusal) => {
    setRefusal(no)
    setStep({ is: 'choosing' })
  }
  const read = async (file: File) => {
    setRefusal(null)
    if (file.size > catalogLimits.csvBytes) return refuse({ code: 'trade.catalog.csv_too_large' })
    setStep({ is: 'reading', name: file.name })
    const answer = await client.call('POST /api/products/import', {
      query: { market }, body: file, type: 'text/csv',
    })
    if (!answer.ok) return refuse(answer.refusal)
    setStep({ is: 'preview', name: file.name, preview: answer.value })
  }
  const apply = async () => {
    if (step.is !== 'preview') return
    setStep({ ...step, is: 'writing' })
    const answer = await client.call('POST /api/products/import/:importId/apply', {
      params: { importId: step.preview.importId },
    })
    if (!answer.ok) return refuse(answer.refusal)
    void queries.invalidateQueries({ queryKey: ['products'] })
    setStep({ is: 'done', ...answer.value })
  }
  return { step, refusal, read, apply, again: () => setStep({ is: 'choosing' }) }
}

function DropFile({ onFile }: { onFile: (file: File) => void }) {
  const { t } = useWords()
  const [isOver, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const take = (file: File | undefined) => { if (file) onFile(file) }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  return (
    <div
      className="drop drop-large" data-over={isOver || undefined} onDrop={drop}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
    >
      <UploadIcon size={40} />
      <p>{t('studio.import.drop')}</p>
      <Button
        kind="primary" onPress={() => input.current?.click()}
      >{t('studio.import.choose')}</Button>
      <input
        ref={input} type="file" hidden accept=".csv,text/csv" aria-label={t('studio.import.choose')}
        onChange={(event) => {
          take(event.target.files?.[0])
          event.target.value = ''
        }}
      />
    </div>
  )
}

const reasons = ['encoding', 'quotes', 'empty', 'no_handle_column', 'no_title_column']

/** Why a file is no product list: the general sentence, and what exactly is missing. */
function NotReadable({ refusal }: { refusal: Refusal }) {
  const { t } = useWords()
  const reason = String(refusal.details?.['reason'] ?? '')
  return (
    <>
      <Refusals refusal={refusal} />
      {reasons.includes(reason) && <p>{t(`studio.import.reason.${reason}` as WordId)}</p>}
    </>
  )
}

function Preview({ name, preview, isWriting, onApply, onAgain }: {
  name: string, preview: ImportPreview, isWriting: boolean, onApply: () => void, onAgain: () => void
}) {
  const { t, number } = useWords()
  const { creates, updates, skips, unknownColumns } = preview
  const writes = creates + updates
  return (
    <div className="stack">
      <Notice kind="info" title={t('studio.import.nothing_written')}>
        <bdi>{name}</bdi>{' · '}
        {t('studio.import.counts', {
          creates: number(creates), updates: number(updates), skips: number(skips),
        })}
      </Notice>
      {unknownColumns.length > 0 && (
        <p
          className="quiet small"
        >{t('studio.import.unknown_columns', { columns: unknownColumns.join(', ') })}</p>
      )}
      <div className="save-bar">
        <Button
          kind="primary" size="large" isBusy={isWriting} isDisabled={writes === 0} onPress={onApply}
        >{t('studio.import.apply', { count: number(writes) })}</Button>
        <Button onPress={onAgain}>{t('studio.import.other')}</Button>
      </div>
      <ImportTable rows={preview.rows} />
    </div>
  )
}

function Steps({ market }: { market: string }) {
  const { t, number } = useWords()
  const { step, refusal, read, apply, again } = useImport(market)
  if (step.is === 'reading') {
    return <Spinner label={t('studio.import.reading', { name: step.name })} />
  }
  if (step.is === 'done') {
    return (
      <Notice
        kind="good" title={t('studio.import.done')}
        actions={(
          <>
            <Link
              className="button" data-kind="primary" to="/studio/products"
            >{t('studio.import.see')}</Link>
            <Button onPress={again}>{t('studio.import.other')}</Button>
          </>
        )}
      >
        {t('studio.import.result', {
          created: number(step.created), updated: number(step.updated),
          skipped: number(step.skipped),
        })}
      </Notice>
    )
  }
  if (step.is === 'preview' || step.is === 'writing') {
    return (
      <Preview
        name={step.name} preview={step.preview} isWriting={step.is === 'writing'}
        onApply={() => void apply()} onAgain={again}
      />
    )
  }
  return (
    <div className="stack">
      {refusal && <NotReadable refusal={refusal} />}
      <DropFile onFile={(file) => void read(file)} />
    </div>
  )
}

/** Choose a market, drop a file, look at every row; only then is anything written. */
export function ImportPage() {
  const { t, country } = useWords()
  const markets = useMarkets()
  const [chosen, setChosen] = useState('')
  return (
    <div className="page">
      <p><Link to="/studio/products">{t('studio.product.back')}</Link></p>
      <header className="page-head"><h1>{t('studio.import')}</h1></header>
      <p>{t('studio.import.what')}</p>
      <Answer of={markets}>{(known) => {
        const market = chosen || known[0]?.country || ''
        return (
          <>
            <div className="words-add">
              <Select
                label={t('studio.import.market')} hint={t('studio.import.market.hint')}
                value={market}
                options={known.map((one) => ({
                  value: one.country, label: `${country(one.country)} · ${one.currency}`,
                }))}
                onChange={setChosen}
              />
            </div>
            <Steps key={market} market={market} />
          </>
        )
      }}</Answer>
    </div>
  )
}
