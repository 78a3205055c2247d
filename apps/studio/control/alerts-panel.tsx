import { useState } from 'react'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { AlertIcon, CheckIcon, CloseIcon } from '#ui/primitives/icons.tsx'
import { Panel } from '#ui/patterns/workbench.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { useStorage } from '../storage/use-storage.ts'
import { useWords } from '../words.ts'
import { useAlertText } from './alert-text.ts'
import { findAlerts, type Alert } from './alerts.ts'
import { useControl } from './control-context.ts'
import { findHealth } from './health-findings.ts'
import { nextProduct } from './line-up.ts'

function AlertAct({ act }: { act: Exclude<Alert['act'], null> }) {
  const { t } = useWords()
  const { show, products, openSetup, showHealth, closeOffer, pin } = useControl()
  if (act === 'setup') return <Button onPress={openSetup}>{t('studio.alert.act.setup')}</Button>
  if (act === 'health') {
    return <Button onPress={() => showHealth(true)}>{t('studio.alert.act.health')}</Button>
  }
  if (act === 'close_offer') {
    return <Button onPress={closeOffer}>{t('studio.alert.act.close_offer')}</Button>
  }
  const next = nextProduct(products, show.pinnedProductId)
  if (!next) return null
  return (
    <Button onPress={() => pin(next.id)}>
      {t('studio.alert.act.pin_next', { product: next.title })}
    </Button>
  )
}

/** What needs a person comes up by itself, each with its one tap. */
export function AlertsPanel() {
  const { t, number } = useWords()
  const textOf = useAlertText()
  const { show, live, products, quality, isQualityFresh, canRun } = useControl()
  const { data: storage } = useStorage()
  const [hidden, setHidden] = useState<readonly string[]>([])
  const all = findAlerts({
    stage: show, offer: live.state.room?.offer ?? null, levels: live.state.levels, products,
    health: findHealth(isQualityFresh ? quality : null),
    storage: storage ?? null,
  })
  const shown = all.filter((alert) => !hidden.includes(alert.key))
  return (
    <div className="alerts-panel"><Panel
      title={t('studio.alerts')}
      aside={shown.length > 0 && <Badge kind="warn">{number(shown.length)}</Badge>}
    >
      {shown.length === 0 && (
        <p className="alerts-none"><CheckIcon size={18} />{t('studio.alerts.none')}</p>
      )}
      <ul className="alerts" aria-live="polite" aria-relevant="additions">
        {shown.map((alert) => {
          const { title, text } = textOf(alert)
          return (
            <li key={alert.key} data-bad={alert.isBad || undefined}>
              <AlertIcon size={18} />
              <div>
                <p className="alert-title">{title}</p>
                <p className="small">{text}</p>
                {canRun && alert.act && <AlertAct act={alert.act} />}
              </div>
              <IconButton
                label={t('studio.alert.hide')} onPress={() => setHidden([...hidden, alert.key])}
              ><CloseIcon size={18} /></IconButton>
            </li>
          )
        })}
      </ul>
    </Panel></div>
  )
}
