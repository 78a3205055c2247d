import { Button } from '#ui/primitives/button.tsx'
import { Countdown, Price, RollingNumber, useSecondsLeft } from '#ui/primitives/figures.tsx'
import { Panel } from '#ui/patterns/workbench.tsx'
import type { Offer } from '#trade/offers/contract'
import { useWords } from '../words.ts'
import { useControl } from './control-context.ts'
import { nextProduct } from './line-up.ts'
import { ProductPicture } from './product-picture.tsx'

function OfferPrices({ offer }: { offer: Offer }) {
  const { country } = useWords()
  return (
    <ul className="offer-prices">
      {Object.entries(offer.prices).map(([code, price]) => (
        <li key={code} title={country(code)}>
          <span className="quiet small">{code}</span>
          <Price amount={price} />
        </li>
      ))}
    </ul>
  )
}

function OpenOffer({ offer }: { offer: Offer }) {
  const { t } = useWords()
  const { live, canRun, closeOffer } = useControl()
  const toOpen = useSecondsLeft(offer.opensAtMs, live.now)
  const share = offer.units === 0 ? 0 : offer.left / offer.units
  return (
    <div className="open-offer">
      <div className="open-offer-figures">
        <div>
          <span className="figure-large"><RollingNumber value={offer.left} /></span>
          <span className="quiet small">{t('studio.offer.left_of', { units: offer.units })}</span>
        </div>
        <div>
          <span className="figure-large">
            <Countdown untilMs={toOpen > 0 ? offer.opensAtMs : offer.closesAtMs} now={live.now} />
          </span>
          <span
            className="quiet small"
          >{t(toOpen > 0 ? 'studio.offer.opens_in' : 'studio.offer.closes_in')}</span>
        </div>
        {canRun && <Button onPress={closeOffer}>{t('studio.offer.close')}</Button>}
      </div>
      <progress className="bar" value={share} aria-label={t('studio.offer.left')} />
      <OfferPrices offer={offer} />
    </div>
  )
}

/** What viewers see under the picture now, and what comes after it. */
export function NowPanel() {
  const { t } = useWords()
  const { show, live, products, canRun, pin, openOffer } = useControl()
  const { room } = live.state
  const pinned = products.find((product) => product.id === show.pinnedProductId)
  const next = nextProduct(products, show.pinnedProductId)
  const offer = room?.offer?.state === 'open' ? room.offer : null
  const isLive = show.state === 'live'
  return (
    <div className="now-panel"><Panel title={t('studio.now')}>
      <div className="now">
        {pinned ? (
          <div className="now-product">
            <ProductPicture product={pinned} size={64} />
            <p className="now-title" dir="auto">{pinned.title}</p>
            {canRun && <Button kind="quiet" onPress={() => pin(null)}>{t('studio.unpin')}</Button>}
          </div>
        ) : <p className="quiet">{t('studio.now.none')}</p>}
        {offer && <OpenOffer offer={offer} />}
        {canRun && isLive && !offer && !show.saleStopped && (
          <Button kind="primary" size="large" isWide onPress={() => openOffer(pinned?.id ?? null)}>
            {t('studio.offer.open')}
          </Button>
        )}
        {next && show.state !== 'ended' && (
          <div className="next-product">
            <span className="quiet small">{t('studio.next')}</span>
            <ProductPicture product={next} size={36} />
            <span className="next-title" dir="auto">{next.title}</span>
            {canRun && (
              <Button onPress={() => pin(next.id)}>{t('studio.pin')}</Button>
            )}
          </div>
        )}
      </div>
    </Panel></div>
  )
}
