import { IconButton } from '#ui/primitives/button.tsx'
import { Select, TextField } from '#ui/primitives/fields.tsx'
import { TrashIcon } from '#ui/primitives/icons.tsx'
import { useWords } from '../words.ts'
import type { FormParts } from './form-parts.ts'
import type { WordsForm } from './product-form.ts'

/** Languages that are offered beside those of the markets. */
const common = [
  'ar', 'de', 'en', 'es', 'fr', 'id', 'ja', 'ko', 'pt-BR', 'ru', 'th', 'vi', 'zh-Hans',
]

/** Title and description in the languages of the viewers. */
export function WordsFields({ form, setForm, markets }: FormParts) {
  const { t, language } = useWords()
  const set = (words: readonly WordsForm[]) => setForm({ ...form, words })
  const change = (at: number, part: Partial<WordsForm>) =>
    set(form.words.map((one, place) => (place === at ? { ...one, ...part } : one)))
  const offered = [...new Set([...markets.map((market) => market.locale), ...common])]
    .filter((tag) => !form.words.some((one) => one.tag === tag))
  return (
    <section className="stack" aria-labelledby="words-title">
      <div>
        <h2 id="words-title">{t('studio.product.words')}</h2>
        <p className="quiet small">{t('studio.product.words.hint')}</p>
      </div>
      {form.words.map((words, at) => (
        <div key={words.key} className="variant">
          <div className="words-fields">
            <TextField
              label={t('studio.product.words.title', { language: language(words.tag) })}
              value={words.title} maxLength={140} onChange={(title) => change(at, { title })}
            />
            <TextField
              label={t('studio.product.description')} isOptional rows={2} maxLength={10_000}
              value={words.description} onChange={(description) => change(at, { description })}
            />
            <IconButton
              label={t('studio.product.words.remove', { language: language(words.tag) })}
              onPress={() => set(form.words.filter((_one, place) => place !== at))}
            ><TrashIcon size={20} /></IconButton>
          </div>
        </div>
      ))}
      <div className="words-add">
        <Select
          label={t('studio.product.words.add')} value=""
          options={[
            { value: '', label: t('studio.product.words.choose') },
            ...offered.map((tag) => ({ value: tag, label: language(tag) })),
          ]}
          onChange={(tag) =>
            tag && set([...form.words, { key: tag, tag, title: '', description: '' }])
          }
        />
      </div>
    </section>
  )
}
