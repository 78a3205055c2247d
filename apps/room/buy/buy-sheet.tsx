import { useState } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { useHouse } from '../context.ts'
import { useWords, type WordId } from '../words.ts'
import type { BuyState, Item } from './buy-machine.ts'
import { DeliveryForm, SaveDelivery } from './delivery-form.tsx'
import { Challenge, Over, Paid, PayAgain, Unpaid, Working } from './pay-steps.tsx'
import { ChosenItem, PayButton, Review, SellingNotice, useShown } from './review.tsx'
import { hasDelivery, type Buying } from './use-buy.ts'

const TITLES: Readonly<Record<BuyState['step'], WordId>> = {
  closed: 'room.buy.title', choose: 'room.buy.title', address: 'room.delivery.title',
  review: 'room.buy.review', placing: 'room.buy.review', opening: 'room.pay.title',
  challenge: 'room.pay.title', waiting: 'room.pay.title', unpaid: 'room.pay.title',
  paid: 'room.pay.paidTitle', over: 'room.pay.title',
}

function Choosing({ buying, state }: {
  readonly buying: Buying
  readonly state: Extract<BuyState, { item: Item }>
}) {
  const { t } = useWords()
  const house = useHouse()
  const shown = useShown(state.item)
  const [isSaving, setSaving] = useState(false)
  const { send } = buying
  const close = () => send({ is: 'close' })
  const onChange = (item: Partial<Item>) => send({ is: 'change', item })
  const title = t(TITLES[state.step])

  if (!shown) {
    return (
      <Sheet isOpen title={title} onClose={close}>
        <Notice kind="warn">{t('refusal.trade.catalog.unknown')}</Notice>
      </Sheet>
    )
  }
  if (state.step === 'address') {
    return (
      <Sheet
        isOpen title={title} onClose={close} onBack={() => send({ is: 'back' })}
        foot={<SaveDelivery isBusy={isSaving} />}
      >
        <DeliveryForm
          refusal={state.refusal} onBusy={setSaving}
          onSaved={() => send({ is: 'next', hasDelivery: true })}
        />
      </Sheet>
    )
  }
  if (state.step === 'choose') {
    const next = () => send({ is: 'next', hasDelivery: hasDelivery(house) })
    return (
      <Sheet isOpen title={title} onClose={close} foot={(
        <Button
          kind="primary" size="large" isWide onPress={next} isDisabled={shown.selling !== 'open'}
        >
          {t('room.buy.continue')}
        </Button>
      )}>
        <div className="form">
          <SellingNotice item={state.item} shown={shown} />
          <ChosenItem item={state.item} shown={shown} onChange={onChange} />
        </div>
      </Sheet>
    )
  }
  const isPlacing = state.step === 'placing'
  return (
    <Sheet isOpen title={title} onClose={close} foot={
      <PayButton item={state.item} shown={shown} isBusy={isPlacing} onPay={buying.place} />
    }>
      {isPlacing && state.tries > 0 && <Notice kind="info">{t('room.buy.stillTrying')}</Notice>}
      <Review
        state={isPlacing ? { step: 'review', item: state.item } : state} shown={shown}
        onChange={isPlacing ? () => {} : onChange} onEdit={() => send({ is: 'edit-address' })}
      />
    </Sheet>
  )
}

function PayBody({ buying }: { buying: Buying }) {
  const { t } = useWords()
  const { state, send } = buying
  switch (state.step) {
    case 'opening':
      return <Working title={t('room.pay.opening')} text={t('room.pay.openingText')} />
    case 'challenge':
      return (
        <Challenge
          order={state.order} url={state.url} onAnswered={() => send({ is: 'answered-bank' })}
        />
      )
    case 'waiting':
      return <Working title={t('room.pay.waiting')} text={t('room.pay.waitingText')} />
    case 'unpaid':
      return <Unpaid order={state.order} refusal={state.refusal} />
    case 'paid':
      return <Paid order={state.order} />
    case 'over':
      return <Over order={state.order} />
    default:
      return null
  }
}

function PayFoot({ buying, onOrders }: { buying: Buying, onOrders: () => void }) {
  const { t } = useWords()
  const house = useHouse()
  const { state, send } = buying
  const close = () => send({ is: 'close' })
  const back = (
    <Button kind="primary" size="large" isWide onPress={close}>{t('room.pay.backToShow')}</Button>
  )
  if (state.step === 'unpaid') {
    const cancel = () => {
      void house.cancel(state.order.id)
      close()
    }
    return <PayAgain onPay={() => buying.pay(state.order)} onCancel={cancel} />
  }
  if (state.step === 'paid') {
    return (
      <div className="pay">
        {back}
        <Button kind="quiet" isWide onPress={() => { close(); onOrders() }}>
          {t('room.orders.title')}
        </Button>
      </div>
    )
  }
  return state.step === 'over' ? back : null
}

/** One purchase from the first look to the order number; the show goes on behind it. */
export function BuySheet({ buying, onOrders }: { buying: Buying, onOrders: () => void }) {
  const { t } = useWords()
  const { state, send } = buying
  if (state.step === 'closed') return null
  if ('item' in state) return <Choosing buying={buying} state={state} />
  const foot = <PayFoot buying={buying} onOrders={onOrders} />
  const hasFoot = state.step === 'unpaid' || state.step === 'paid' || state.step === 'over'
  return (
    <Sheet
      isOpen title={t(TITLES[state.step])} onClose={() => send({ is: 'close' })}
      foot={hasFoot && foot}
    >
      <PayBody buying={buying} />
    </Sheet>
  )
}
