import { useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import type { DeskOrder } from '#trade/orders/contract'
import { Button } from '#ui/primitives/button.tsx'
import { Choices, TextField } from '#ui/primitives/fields.tsx'
import { HoldButton } from '#ui/primitives/hold-button.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { client, must, queries, refusalOf } from '../house.ts'
import { Refusals } from '../shell/page-states.tsx'
import { useWords } from '../words.ts'

const reasonLength = 200

function useRefund(orderId: string) {
  return useMutation({
    mutationFn: (body: { reason: string, restock: boolean }) =>
      must(client.call('POST /api/desk/orders/:orderId/refund', { params: { orderId }, body })),
    // Also after a refusal: somebody else may have refunded meanwhile.
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['order', orderId] })
      void queries.invalidateQueries({ queryKey: ['orders'] })
    },
  })
}

function RefundForm({ order, onClose }: { order: DeskOrder, onClose: () => void }) {
  const { t, money } = useWords()
  const [reason, setReason] = useState('')
  const [goods, setGoods] = useState<'' | 'yes' | 'no'>('')
  const [wasTried, setTried] = useState(false)
  const refund = useRefund(order.id)
  const isReady = reason.trim() !== '' && goods !== ''
  const confirm = () => {
    setTried(true)
    if (isReady) refund.mutate({ reason: reason.trim(), restock: goods === 'yes' })
  }
  return (
    <div className="refund" role="group" aria-label={t('desk.refund')}>
      <TextField
        label={t('desk.refund.reason')} hint={t('desk.refund.reason.hint')} value={reason}
        maxLength={reasonLength} rows={2} onChange={setReason}
        error={wasTried && reason.trim() === '' ? t('desk.refund.reason.wrong') : undefined}
      />
      <Choices
        label={t('desk.refund.goods')} value={goods}
        options={[
          { value: 'yes', label: t('desk.refund.restock') },
          { value: 'no', label: t('desk.refund.no_restock') },
        ]}
        onChange={(value) => setGoods(value === 'yes' ? 'yes' : 'no')}
      />
      {wasTried && goods === '' && <p className="field-error">{t('desk.refund.goods.wrong')}</p>}
      {refund.error && <Refusals refusal={refusalOf(refund.error)} />}
      <div className="refund-acts">
        <HoldButton onConfirm={confirm} isDisabled={refund.isPending}>
          {t('desk.refund.confirm', { amount: money(order.total) })}
        </HoldButton>
        <Button kind="quiet" onPress={onClose}>{t('desk.cancel')}</Button>
      </div>
    </div>
  )
}

/** Says truthfully where the money is: asked for is not yet given back. */
export function Refund({ order }: { order: DeskOrder }) {
  const { t, money } = useWords()
  const [isOpen, setOpen] = useState(false)
  if (order.state === 'refund_pending') {
    return (
      <Notice kind="warn" title={t('desk.refund.pending')}>{t('desk.refund.pending.text')}</Notice>
    )
  }
  if (order.state === 'refunded') {
    return (
      <Notice kind="good" title={t('desk.refund.done')}>
        {t('desk.refund.done.text', { amount: money(order.total) })}
      </Notice>
    )
  }
  if (order.state !== 'paid') return null
  if (!isOpen) {
    return <div><Button onPress={() => setOpen(true)}>{t('desk.refund.start')}</Button></div>
  }
  return <RefundForm order={order} onClose={() => setOpen(false)} />
}
