import { Badge } from '#ui/primitives/plain.tsx'
import { Panel } from '#ui/patterns/workbench.tsx'
import { may } from '../access.ts'
import { useWords } from '../words.ts'
import { useControl } from './control-context.ts'
import type { Sold } from './live-state.ts'

const stateKind = {
  held: 'info', paid: 'good', expired: 'plain', cancelled: 'plain', refund_pending: 'warn',
  refunded: 'warn',
} as const

type State = keyof typeof stateKind
const isState = (state: string): state is State => Object.hasOwn(stateKind, state)

function Line({ order }: { order: Sold }) {
  const { t, money, time, country } = useWords()
  const state = isState(order.state) ? order.state : 'held'
  return (
    <>
      <span className="order-what">
        <span dir="auto">{`${order.quantity} × ${order.title}`}</span>
        <span className="quiet small">{`${country(order.market)} · ${time(order.atMs)}`}</span>
      </span>
      <span className="order-sum">
        <span className="figures"><bdi>{money(order.total)}</bdi></span>
        <span>
          {order.isDemo && <Badge kind="outline">{t('studio.demo')}</Badge>}
          <Badge kind={stateKind[state]}>{t(`studio.order.${state}`)}</Badge>
        </span>
      </span>
    </>
  )
}

/** Orders as they come in; not read aloud, as they come too fast. */
export function OrdersPanel() {
  const { t } = useWords()
  const { me, live } = useControl()
  const { sold } = live.state
  const canOpen = may(me, 'orders.read')
  return (
    <div className="orders-panel">
      <Panel title={t('studio.orders')} isBare>
        {sold.length === 0 ? <p className="panel-none quiet">{t('studio.orders.none')}</p> : (
          <ol className="orders">
            {sold.map((order) => (
              <li key={order.id}>
                {canOpen ? <a href={`/desk?order=${order.id}`}><Line order={order} /></a>
                  : <div><Line order={order} /></div>}
              </li>
            ))}
          </ol>
        )}
      </Panel>
    </div>
  )
}
