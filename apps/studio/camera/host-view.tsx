import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { HoldButton } from '#ui/primitives/hold-button.tsx'
import { BackIcon, GearIcon } from '#ui/primitives/icons.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { client, rememberShow, useAct } from '../house.ts'
import { State, Viewers } from '../control/control-head.tsx'
import { useControl } from '../control/control-context.ts'
import { nextProduct } from '../control/line-up.ts'
import { ProductPicture } from '../control/product-picture.tsx'
import { useWords } from '../words.ts'
import { useCamera } from './camera-context.ts'
import { Checklist } from './checklist.tsx'
import { NextStep } from './go-live.tsx'
import { FlipIcon, MicIcon, MicOffIcon } from './icons.tsx'
import { Meter } from './meter.tsx'
import { Preview } from './preview.tsx'
import { SetUp } from './set-up.tsx'
import { SourceBar } from './source-bar.tsx'
import { WarningList } from './warning-list.tsx'
import { WhoSees } from './wide-view.tsx'

const linesShown = 3

function ChatLines() {
  const { t } = useWords()
  const { live } = useControl()
  const lines = (live.state.room?.chat ?? []).slice(-linesShown)
  return (
    <ul className="host-chat" aria-label={t('studio.chat')} aria-live="polite">
      {lines.map(({ id, name, text }) => (
        <li key={id}><b><bdi>{name}</bdi></b> <span dir="auto">{text}</span></li>
      ))}
    </ul>
  )
}

/** What viewers see under the picture, and what the host talks about next. */
function Goods() {
  const { t } = useWords()
  const { show, products, pin } = useControl()
  const pinned = products.find(({ id }) => id === show.pinnedProductId)
  const next = nextProduct(products, show.pinnedProductId)
  if (!pinned && !next) return null
  return (
    <div className="host-goods">
      {pinned && (
        <p className="host-now">
          <ProductPicture product={pinned} size={40} />
          <span><small>{t('studio.pinned')}</small><b dir="auto">{pinned.title}</b></span>
        </p>
      )}
      {next && (
        <p className="host-next">
          <span><small>{t('studio.next')}</small><span dir="auto">{next.title}</span></span>
          <Button aria-label={t('studio.pin.label', { product: next.title })}
            onPress={() => pin(next.id)}>{t('studio.pin')}</Button>
        </p>
      )}
    </div>
  )
}

/** Ends the show when it is live, else only this camera. */
function End() {
  const { t } = useWords()
  const { show } = useControl()
  const { stop } = useCamera()
  const end = useAct(() => client.call('POST /api/shows/:showId/end', {
    params: { showId: show.id },
  }), (ended) => {
    rememberShow(ended)
    stop()
  })
  const isLive = show.state === 'live'
  return (
    <HoldButton
      isDisabled={end.isPending} onConfirm={() => (isLive ? end.mutate(undefined) : stop())}
    >{t(isLive ? 'studio.end_show' : 'studio.camera.stop.hold')}</HoldButton>
  )
}

function Round({ onSetUp }: { onSetUp: () => void }) {
  const { t } = useWords()
  const { captured, capture, choices, choose } = useCamera()
  const flip = () => choose({
    cameraId: '', facing: choices.facing === 'user' ? 'environment' : 'user',
  })
  return (
    <div className="host-round">
      <IconButton label={t('studio.camera.flip')} onPress={flip}><FlipIcon size={26} /></IconButton>
      <IconButton
        label={t(captured.isMuted ? 'studio.camera.unmute' : 'studio.camera.mute')}
        isPressed={captured.isMuted} onPress={() => capture?.setMuted(!captured.isMuted)}
      >{captured.isMuted ? <MicOffIcon size={26} /> : <MicIcon size={26} />}</IconButton>
      <IconButton label={t('studio.camera.set_up')} onPress={onSetUp}>
        <GearIcon size={26} />
      </IconButton>
    </div>
  )
}

/** The page on a phone: the picture fills it, thumbs reach everything, warnings are large. */
export function HostView() {
  const { t } = useWords()
  const { show } = useControl()
  const { isSending } = useCamera()
  const [isSetUp, setSetUp] = useState(false)
  return (
    <div className="host on-video">
      <Preview />
      <div className="host-over">
        <header className="host-head">
          <Link
            className="icon-button" to="/studio/shows/$showId" params={{ showId: show.id }}
            aria-label={t('action.back')}
          ><span className="mirrored"><BackIcon /></span></Link>
          <h1 className="visually-hidden">{show.title}</h1>
          <State />
          <Viewers />
        </header>
        <WhoSees />
        <Meter isSmall />
        <WarningList most={2} />
        <span className="host-gap" />
        <ChatLines />
        <Goods />
        <div className="host-foot">
          <Round onSetUp={() => setSetUp(true)} />
          <div className="host-acts"><NextStep />{isSending && <End />}</div>
        </div>
      </div>
      <Sheet isOpen={isSetUp} title={t('studio.camera.set_up')} onClose={() => setSetUp(false)}>
        <div className="stack on-page"><SourceBar /><SetUp /><Checklist /></div>
      </Sheet>
    </div>
  )
}
