import { Notice } from '#ui/patterns/messages.tsx'
import { useWords } from '../words.ts'
import { sizeText } from './size-text.ts'
import { useStorage } from './use-storage.ts'

/** Says it before the disk is full, and how long the rest lasts. */
export function StorageNotice() {
  const { t, locale, number } = useWords()
  const { data } = useStorage()
  if (!data || data.level === 'ok') return null
  const isCritical = data.level === 'critical'
  return (
    <Notice
      kind={isCritical ? 'bad' : 'warn'} isUrgent={isCritical}
      title={t(isCritical ? 'studio.storage.critical' : 'studio.storage.low')}
    >
      {t(data.limit === 'quota' ? 'studio.storage.quota' : 'studio.storage.disk', {
        free: sizeText(data.freeBytes, locale), hours: number(data.hoursLeft),
      })}
    </Notice>
  )
}
