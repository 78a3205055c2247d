import { Button } from '#ui/primitives/button.tsx'
import { HoldButton } from '#ui/primitives/hold-button.tsx'
import { StopIcon } from '#ui/primitives/icons.tsx'
import { client, rememberShow, useAct } from '../house.ts'
import { useWords } from '../words.ts'
import { useControl } from './control-context.ts'

function useSale() {
  const { show } = useControl()
  return useAct((stopped: boolean) => client.call('POST /api/shows/:showId/sale', {
    params: { showId: show.id }, body: { stopped },
  }), rememberShow)
}

/** Ends every sale of the show at once; held for a second, so that no elbow does it. */
export function StopSale() {
  const { t } = useWords()
  const { show } = useControl()
  const sale = useSale()
  if (show.saleStopped) return null
  return (
    <span className="stop-sale" id="stop-sale">
      <HoldButton
        holdMs={1000} size="large" isDisabled={sale.isPending} onConfirm={() => sale.mutate(true)}
      ><StopIcon size={20} />{t('studio.stop_sale')}</HoldButton>
    </span>
  )
}

/** Loud on purpose: nobody can buy until a person lets it go on. */
export function SaleStopped() {
  const { t } = useWords()
  const { canRun } = useControl()
  const sale = useSale()
  return (
    <div className="sale-stopped" role="alert">
      <StopIcon size={28} />
      <div>
        <p className="sale-stopped-title">{t('studio.sale_stopped')}</p>
        <p>{t('studio.sale_stopped.text')}</p>
      </div>
      {canRun && (
        <Button size="large" isBusy={sale.isPending} onPress={() => sale.mutate(false)}>
          {t('studio.sale_resume')}
        </Button>
      )}
    </div>
  )
}
