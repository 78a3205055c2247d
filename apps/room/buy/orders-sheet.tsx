import { useEffect, useState } from 'react'
import type { Order, OrderState } from '#trade/orders/contract'
import { Button } from '#ui/primitives/button.tsx'
import { ReceiptIcon } from '#ui/primitives/icons.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { Badge, Skeleton } from '#ui/primitives/plain.tsx'
import { EmptyState, Notice } from '#ui/patterns/messages.tsx'
import { useHouse, useRoom } from '../context.ts'
import { useWords } from '../words.ts'
import { HoldLine } from './pay-steps.tsx'

const KINDS: Readonly<Record<OrderState, 'good' | 'warn' | 'plain' | 'info'>> = {
  held: 'warn', paid: 'good', expired: 'plain', cancelled: 'plain', refund_pending: 'info',
  refunded: 'info',
}

function OrderLine({ order, onPay }: { order: Order, onPay: (order: Order) => void }) {
  const { t, money, dateTime, number, refusal } = useWords()
  const house = useHouse()
  const [problem, setProblem] = useState<string | null>(null)
  const cancel = async () => {
    const answer = await house.cancel(order.id)
    setProblem(answer.ok ? null : refusal(answer.refusal))
  }
  return (
    <li className="order">
      <div className="order-head">
        <strong className="figures" dir="ltr">{order.number}</strong>
        <Badge kind={KINDS[order.state]}>{t(`order.state.${order.state}`)}</Badge>
      </div>
      <p>
        <bdi>{order.title}</bdi>
        {order.variantTitle && <span className="quiet"> · <bdi>{order.variantTitle}</bdi></span>}
      </p>
      <p className="order-sum">
        <span className="quiet figures">
          {number(order.quantity)} × <bdi>{money(order.unit)}</bdi>
        </span>
        <bdi className="price">{money(order.total)}</bdi>
      </p>
      <p className="quiet small">{dateTime(order.placedAtMs)}</p>
      {problem && <Notice kind="bad" isUrgent>{problem}</Notice>}
      {order.state === 'held' && (
        <>
          <HoldLine order={order} />
          <div className="order-acts">
            <Button kind="primary" onPress={() => onPay(order)}>{t('room.orders.pay')}</Button>
            <Button kind="quiet" onPress={() => void cancel()}>{t('room.pay.cancel')}</Button>
          </div>
        </>
      )}
    </li>
  )
}

export function OrdersSheet({ isOpen, onClose, onPay }: {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onPay: (order: Order) => void
}) {
  const { t } = useWords()
  const house = useHouse()
  const orders = useRoom((state) => state.orders)
  const [isBroken, setBroken] = useState(false)
  useEffect(() => {
    if (!isOpen) return
    let isGone = false
    void house.readOrders().catch(() => null).then((found) => !isGone && setBroken(found === null))
    return () => void (isGone = true)
  }, [isOpen, house])
  return (
    <Sheet isOpen={isOpen} title={t('room.orders.title')} onClose={onClose}>
      {isBroken && <Notice kind="warn">{t('refusal.http.unavailable')}</Notice>}
      {orders === null && !isBroken && <Skeleton height="7rem" />}
      {orders?.length === 0 && (
        <EmptyState
          icon={<ReceiptIcon size={40} />} title={t('room.orders.emptyTitle')}
          text={t('room.orders.emptyText')}
        />
      )}
      <ul className="orders">
        {orders?.map((order) => <OrderLine key={order.id} order={order} onPay={onPay} />)}
      </ul>
    </Sheet>
  )
}
