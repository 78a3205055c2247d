import type { Money } from '#kernel'
import { Badge, Skeleton } from '#ui/primitives/plain.tsx'
import { RollingNumber } from '#ui/primitives/figures.tsx'
import { Panel } from '#ui/patterns/workbench.tsx'
import { useWords } from '../words.ts'
import { useControl } from './control-context.ts'

function Amounts({ amounts, none }: { amounts: readonly Money[], none: string }) {
  const { money } = useWords()
  const real = amounts.filter(({ amountMinor }) => amountMinor !== 0)
  if (real.length === 0) return <p className="quiet small">{none}</p>
  return (
    <ul className="amounts">
      {real.map((amount) => (
        <li key={amount.currency} className="figures"><bdi>{money(amount)}</bdi></li>
      ))}
    </ul>
  )
}

/** Paid money, a line per currency: they are never added up. Demo money stands apart. */
export function MoneyPanel() {
  const { t } = useWords()
  const { totals } = useControl().live.state
  if (!totals) return <Panel title={t('studio.money')}><Skeleton height="96px" /></Panel>
  const figures = [
    [t('studio.money.orders'), totals.orders], [t('studio.money.units'), totals.units],
    [t('studio.money.held'), totals.held],
  ] as const
  return (
    <Panel title={t('studio.money')}>
      <div className="money">
        <dl className="counts">
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt><dd className="figure-large"><RollingNumber value={value} /></dd>
            </div>
          ))}
        </dl>
        <Amounts amounts={totals.paid} none={t('studio.money.none')} />
        {totals.refunded.some(({ amountMinor }) => amountMinor > 0) && (
          <>
            <p className="quiet small">{t('studio.money.refunded')}</p>
            <Amounts amounts={totals.refunded} none="" />
          </>
        )}
        {totals.demoOrders > 0 && (
          <div className="money-demo">
            <Badge kind="outline">{t('studio.demo')}</Badge>
            <span
              className="small"
            >{t('studio.money.demo_orders', { orders: totals.demoOrders })}</span>
            <Amounts amounts={totals.demoPaid} none="" />
          </div>
        )}
      </div>
    </Panel>
  )
}
