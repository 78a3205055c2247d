import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { Refusal } from '#kernel'
import { Button } from '#ui/primitives/button.tsx'
import { Select, TextField } from '#ui/primitives/fields.tsx'
import { ErrorSummary, Notice } from '#ui/patterns/messages.tsx'
import { useHouse, useRoom } from '../context.ts'
import { useWords } from '../words.ts'
import {
  draftOf, fields, needsPostalCode, problemFromRefusal, problemsOf, toDelivery,
} from './delivery.ts'
import type { DeliveryDraft, DeliveryField, DeliveryProblems } from './delivery.ts'

type Autofill = 'name' | 'email' | 'tel' | 'address-line1' | 'address-line2' | 'address-level2'
  | 'address-level1' | 'postal-code'

interface TextLine {
  readonly field: Exclude<DeliveryField, 'country'>
  readonly autoComplete: Autofill
  readonly type?: 'text' | 'email' | 'tel'
  readonly maxLength: number
  readonly isOptional?: boolean
}

const LINES: readonly TextLine[] = [
  { field: 'name', autoComplete: 'name', maxLength: 80 },
  { field: 'email', autoComplete: 'email', type: 'email', maxLength: 254 },
  { field: 'phone', autoComplete: 'tel', type: 'tel', maxLength: 24, isOptional: true },
  { field: 'line1', autoComplete: 'address-line1', maxLength: 120 },
  { field: 'line2', autoComplete: 'address-line2', maxLength: 120, isOptional: true },
  { field: 'city', autoComplete: 'address-level2', maxLength: 80 },
  { field: 'region', autoComplete: 'address-level1', maxLength: 80, isOptional: true },
  { field: 'postalCode', autoComplete: 'postal-code', maxLength: 16 },
]

const idOf = (field: DeliveryField) => `delivery-${field}`

function useDelivery(onSaved: () => void, first: Refusal | undefined) {
  const house = useHouse()
  const delivery = useRoom(({ me }) => me?.delivery ?? null)
  const market = useRoom((state) => state.market)
  const [draft, setDraft] = useState<DeliveryDraft>(() => draftOf(delivery, market))
  const [problems, setProblems] = useState<DeliveryProblems>(() =>
    (first ? problemFromRefusal(first) : {}))
  const [refusal, setRefusal] = useState<Refusal | null>(first ?? null)
  const [isSaving, setSaving] = useState(false)

  const change = (field: DeliveryField, value: string) => {
    setDraft((before) => ({ ...before, [field]: value }))
    setProblems(({ [field]: _gone, ...rest }) => rest)
    // The country of the parcel decides the price: the page shows that market's from now on.
    if (field === 'country') house.setMarket(value)
  }
  const save = async () => {
    const found = problemsOf(draft)
    setProblems(found)
    setRefusal(null)
    if (Object.keys(found).length > 0) return
    setSaving(true)
    const answer = await house.saveDelivery(toDelivery(draft)).catch(() => null)
    setSaving(false)
    if (answer?.ok) return onSaved()
    const refused = answer?.refusal ?? { code: 'http.unavailable' }
    const mapped = problemFromRefusal(refused)
    setProblems(mapped)
    setRefusal(Object.keys(mapped).length > 0 ? null : refused)
  }
  return { draft, problems, refusal, isSaving, change, save }
}

export const DELIVERY_FORM = 'delivery-form'

/** Asked once; the second purchase needs no form. */
export function DeliveryForm({ refusal: first, onSaved, onBusy }: {
  readonly refusal: Refusal | undefined
  readonly onSaved: () => void
  readonly onBusy: (isBusy: boolean) => void
}) {
  const { t, refusal: say, country } = useWords()
  const { boot } = useHouse()
  const { draft, problems, refusal, isSaving, change, save } = useDelivery(onSaved, first)
  const summary = useRef<HTMLDivElement>(null)
  useEffect(() => onBusy(isSaving), [isSaving, onBusy])

  const textOf = (field: DeliveryField) => {
    const problem = problems[field]
    if (!problem) return undefined
    return problem === 'missing' ? t(`room.delivery.missing.${field}`)
      : t(`room.delivery.wrong.${problem}`)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    await save()
    summary.current?.querySelector<HTMLElement>('[role=alert]')?.focus()
  }
  const wrong = fields.flatMap((field) => {
    const text = textOf(field)
    return text ? [{ fieldId: idOf(field), text }] : []
  })
  return (
    <form id={DELIVERY_FORM} className="form" noValidate onSubmit={(event) => void submit(event)}>
      <div ref={summary}>
        <ErrorSummary problems={wrong} />
        {refusal && <Notice kind="bad" isUrgent>{say(refusal)}</Notice>}
      </div>
      <p className="quiet">{t('room.delivery.why')}</p>
      <Select
        id={idOf('country')} label={t('room.delivery.country')} value={draft.country}
        error={textOf('country')} hint={t('room.delivery.countryHint')} autoComplete="country"
        options={boot.markets.map(({ country: code }) => ({ value: code, label: country(code) }))}
        onChange={(value) => change('country', value)}
      />
      {LINES.map(({ field, autoComplete, type = 'text', maxLength, isOptional = false }) => (
        <TextField
          key={field} id={idOf(field)} name={field} label={t(`room.delivery.${field}`)}
          hint={field === 'email' ? t('room.delivery.emailHint') : undefined}
          value={draft[field]} error={textOf(field)} type={type} autoComplete={autoComplete}
          maxLength={maxLength} dir={type === 'text' ? 'auto' : 'ltr'}
          isOptional={isOptional || (field === 'postalCode' && !needsPostalCode(draft.country))}
          onChange={(value) => change(field, value)}
        />
      ))}
    </form>
  )
}

export function SaveDelivery({ isBusy }: { isBusy: boolean }) {
  const { t } = useWords()
  return (
    <Button kind="primary" size="large" isWide type="submit" form={DELIVERY_FORM} isBusy={isBusy}>
      {t('room.delivery.continue')}
    </Button>
  )
}
