import { useRef } from 'react'
import { catalogLimits } from '#trade/catalog/contract'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { TextField } from '#ui/primitives/fields.tsx'
import { TrashIcon } from '#ui/primitives/icons.tsx'
import { useWords } from '../words.ts'
import type { FormParts } from './form-parts.ts'
import { emptyVariant, fieldId, type VariantForm } from './product-form.ts'

interface VariantProps extends Pick<FormParts, 'errorOf' | 'markets'> {
  readonly variant: VariantForm
  readonly canRemove: boolean
  onChange(variant: VariantForm): void
  onRemove(): void
}

function Variant({ variant, markets, errorOf, canRemove, onChange, onRemove }: VariantProps) {
  const { t, country } = useWords()
  const field = (name: 'title' | 'sku' | 'gtin' | 'weight') => {
    const id = fieldId(variant.key, name)
    return {
      id, error: errorOf(id), value: variant[name],
      onChange: (value: string) => onChange({ ...variant, [name]: value }),
    }
  }
  const setPrice = (code: string, text: string) =>
    onChange({ ...variant, prices: { ...variant.prices, [code]: text } })
  return (
    <li className="variant">
      <div className="variant-fields">
        <TextField
          {...field('title')} label={t('studio.product.variant_title')} maxLength={140} isRequired
        />
        <TextField
          {...field('sku')} label={t('studio.product.sku')} dir="ltr" maxLength={64} isRequired
        />
        <TextField
          {...field('gtin')} label={t('studio.product.gtin')} dir="ltr" inputMode="numeric"
          maxLength={14}
        />
        <TextField
          {...field('weight')} label={t('studio.product.weight')} dir="ltr" inputMode="numeric"
          maxLength={7}
        />
        {canRemove && (
          <IconButton
            label={t('studio.product.variant_remove', { title: variant.title })} onPress={onRemove}
          >
            <TrashIcon size={20} />
          </IconButton>
        )}
      </div>
      <div className="variant-prices">
        {markets.map(({ country: code, currency }) => {
          const id = fieldId(variant.key, code)
          return (
            <TextField
              key={code} id={id} label={`${country(code)} · ${currency}`} dir="ltr"
              inputMode="decimal"
              maxLength={18} error={errorOf(id)} value={variant.prices[code] ?? ''}
              onChange={(text) => setPrice(code, text)}
            />
          )
        })}
      </div>
    </li>
  )
}

/** Forms of the product that are sold, with a price per market in that market's currency. */
export function Variants({ form, setForm, errorOf, markets }: FormParts) {
  const { t } = useWords()
  const made = useRef(0)
  const { variants } = form
  const set = (next: readonly VariantForm[]) => setForm({ ...form, variants: next })
  return (
    <section className="stack" aria-labelledby="variants-title">
      <div>
        <h2 id="variants-title">{t('studio.product.variants')}</h2>
        <p className="quiet small">{t('studio.product.variants.hint')}</p>
      </div>
      <ul className="variants">
        {variants.map((variant, at) => (
          <Variant
            key={variant.key} variant={variant} markets={markets} errorOf={errorOf}
            canRemove={variants.length > 1}
            onChange={(changed) =>
              set(variants.map((one, place) => (place === at ? changed : one)))
            }
            onRemove={() => set(variants.filter((_one, place) => place !== at))}
          />
        ))}
      </ul>
      {variants.length < catalogLimits.variantsPerProduct && (
        <div>
          <Button onPress={() => set([...variants, emptyVariant(`new-${++made.current}`)])}>
            {t('studio.product.variant_add')}
          </Button>
        </div>
      )}
    </section>
  )
}
