import { timesMoney } from '#kernel'
import type { ProductCard } from '#trade/catalog/contract'
import type { Offer } from '#trade/offers/contract'
import { Button } from '#ui/primitives/button.tsx'
import { Choices, NumberStepper } from '#ui/primitives/fields.tsx'
import { LockIcon } from '#ui/primitives/icons.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { useHouse, useRoom } from '../context.ts'
import {
  findCard, isInStock, offerOn, priceTag, quantityMax, sellingOf, wordsOf,
} from '../goods/goods.ts'
import type { Selling, Tag } from '../goods/goods.ts'
import { OfferLine, PriceLine, Thumb } from '../goods/product-card.tsx'
import { useOfferMoments } from '../goods/use-goods.ts'
import { useWords } from '../words.ts'
import type { BuyState, Item } from './buy-machine.ts'

export interface Shown {
  readonly card: ProductCard
  readonly offer: Offer | null
  readonly tag: Tag | null
  readonly selling: Selling
  readonly max: number
}

/** The chosen thing as it sells now: price, offer and cap may change while the sheet is open. */
export function useShown(item: Item): Shown | null {
  const { clock } = useHouse()
  const room = useRoom((state) => state.room)
  const market = useRoom((state) => state.market)
  useOfferMoments(room.offer)
  const card = findCard(room, item.productId)
  if (!card) return null
  const offer = offerOn(room, item.productId, market, clock.nowMs())
  return {
    card, offer, tag: priceTag(card, item.variantId, offer, market),
    selling: sellingOf(room, card, market, clock.nowMs()), max: quantityMax(offer),
  }
}

export function ChosenItem({ item, shown, onChange }: {
  readonly item: Item
  readonly shown: Shown
  readonly onChange: (item: Partial<Item>) => void
}) {
  const { t, locale } = useWords()
  const room = useRoom((state) => state.room)
  const { card, offer, tag, selling, max } = shown
  const variants = card.variants.map(({ id, title }) => ({
    value: id, label: title, isDisabled: !isInStock(room, id),
  }))
  return (
    <>
      <div className="chosen">
        <Thumb card={card} size="normal" />
        <div>
          <h3 dir="auto">{wordsOf(card, locale).title}</h3>
          <p className="quiet small">{t('room.buy.soldBy', { merchant: room.show.merchant })}</p>
          {tag && <PriceLine tag={{ ...tag, isFrom: false }} />}
          {offer && <OfferLine offer={offer} selling={selling} />}
        </div>
      </div>
      {variants.length > 1 && (
        <Choices
          label={t('room.buy.version')} value={item.variantId} options={variants}
          onChange={(variantId) => onChange({ variantId })}
        />
      )}
      <NumberStepper
        label={t('room.buy.quantity')} min={1} max={max} value={Math.min(item.quantity, max)}
        hint={offer ? t('room.buy.cap', { count: offer.perBuyerCap }) : undefined}
        onChange={(quantity) => onChange({ quantity })}
      />
    </>
  )
}

const WHY_NOT = {
  not_live: 'trade.orders.show_not_live', over: 'trade.orders.show_not_live',
  sale_stopped: 'trade.orders.sale_stopped',
  sold_out: 'trade.stock.sold_out', not_in_market: 'trade.orders.market_not_served',
} as const

/** Why it cannot be bought right now, if so: said before the button is pressed in vain. */
export function SellingNotice({ item, shown }: { item: Item, shown: Shown }) {
  const { t, refusal } = useWords()
  const { selling, offer } = shown
  if (selling === 'soon') return <Notice kind="info">{t('room.offer.soon')}</Notice>
  if (selling !== 'open') {
    return <Notice kind="warn" isUrgent>{refusal({ code: WHY_NOT[selling] })}</Notice>
  }
  const isOther = item.offerId !== null && offer?.id !== item.offerId
  return isOther ? <Notice kind="warn" isUrgent>{t('room.buy.offerOver')}</Notice> : null
}

export function Review({ state, shown, onChange, onEdit }: {
  readonly state: Extract<BuyState, { step: 'review' }>
  readonly shown: Shown
  readonly onChange: (item: Partial<Item>) => void
  readonly onEdit: () => void
}) {
  const { t, refusal, country, money } = useWords()
  const delivery = useRoom(({ me }) => me?.delivery ?? null)
  const { item } = state
  const total = shown.tag && timesMoney(shown.tag.amount, Math.min(item.quantity, shown.max))
  return (
    <div className="form">
      {state.refusal && <Notice kind="bad" isUrgent>{refusal(state.refusal)}</Notice>}
      <SellingNotice item={item} shown={shown} />
      <ChosenItem item={item} shown={shown} onChange={onChange} />
      {delivery && (
        <section className="review-part">
          <div className="review-head">
            <h3>{t('room.buy.deliverTo')}</h3>
            <Button kind="link" onPress={onEdit}>{t('room.buy.change')}</Button>
          </div>
          <p dir="auto">
            {[
              delivery.name, delivery.line1, delivery.line2,
              [delivery.postalCode, delivery.city].filter(Boolean).join(' '),
              country(delivery.country),
            ].filter(Boolean).join(', ')}
          </p>
          <p className="quiet small" dir="ltr">{delivery.email}</p>
        </section>
      )}
      {total && (
        <dl className="total">
          <dt>{t('room.buy.total')}</dt>
          <dd className="price" data-size="large"><bdi>{money(total)}</bdi></dd>
        </dl>
      )}
    </div>
  )
}

export function PayButton({ item, shown, isBusy, onPay }: {
  readonly item: Item
  readonly shown: Shown | null
  readonly isBusy: boolean
  readonly onPay: () => void
}) {
  const { t, money } = useWords()
  const { boot } = useHouse()
  if (!shown?.tag) return null
  const total = timesMoney(shown.tag.amount, Math.min(item.quantity, shown.max))
  return (
    <div className="pay">
      <Button
        kind="primary" size="large" isWide isBusy={isBusy} isDisabled={shown.selling !== 'open'}
        onPress={onPay}
      ><LockIcon size={18} />{t('room.buy.pay', { amount: money(total) })}</Button>
      <p className="quiet small">{t(boot.demo ? 'room.buy.sandbox' : 'room.buy.nextBank')}</p>
    </div>
  )
}
