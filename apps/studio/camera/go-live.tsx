import { Button } from '#ui/primitives/button.tsx'
import { HoldButton } from '#ui/primitives/hold-button.tsx'
import { client, rememberShow, useAct } from '../house.ts'
import { useControl } from '../control/control-context.ts'
import { useWords } from '../words.ts'
import { useCamera } from './camera-context.ts'

/** Starts the rehearsal, or sends into a show that is live already. */
function Send() {
  const { t } = useWords()
  const { show } = useControl()
  const { captured, publish } = useCamera()
  const isReady = captured.video !== null
  return (
    <Button
      kind="primary" size="large" isDisabled={!isReady} onPress={publish}
    >{t(show.state === 'live' ? 'studio.camera.send' : 'studio.camera.rehearse')}</Button>
  )
}

function OpenDoors() {
  const { t } = useWords()
  const { show } = useControl()
  const { sending } = useCamera()
  const act = useAct(() => client.call('POST /api/shows/:showId/go-live', {
    params: { showId: show.id },
  }), rememberShow)
  const arrives = show.signal === 'receiving' && sending.phase === 'live'
  return (
    <>
      {!arrives && <span className="visually-hidden" id="doors-need">
        {t('studio.go_live.needs')}
      </span>}
      <Button
        kind="primary" size="large" isDisabled={!arrives} isBusy={act.isPending}
        onPress={() => act.mutate(undefined)}
        {...(arrives ? {} : { 'aria-describedby': 'doors-need' })}
      >{t('studio.go_live')}</Button>
    </>
  )
}

/** Stops this camera only. While viewers watch, it is held: they would see "back soon". */
export function StopSending() {
  const { t } = useWords()
  const { show } = useControl()
  const { stop } = useCamera()
  if (show.state === 'live') {
    return <HoldButton onConfirm={stop}>{t('studio.camera.stop.hold')}</HoldButton>
  }
  return <Button size="large" onPress={stop}>{t('studio.camera.stop')}</Button>
}

/** The one next step. */
export function NextStep() {
  const { show } = useControl()
  const { isSending } = useCamera()
  if (show.state === 'ended') return null
  if (!isSending) return <Send />
  return show.state === 'scheduled' ? <OpenDoors /> : null
}
