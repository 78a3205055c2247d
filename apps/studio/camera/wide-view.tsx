import { Link } from '@tanstack/react-router'
import { Facts, Panel } from '#ui/patterns/workbench.tsx'
import { EndShow, State, Viewers } from '../control/control-head.tsx'
import { useControl } from '../control/control-context.ts'
import { Programme } from '../control/programme.tsx'
import { useWords } from '../words.ts'
import { useCamera } from './camera-context.ts'
import { Checklist } from './checklist.tsx'
import { NextStep, StopSending } from './go-live.tsx'
import { Preview } from './preview.tsx'
import { SetUp } from './set-up.tsx'
import { MuteButton, SourceBar } from './source-bar.tsx'
import { useSendingText } from './sending-text.ts'
import { WarningList } from './warning-list.tsx'

/** The largest words of the page: who sees this picture. */
export function WhoSees() {
  const { t } = useWords()
  const { show } = useControl()
  const { sending, isSending } = useCamera()
  const isLive = show.state === 'live'
  const arrives = sending.phase === 'live' && show.signal !== 'lost'
  const kind = !isSending ? 'alone' : !isLive ? 'rehearsal' : arrives ? 'live' : 'gone'
  return (
    <div className="who-sees" data-kind={kind} role="status">
      <p className="who-sees-title">{t(`studio.camera.sees.${kind}`)}</p>
      <p>{t(`studio.camera.sees.${kind}.text`)}</p>
    </div>
  )
}

function Figures() {
  const { t, number } = useWords()
  const { figures } = useCamera()
  const last = figures.at(-1)
  if (!last) return null
  return (
    <Facts
      rows={[
        [t('studio.health.kbps'), number(last.kbps)],
        [t('studio.health.fps'), number(last.fps)],
        [t('studio.health.size'), <bdi key="size">{`${last.width}×${last.height}`}</bdi>],
        [t('studio.camera.rtt'), last.rttMs === null ? '–'
          : t('studio.camera.ms', { ms: number(last.rttMs) })],
        [t('studio.camera.loss'), t('studio.camera.percent', {
          percent: number(Math.round(last.loss * 1000) / 10),
        })],
        [t('studio.camera.limit'), t(`studio.camera.limit.${last.limitedBy}`)],
      ]}
    />
  )
}

function Stage() {
  const { sending, isSending, choices } = useCamera()
  const sendingText = useSendingText()
  return (
    <div className="camera-stage" data-shape={choices.shape}>
      <WhoSees />
      <Preview />
      <WarningList />
      <div className="camera-acts">
        <NextStep />
        {isSending && <StopSending />}
        <MuteButton />
        <p className="quiet small" role="status">{sendingText(sending)}</p>
      </div>
      <SourceBar />
    </div>
  )
}

/** The page on a computer: the picture, what is in it, and all that can be set. */
export function WideView() {
  const { t } = useWords()
  const { show } = useControl()
  const { isSending } = useCamera()
  return (
    <div className="camera-page control">
      <header className="control-head">
        <h1 dir="auto" title={show.title}>{show.title}</h1>
        <State />
        <Viewers />
        <span className="control-head-gap" />
        <Link
          className="button" data-kind="quiet" to="/studio/shows/$showId"
          params={{ showId: show.id }}
          {...(isSending ? { target: '_blank' } : {})}
        >{t('studio.camera.to_control')}</Link>
        {show.state === 'live' && <EndShow />}
      </header>
      <div className="camera-grid">
        <Stage />
        <div className="camera-side">
          <Checklist />
          {isSending && (
            <Panel title={t('studio.camera.viewers_get')}>
              <Programme hasSetUp={false} />
              <p className="quiet small">{t('studio.camera.viewers_get.text')}</p>
              <Figures />
            </Panel>
          )}
          <Panel title={t('studio.camera.set_up')}><SetUp /></Panel>
        </div>
      </div>
    </div>
  )
}
