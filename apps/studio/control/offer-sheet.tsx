import { useState } from 'react'
import type { Product } from '#trade/catalog/contract'
import { offerLimits, type OfferDraft } from '#trade/offers/contract'
import { Button } from '#ui/primitives/button.tsx'
import { Choices, NumberStepper, Select, TextField } from '#ui/primitives/fields.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { client, useAct } from '../house.ts'
import { useWords } from '../words.ts'
import { available } from './alerts.ts'
import { useControl } from './control-context.ts'
import { exampleText, listPrice, readPrices, startPrices, type PriceTexts } from './pricing.ts'
import { seenNow } from './seen.ts'

const discounts = [0, 10, 20, 30] as const
const durations = ['30', '60', '120', '300'] as const

interface OfferForm {
  readonly texts: PriceTexts
  readonly units: number
  readonly cap: number
  readonly seconds: string
}

function Prices({ product, form, wrong, onChange }: {
  product: Product, form: OfferForm, wrong: readonly string[], onChange: (texts: PriceTexts) => void
}) {
  const words = useWords()
  const { t } = words
  const { markets } = useControl()
  return (
    <fieldset className="offer-form-prices">
      <legend className="field-label">{t('studio.offer.prices')}</legend>
      <div className="discounts" role="group" aria-label={t('studio.offer.discounts')}>
        {discounts.map((percent) => (
          <Button key={percent} onPress={() => onChange(startPrices(product, markets, percent))}>
            {percent === 0 ? t('studio.offer.list_price') : `−${words.percent(percent / 100)}`}
          </Button>
        ))}
      </div>
      <div className="price-grid">
        {markets.map(({ country, currency }) => {
          const list = listPrice(product, country)
          return (
            <TextField
              key={country} label={`${words.country(country)} · ${currency}`} dir="ltr"
              inputMode="decimal"
              hint={list ? t('studio.offer.list', { price: words.money(list) })
                : t('studio.offer.not_sold')}
              error={wrong.includes(country) ? t('studio.price_wrong', {
                currency, example: exampleText(currency),
              }) : undefined}
              value={form.texts[country] ?? ''} maxLength={18}
              onChange={(text) => onChange({ ...form.texts, [country]: text })}
            />
          )
        })}
      </div>
    </fieldset>
  )
}

function useOfferForm(product: Product, onOpened: () => void) {
  const { show, markets, live } = useControl()
  const stock = product.variants.reduce((sum, variant) =>
    sum + (available(live.state.levels[variant.id]) ?? 0), 0)
  const [form, setForm] = useState<OfferForm>(() => ({
    texts: startPrices(product, markets, 10), units: Math.min(20, Math.max(1, stock)), cap: 1,
    seconds: '60',
  }))
  const [wrong, setWrong] = useState<readonly string[]>([])
  const open = useAct((draft: OfferDraft) => client.call('POST /api/shows/:showId/offers', {
    params: { showId: show.id }, body: draft,
  }), onOpened)
  const submit = () => {
    const read = readPrices(form.texts, markets)
    setWrong(read.wrong)
    if (read.wrong.length > 0) return
    open.mutate({
      productId: product.id, prices: read.prices, units: form.units, perBuyerCap: form.cap,
      seconds: Number(form.seconds), ...seenNow(),
    })
  }
  return { form, setForm, wrong, stock, submit, isBusy: open.isPending }
}

function Form({ product, onClose }: { product: Product, onClose: () => void }) {
  const { t, number } = useWords()
  const { form, setForm, wrong, stock, submit, isBusy } = useOfferForm(product, onClose)
  return (
    <form
      className="stack" noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <Prices
        product={product} form={form} wrong={wrong}
        onChange={(texts) => setForm({ ...form, texts })}
      />
      <NumberStepper
        label={t('studio.offer.units')}
        hint={t('studio.offer.units.hint', { units: number(stock) })}
        value={form.units} min={1} max={offerLimits.unitsMax}
        onChange={(units) => setForm({ ...form, units })}
      />
      {form.units > stock && <Notice kind="warn">{t('studio.offer.more_than_stock')}</Notice>}
      <NumberStepper
        label={t('studio.offer.cap')} hint={t('studio.offer.cap.hint')}
        value={form.cap} min={1} max={offerLimits.perBuyerCapMax}
        onChange={(cap) => setForm({ ...form, cap })}
      />
      <Choices
        label={t('studio.offer.seconds')} value={form.seconds}
        options={durations.map((value) => ({
          value, label: t('studio.seconds', { seconds: number(Number(value)) }),
        }))}
        onChange={(seconds) => setForm({ ...form, seconds })}
      />
      <TextField
        label={t('studio.offer.seconds.own')} hint={t('studio.offer.seconds.hint')} type="number"
        inputMode="numeric" dir="ltr" value={form.seconds}
        error={isDuration(form.seconds) ? undefined : t('studio.offer.seconds.wrong')}
        onChange={(seconds) => setForm({ ...form, seconds })}
      />
      <Button
        type="submit" kind="primary" size="large" isWide isBusy={isBusy}
        isDisabled={!isDuration(form.seconds)}
      >{t('studio.offer.open_now')}</Button>
      <p className="quiet small">{t('studio.offer.lead')}</p>
    </form>
  )
}

const isDuration = (text: string) => /^\d{1,3}$/.test(text)
  && Number(text) >= offerLimits.secondsMin && Number(text) <= offerLimits.secondsMax

/** Product, prices, units, cap and time of an offer; opens at once. `''`: nothing chosen yet. */
export function OfferSheet(
  { productId, onClose }: { productId: string | null, onClose: () => void }
) {
  const { t } = useWords()
  const { products, show } = useControl()
  const [chosen, setChosen] = useState<{ for: string | null, id: string }>({ for: null, id: '' })
  const start = productId || show.pinnedProductId || products[0]?.id || ''
  const id = chosen.for === productId && chosen.id !== '' ? chosen.id : start
  const product = products.find((one) => one.id === id)
  return (
    <Sheet isOpen={productId !== null} title={t('studio.offer.title')} onClose={onClose} isWide>
      <div className="stack">
        <Select
          label={t('studio.offer.product')} value={id}
          options={products.map((one) => ({ value: one.id, label: one.title }))}
          onChange={(next) => setChosen({ for: productId, id: next })}
        />
        {product && productId !== null && (
          <Form key={`${productId} ${id}`} product={product} onClose={onClose} />
        )}
      </div>
    </Sheet>
  )
}
