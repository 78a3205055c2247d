import type { ShowRenditions } from '#stage/show/contract'
import { Choices } from '#ui/primitives/fields.tsx'
import { useWords } from '../words.ts'

const choices = ['house', 'none', 'audio', 'all'] as const

/** What viewers on poor lines get beside the picture as it is sent: what it costs and gives. */
export function RenditionsChoice({ value, onChange }: {
  readonly value: ShowRenditions | null
  readonly onChange: (value: ShowRenditions | null) => void
}) {
  const { t } = useWords()
  const current = value ?? 'house'
  const choose = (chosen: string) => {
    onChange(choices.find((one) => one !== 'house' && one === chosen) as ShowRenditions ?? null)
  }
  return (
    <div className="renditions-choice">
      <Choices
        label={t('studio.show.renditions')} value={current} onChange={choose}
        options={choices.map((one) => ({ value: one, label: t(`studio.show.renditions.${one}`) }))}
      />
      <p className="field-hint" role="status">{t(`studio.show.renditions.${current}.text`)}</p>
      <p className="field-hint">{t('studio.show.renditions.when')}</p>
    </div>
  )
}
