import { useState } from 'react'
import { Notice } from '#ui/patterns/messages.tsx'
import { useWords } from '../words.ts'
import { AlertsPanel } from './alerts-panel.tsx'
import { ChatPanel } from './chat-panel.tsx'
import { useControl } from './control-context.ts'
import { ControlHead } from './control-head.tsx'
import { HealthPanel } from './health-panel.tsx'
import { HealthStrip } from './health-strip.tsx'
import { KeysOverlay, useKeys } from './keys.tsx'
import { LineUpPanel } from './line-up-panel.tsx'
import { MoneyPanel } from './money-panel.tsx'
import { NowPanel } from './now-panel.tsx'
import { OfferSheet } from './offer-sheet.tsx'
import { OrdersPanel } from './orders-panel.tsx'
import { Programme } from './programme.tsx'
import { SaleStopped } from './sale-stop.tsx'
import { StageCorner } from './stage-corner.tsx'
import { StreamSheet } from './stream-sheet.tsx'
import { ViewersPanel } from './viewers-panel.tsx'

function LineNotice() {
  const { t } = useWords()
  const { status } = useControl().live.state
  if (status === 'open' || status === 'connecting') return null
  return status === 'broken'
    ? <Notice kind="bad" isUrgent>{t('studio.line.broken')}</Notice>
    : <p className="line-lost" role="status">{t('studio.line.lost')}</p>
}

/** An upright picture leaves room beside it, a wide one below it. The last known shape stays when
 *  the signal is lost, so that nothing jumps. */
function StageColumn() {
  const { show: { video }, isHealthOpen } = useControl()
  const [isUpright, setUpright] = useState(false)
  const looksUpright = video ? video.height > video.width : isUpright
  if (looksUpright !== isUpright) setUpright(looksUpright)
  return (
    <div className="control-column" data-upright={isUpright || undefined}>
      <Programme />
      <HealthStrip />
      {isHealthOpen ? <HealthPanel /> : (
        <div className="control-pair">
          <ViewersPanel />
          <MoneyPanel />
        </div>
      )}
    </div>
  )
}

export function ControlRoom({ isSetupOpen, offerFor, onShut }: {
  isSetupOpen: boolean, offerFor: string | null, onShut: () => void
}) {
  const { show, live, canRun } = useControl()
  const keys = useKeys()
  return (
    <div className="control" data-lost={live.state.status === 'lost' || undefined}>
      <ControlHead onKeys={keys.toggle} />
      {show.saleStopped && <SaleStopped />}
      <LineNotice />
      <div className="control-grid">
        <StageColumn />
        <div className="control-column">
          <NowPanel />
          <LineUpPanel />
        </div>
        <div className="control-column">
          <AlertsPanel />
          <StageCorner />
          <ChatPanel />
          <OrdersPanel />
        </div>
      </div>
      {canRun && <StreamSheet isOpen={isSetupOpen} onClose={onShut} />}
      {canRun && <OfferSheet productId={offerFor} onClose={onShut} />}
      <KeysOverlay keys={keys} />
    </div>
  )
}
