import { useQuery } from '@tanstack/react-query'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { CopyIcon } from '#ui/primitives/icons.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { Facts, Timeline } from '#ui/patterns/workbench.tsx'
import type { OrderFile } from '#views/contract'
import { client, may, must, useMe } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { useWords } from '../words.ts'
import { Refund } from './refund.tsx'
import { StateBadge } from './state-badge.tsx'
import { stepText } from './step-text.ts'

function Copy({ text }: { text: string }) {
  const { t } = useWords()
  const { toast } = useVoice()
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      toast({ text: t('desk.copied', { text }) })
    } catch {
      toast({ kind: 'bad', text: t('desk.copy_failed', { text }) })
    }
  }
  return (
    <IconButton
      label={t('desk.copy_number')} onPress={() => void copy()}
    ><CopyIcon size={18} /></IconButton>
  )
}

function Address({ file }: { file: OrderFile }) {
  const { t, country } = useWords()
  const { delivery } = file
  if (!delivery) return <p className="quiet">{t('desk.no_address')}</p>
  const lines = [
    delivery.name, delivery.line1, delivery.line2,
    [delivery.postalCode, delivery.city].filter(Boolean).join(' '), delivery.region,
    country(delivery.country),
  ].filter((line) => line)
  return (
    <address className="address" dir="auto">
      {lines.map((line) => <span key={line}>{line}</span>)}
      <a href={`mailto:${delivery.email}`}><bdi>{delivery.email}</bdi></a>
      {delivery.phone && (
        <a href={`tel:${delivery.phone.replace(/[^+0-9]/g, '')}`}><bdi>{delivery.phone}</bdi></a>
      )}
    </address>
  )
}

function Payments({ file }: { file: OrderFile }) {
  const { t, money } = useWords()
  if (file.payments.length === 0) return <p className="quiet">{t('desk.no_payment')}</p>
  return (
    <ul className="payments">
      {file.payments.map((payment) => (
        <li key={payment.id}>
          <span>{t(`desk.payment.${payment.state}`)}</span>
          <bdi className="figures">{money(payment.amount)}</bdi>
        </li>
      ))}
    </ul>
  )
}

function File({ file }: { file: OrderFile }) {
  const words = useWords()
  const { t, money, country, dateTime, number } = words
  const { order } = file
  const me = useMe()
  return (
    <div className="order-file">
      <p className="order-head">
        <bdi className="figures order-number">{order.number}</bdi><Copy text={order.number} />
        <StateBadge state={order.state} />
        {order.isDemo && <Badge kind="outline">{t('desk.demo')}</Badge>}
      </p>
      <Facts rows={[
        [
          t('desk.what'),
          <span
            key="what" dir="auto"
          >{`${number(order.quantity)} × ${order.title}, ${order.variantTitle}`}</span>,
        ],
        [t('desk.total'), <bdi key="total" className="figures">{money(order.total)}</bdi>],
        [t('desk.unit'), <bdi key="unit" className="figures">{money(order.unit)}</bdi>],
        [t('desk.market'), country(order.market)],
        [t('desk.placed'), dateTime(order.placedAtMs)],
        [t('desk.buyer'), <bdi key="buyer">{file.buyerName}</bdi>],
        [t('desk.warehouse'), file.warehouse ?? t('desk.no_warehouse')],
      ]} />
      <h3>{t('desk.address')}</h3>
      <Address file={file} />
      <h3>{t('desk.payments')}</h3>
      <Payments file={file} />
      {may(me.data, 'orders.refund') && <Refund key={order.id} order={order} />}
      <h3>{t('desk.history')}</h3>
      <Timeline steps={file.steps.map((step, at) => ({
        key: `${at} ${step.what}`, when: dateTime(step.atMs), text: stepText(words, step),
      }))} />
    </div>
  )
}

/** Everything about one order beside the list. Reading it is recorded, so it is not read again by
 *  itself unless a refund is on its way. */
export function OrderSheet({ orderId, onClose }: { orderId: string | null, onClose: () => void }) {
  const { t } = useWords()
  const file = useQuery({
    queryKey: ['order', orderId], enabled: orderId !== null, refetchOnWindowFocus: false,
    queryFn: () => must(
      client.call('GET /api/desk/orders/:orderId', { params: { orderId: orderId! } })
    ),
    refetchInterval: ({ state }) => (state.data?.order.state === 'refund_pending' ? 4000 : false),
  })
  return (
    <Sheet
      isOpen={orderId !== null} title={t('desk.order')} onClose={onClose} isWide
      foot={<Button onPress={onClose}>{t('desk.back_to_list')}</Button>}
    >
      <Answer of={file}>{(read) => <File file={read} />}</Answer>
    </Sheet>
  )
}
