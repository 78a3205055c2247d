import { Link, useParams } from '@tanstack/react-router'
import { Button } from '#ui/primitives/button.tsx'
import { LockIcon } from '#ui/primitives/icons.tsx'
import { EmptyState, Notice } from '#ui/patterns/messages.tsx'
import { ControlContext, useControl } from '../control/control-context.ts'
import { useControlOf, WithShow, type Known } from '../control/control-page.tsx'
import { useWords } from '../words.ts'
import { CameraContext, useCameraDesk } from './camera-context.ts'
import { HostView } from './host-view.tsx'
import { useMedia } from './use-watch.ts'
import { WideView } from './wide-view.tsx'

const httpsCommand = 'npm start -- --https'

/** Browsers give no camera to a page that came without encryption: said before anybody presses. */
function Blocked() {
  const { t } = useWords()
  return (
    <div className="page camera-blocked">
      <header className="camera-blocked-head">
        <LockIcon size={32} />
        <h1>{t('studio.camera.blocked')}</h1>
      </header>
      <p>{t('studio.camera.blocked.why', { address: location.origin })}</p>
      <ol>
        <li>
          <p>{t('studio.camera.blocked.start')}</p>
          <p><code dir="ltr">{httpsCommand}</code></p>
        </li>
        <li>
          <p>{t('studio.camera.blocked.trust')}</p>
          <p>
            <a className="button" data-kind="plain" href="/trust">
              {t('studio.camera.blocked.open')}
            </a>
          </p>
        </li>
        <li><p>{t('studio.camera.blocked.again')}</p></li>
      </ol>
      <Notice kind="info">{t('studio.camera.blocked.local')}</Notice>
      <p><Button onPress={() => location.reload()}>{t('studio.reload')}</Button></p>
    </div>
  )
}

function Desk() {
  const camera = useCameraDesk()
  const isPhone = useMedia('(max-width: 48rem), (pointer: coarse) and (max-height: 30rem)')
  return (
    <CameraContext value={camera}>{isPhone ? <HostView /> : <WideView />}</CameraContext>
  )
}

function Inside() {
  const { t } = useWords()
  const { show, canRun } = useControl()
  if (!canRun) {
    return <div className="page"><Notice kind="warn">{t('studio.camera.no_role')}</Notice></div>
  }
  if (show.state === 'ended') {
    return (
      <EmptyState
        title={t('studio.camera.over')} text={t('studio.camera.over.text')}
        action={(
          <Link className="button" data-kind="plain" to="/studio">{t('studio.to_shows')}</Link>
        )}
      />
    )
  }
  if (!isSecureContext || !navigator.mediaDevices) return <Blocked />
  return <Desk />
}

function Opening({ known }: { known: Known }) {
  const { control } = useControlOf(known)
  return <ControlContext value={control}><Inside /></ControlContext>
}

export function CameraPage() {
  const { showId } = useParams({ from: '/studio/shows/$showId/camera' })
  return (
    <WithShow showId={showId}>{(known) => <Opening key={showId} known={known} />}</WithShow>
  )
}
