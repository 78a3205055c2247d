import type { EditReplay } from '#stage/replay/contract'
import { Button } from '#ui/primitives/button.tsx'
import { HoldButton } from '#ui/primitives/hold-button.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { client, useAct } from '../house.ts'
import { sizeText } from '../storage/size-text.ts'
import { useWords } from '../words.ts'

interface Props {
  readonly showId: string
  readonly replay: EditReplay
  readonly canRun: boolean
  readonly onSaved: (replay: EditReplay) => void
}

/** One file to keep or to take elsewhere. */
function Download({ showId, replay, canRun, onSaved }: Props) {
  const { t, locale, number } = useWords()
  const { state, sizeBytes, done, forms } = replay.download
  const make = useAct(() => client.call('POST /api/shows/:showId/replay/download', {
    params: { showId },
  }), onSaved)
  const size = sizeText(sizeBytes ?? 0, locale)
  if (state === 'none') return null
  if (state === 'direct' || state === 'made') {
    return (
      <div className="keep-row">
        <div>
          <h3>{t('studio.replay.download')}</h3>
          <p className="quiet small">{t(state === 'made' ? 'studio.replay.download.made'
            : 'studio.replay.download.text', { size, forms: number(forms) })}</p>
        </div>
        <a className="button" data-kind="plain" href={`/media/${showId}/replay.mp4`} download>
          {t('studio.replay.download.act', { size })}
        </a>
      </div>
    )
  }
  return (
    <div className="keep-row">
      <div>
        <h3>{t('studio.replay.download')}</h3>
        <p className="quiet small">{t('studio.replay.download.forms', { forms: number(forms) })}</p>
        {state === 'failed' && <Notice kind="bad">{t('studio.replay.download.failed')}</Notice>}
        {state === 'making' && (
          <progress value={done} max={1} aria-label={t('studio.replay.download.making')} />
        )}
      </div>
      {state === 'making'
        ? <span className="quiet figures">{t('studio.replay.download.done', {
          share: new Intl.NumberFormat(locale, { style: 'percent' }).format(done),
        })}</span>
        : canRun && (
          <Button isBusy={make.isPending} onPress={() => make.mutate(undefined)}>
            {t('studio.replay.download.make')}
          </Button>
        )}
    </div>
  )
}

function Remove({ showId, replay, canRun, onSaved }: Props) {
  const { t, locale, dateTime } = useWords()
  const remove = useAct(() => client.call('DELETE /api/shows/:showId/replay', {
    params: { showId },
  }), onSaved)
  return (
    <div className="keep-row">
      <div>
        <h3>{t('studio.replay.remove')}</h3>
        <p className="quiet small">
          {t('studio.replay.remove.text', { size: sizeText(replay.sizeBytes, locale) })}{' '}
          {replay.expiresAtMs === null ? t('studio.replay.stays')
            : t('studio.replay.expires', { when: dateTime(replay.expiresAtMs) })}
        </p>
      </div>
      {canRun && (
        <HoldButton onConfirm={() => remove.mutate(undefined)} isDisabled={remove.isPending}>
          {t('studio.replay.remove.act')}
        </HoldButton>
      )}
    </div>
  )
}

/** What is kept of the show: as a file, and until when. */
export function Keeping(props: Props) {
  const { t } = useWords()
  return (
    <section className="keeping" aria-label={t('studio.replay.keeping')}>
      <Download {...props} />
      <Remove {...props} />
    </section>
  )
}
