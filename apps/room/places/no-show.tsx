import { EmptyState } from '#ui/patterns/messages.tsx'
import { VideoIcon } from '#ui/primitives/icons.tsx'
import { useWords } from '../words.ts'

export function NoShow() {
  const { t } = useWords()
  return (
    <main className="no-show">
      <EmptyState
        icon={<VideoIcon size={40} />} title={t('room.noShow.title')} text={t('room.noShow.text')}
        action={<a href="/">{t('room.noShow.home')}</a>}
      />
    </main>
  )
}
