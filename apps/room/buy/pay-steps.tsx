import { useRef } from 'react'
import type { Order } from '#trade/orders/contract'
import type { Refusal } from '#kernel'
import { Button } from '#ui/primitives/button.tsx'
import { Countdown } from '#ui/primitives/figures.tsx'
import { CheckIcon, ClockIcon } from '#ui/primitives/icons.tsx'
import { Facts } from '#ui/patterns/workbench.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { useHouse } from '../context.ts'
import { useWords } from '../words.ts'

/** How long the units are kept; the clock is the server's. */
export function HoldLine({ order }: { order: Order }) {
  const { t } = useWords()
  const { clock } = useHouse()
  return (
    <p className="hold-line">
      <ClockIcon size={18} />{t('room.pay.kept')}
      <Countdown untilMs={order.holdUntilMs} now={clock.nowMs} soonSeconds={60} />
    </p>
  )
}

export function Working({ title, text }: { title: string, text: string }) {
  return (
    <div className="working" role="status">
      <span className="spinner" aria-hidden="true" />
      <h3>{title}</h3>
      <p className="quiet">{text}</p>
    </div>
  )
}

/** The bank's own page. It may post its form, and nothing else: no script, no top window. */
export function Challenge({ order, url, onAnswered }: {
  readonly order: Order
  readonly url: string
  readonly onAnswered: () => void
}) {
  const { t } = useWords()
  const loads = useRef(0)
  const isSafe = url.startsWith('/') && !url.startsWith('//')
  return (
    <div className="challenge">
      <HoldLine order={order} />
      {isSafe && (
        <iframe
          src={url} title={t('room.pay.bankPage')} sandbox="allow-forms allow-same-origin"
          onLoad={() => {
            loads.current += 1
            // The first load asks, the second one has the answer.
            if (loads.current > 1) onAnswered()
          }}
        />
      )}
    </div>
  )
}

export function Unpaid({ order, refusal }: { order: Order, refusal: Refusal }) {
  const { t, refusal: say } = useWords()
  return (
    <div className="form">
      <Notice kind="bad" isUrgent title={t('room.pay.unpaidTitle')}>{say(refusal)}</Notice>
      <HoldLine order={order} />
    </div>
  )
}

export function OrderFacts({ order }: { order: Order }) {
  const { t, money, number } = useWords()
  const title = order.variantTitle ? `${order.title} · ${order.variantTitle}` : order.title
  return (
    <Facts rows={[
      [t('room.pay.number'), <strong key="n" className="figures" dir="ltr">{order.number}</strong>],
      [t('room.pay.item'), <bdi key="t">{title}</bdi>],
      [t('room.buy.quantity'), <span key="q" className="figures">{number(order.quantity)}</span>],
      [t('room.buy.total'), <bdi key="m" className="price">{money(order.total)}</bdi>],
    ]} />
  )
}

export function Paid({ order }: { order: Order }) {
  const { t } = useWords()
  return (
    <div className="paid" role="status">
      <span className="paid-mark"><CheckIcon size={36} /></span>
      <h3>{t('room.pay.thanks')}</h3>
      <p className="quiet">{t('room.pay.paidText')}</p>
      <OrderFacts order={order} />
    </div>
  )
}

export function Over({ order }: { order: Order }) {
  const { t } = useWords()
  return (
    <div className="form">
      <Notice kind="warn" isUrgent title={t('room.pay.overTitle')}>
        {t(`order.state.${order.state}`)}
      </Notice>
      <p className="quiet">{t('room.pay.overText')}</p>
    </div>
  )
}

export function PayAgain({ onPay, onCancel }: { onPay: () => void, onCancel: () => void }) {
  const { t } = useWords()
  return (
    <div className="pay">
      <Button kind="primary" size="large" isWide onPress={onPay}>{t('room.pay.again')}</Button>
      <Button kind="quiet" isWide onPress={onCancel}>{t('room.pay.cancel')}</Button>
    </div>
  )
}
