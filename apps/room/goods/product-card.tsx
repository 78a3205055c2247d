import type { ProductCard as Card } from '#trade/catalog/contract'
import type { Offer } from '#trade/offers/contract'
import { Button } from '#ui/primitives/button.tsx'
import { Countdown, Price, RollingNumber } from '#ui/primitives/figures.tsx'
import { ClockIcon } from '#ui/primitives/icons.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { useHouse, useRoom } from '../context.ts'
import { useWords, type WordId } from '../words.ts'
import { wordsOf, type Selling, type Tag } from './goods.ts'
import { useGoods } from './use-goods.ts'

const WHY_NOT: Readonly<Record<Exclude<Selling, 'open' | 'soon'>, WordId>> = {
  not_live: 'room.goods.notLive',
  over: 'room.goods.over',
  sale_stopped: 'room.goods.saleStopped',
  sold_out: 'room.goods.soldOut',
  not_in_market: 'room.goods.notInMarket',
}

export function Thumb({ card, size }: { card: Card, size: 'small' | 'normal' }) {
  if (!card.picture) return <span className="thumb" data-size={size} aria-hidden="true" />
  const source = `${card.picture.url}-320.webp`
  return <img className="thumb" data-size={size} src={source} alt="" loading="lazy" />
}

export function PriceLine({ tag }: { tag: Tag }) {
  const { t } = useWords()
  return (
    <span className="price-line">
      {tag.isFrom && <span className="quiet small">{t('room.goods.from')} </span>}
      <Price amount={tag.amount} was={tag.was} size="large" />
    </span>
  )
}

/** Units left and time: both true, both by the server. Where Buy itself counts down, the time is
 *  not said twice. */
export function OfferLine({ offer, selling, isBesideBuy = false }: {
  readonly offer: Offer
  readonly selling: Selling
  readonly isBesideBuy?: boolean
}) {
  const { t } = useWords()
  const { clock } = useHouse()
  if (selling === 'soon' && isBesideBuy) {
    return <p className="offer-line">{t('room.offer.forAll')}</p>
  }
  if (selling === 'soon') {
    return (
      <p className="offer-line">
        <span className="offer-time">
          <ClockIcon size={16} />{t('room.offer.opensIn')}
          <Countdown untilMs={offer.opensAtMs} now={clock.nowMs} />
        </span>
      </p>
    )
  }
  if (selling !== 'open') return null
  return (
    <p className="offer-line">
      <span className="visually-hidden">{t('room.offer.left', { count: offer.left })}</span>
      <span aria-hidden="true" className="figures">
        <RollingNumber value={offer.left} /> {t('room.offer.leftWord')}
      </span>
      <span className="offer-time">
        <ClockIcon size={16} /><span className="visually-hidden">{t('room.offer.endsIn')} </span>
        <Countdown untilMs={offer.closesAtMs} now={clock.nowMs} />
      </span>
    </p>
  )
}

/** Before an offer opens the button counts down to it: the eye is where the thumb will be. */
export function BuyButton({ card, selling, offer, onBuy, kind = 'primary' }: {
  readonly card: Card
  readonly offer: Offer | null
  readonly selling: Selling
  readonly onBuy: (card: Card) => void
  readonly kind?: 'primary' | 'plain'
}) {
  const { t, locale } = useWords()
  const { clock } = useHouse()
  if (selling !== 'open' && selling !== 'soon') return null
  if (selling === 'soon' && offer) {
    return (
      <Button
        kind={kind} isDisabled
        aria-label={t('room.goods.buySoon', { title: wordsOf(card, locale).title })}
      >
        <ClockIcon size={16} /><Countdown untilMs={offer.opensAtMs} now={clock.nowMs} />
      </Button>
    )
  }
  return (
    <Button
      kind={kind} isDisabled={selling === 'soon'} onPress={() => onBuy(card)}
      aria-label={t('room.goods.buyThis', { title: wordsOf(card, locale).title })}
    >{t('room.goods.buy')}</Button>
  )
}

/** The product that the show is about right now. */
export function PinnedCard({ onBuy, onOpen }: {
  readonly onBuy: (card: Card) => void
  readonly onOpen: (card: Card) => void
}) {
  const card = useRoom(({ room }) => room.pinned)
  return card ? <ShownCard card={card} onBuy={onBuy} onOpen={onOpen} /> : null
}

function ShownCard({ card, onBuy, onOpen }: {
  readonly card: Card
  readonly onBuy: (card: Card) => void
  readonly onOpen: (card: Card) => void
}) {
  const { t, locale } = useWords()
  const { selling, offer, tag } = useGoods(card)
  const isQuiet = selling !== 'open' && selling !== 'soon'
  const { title } = wordsOf(card, locale)
  return (
    <article
      className="card on-page" data-quiet={isQuiet || undefined} aria-label={t('room.goods.pinned')}
    >
      <button type="button" className="card-open" onClick={() => onOpen(card)}>
        <Thumb card={card} size="normal" />
        <span className="visually-hidden">{t('room.goods.more', { title })}</span>
      </button>
      <div className="card-text">
        <h2 className="card-title" dir="auto">{title}</h2>
        {tag && <PriceLine tag={tag} />}
        {offer ? <OfferLine offer={offer} selling={selling} isBesideBuy /> : null}
        {isQuiet && <p className="offer-why">{t(WHY_NOT[selling])}</p>}
      </div>
      {!isQuiet && (
        <div className="card-act">
          <BuyButton card={card} selling={selling} offer={offer} onBuy={onBuy} />
        </div>
      )}
    </article>
  )
}

/** One line of the line-up. */
export function LineUpRow({ card, onBuy, onOpen }: {
  readonly card: Card
  readonly onBuy: (card: Card) => void
  readonly onOpen: (card: Card) => void
}) {
  const { t, locale } = useWords()
  const { selling, offer, tag } = useGoods(card)
  const isPinned = useRoom(({ room }) => room.pinned?.id === card.id)
  const { title } = wordsOf(card, locale)
  const isQuiet = selling !== 'open' && selling !== 'soon'
  return (
    <li className="row" data-quiet={selling === 'sold_out' || undefined}>
      <button type="button" className="row-open" onClick={() => onOpen(card)}>
        <Thumb card={card} size="small" />
        <span className="row-text">
          {isPinned && <Badge kind="good">{t('room.goods.now')}</Badge>}
          <span className="row-title" dir="auto">{title}</span>
          {tag ? <PriceLine tag={tag} /> : null}
          {isQuiet && selling !== 'not_live' && selling !== 'over'
            && <span className="quiet small">{t(WHY_NOT[selling])}</span>}
        </span>
      </button>
      <BuyButton
        card={card} selling={selling} offer={offer} onBuy={onBuy}
        kind={isPinned ? 'primary' : 'plain'}
      />
    </li>
  )
}
