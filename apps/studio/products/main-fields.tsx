import { catalogLimits } from '#trade/catalog/contract'
import { TextField } from '#ui/primitives/fields.tsx'
import { slugOf } from '../shows/local-time.ts'
import { useWords } from '../words.ts'
import type { FormParts } from './form-parts.ts'

export function MainFields({ form, setForm, errorOf }: FormParts) {
  const { t } = useWords()
  return (
    <div className="stack">
      <div className="form-columns">
        <TextField
          id="product-title" label={t('studio.show.title')} value={form.title} isRequired
          maxLength={catalogLimits.titleLength} error={errorOf('product-title')}
          onChange={(title) => setForm({ ...form, title })}
        />
        <TextField
          id="product-handle" label={t('studio.product.handle')} isOptional dir="ltr"
          placeholder={slugOf(form.title)} value={form.handle} maxLength={140}
          error={errorOf('product-handle')} onChange={(handle) => setForm({ ...form, handle })}
        />
      </div>
      <TextField
        label={t('studio.product.description')} isOptional rows={4} value={form.description}
        maxLength={catalogLimits.descriptionLength}
        onChange={(description) => setForm({ ...form, description })}
      />
      <div className="form-columns">
        <TextField
          label={t('studio.product.vendor')} isOptional value={form.vendor} maxLength={80}
          onChange={(vendor) => setForm({ ...form, vendor })}
        />
        <TextField
          label={t('studio.product.kind')} isOptional value={form.kind} maxLength={80}
          onChange={(kind) => setForm({ ...form, kind })}
        />
        <TextField
          label={t('studio.product.tags')} isOptional hint={t('studio.product.tags.hint')}
          value={form.tags} maxLength={2000} onChange={(tags) => setForm({ ...form, tags })}
        />
      </div>
    </div>
  )
}
