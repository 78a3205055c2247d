import { Button } from '#ui/primitives/button.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { useWords } from '../words.ts'
import { streamAlerts } from './alerts.ts'
import { useAlertText } from './alert-text.ts'
import { useControl } from './control-context.ts'

const signalKind = { receiving: 'good', lost: 'bad', none: 'plain' } as const

function Figure({ name, value }: { name: string, value: string }) {
  return <div><dt>{name}</dt><dd className="figures"><bdi>{value}</bdi></dd></div>
}

/** What the encoder sends, and the one setting to change when it is wrong. */
export function HealthStrip() {
  const { t, number } = useWords()
  const textOf = useAlertText()
  const { show, canRun, openSetup, isHealthOpen, showHealth } = useControl()
  const { video } = show
  const [worst] = streamAlerts(show)
  const none = '–'
  const every = Math.round((video?.keyframeSeconds ?? 0) * 10) / 10
  return (
    <section className="health" aria-label={t('studio.health')}>
      <div className="health-row">
        <Badge kind={signalKind[show.signal]} hasDot>{t(`studio.signal.${show.signal}`)}</Badge>
        <dl>
          <Figure
            name={t('studio.health.size')} value={video ? `${video.width}×${video.height}` : none}
          />
          <Figure
            name={t('studio.health.fps')} value={video ? number(Math.round(video.fps)) : none}
          />
          <Figure
            name={t('studio.health.kbps')} value={video ? number(Math.round(video.kbps)) : none}
          />
          <Figure
            name={t('studio.health.keyframes')}
            value={video ? t('studio.seconds', { seconds: number(every) }) : none}
          />
        </dl>
        <div className="health-acts">
          <Button
            kind="quiet" aria-expanded={isHealthOpen} onPress={() => showHealth(!isHealthOpen)}
          >
            {t(isHealthOpen ? 'studio.health.close' : 'studio.health.open')}
          </Button>
          {canRun && show.state !== 'ended' && (
            <Button kind="quiet" onPress={openSetup}>{t('studio.setup')}</Button>
          )}
        </div>
      </div>
      {worst && (
        <p className="health-problem" data-bad={worst.isBad || undefined}>{textOf(worst).text}</p>
      )}
    </section>
  )
}
