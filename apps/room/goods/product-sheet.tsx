import type { ProductCard } from '#trade/catalog/contract'
import { Sheet } from '#ui/primitives/layers.tsx'
import { useWords } from '../words.ts'
import { wordsOf } from './goods.ts'
import { BuyButton, OfferLine, PriceLine } from './product-card.tsx'
import { useGoods } from './use-goods.ts'

function Details({ card, onBuy, onClose }: ProductSheetProps & { card: ProductCard }) {
  const { locale } = useWords()
  const { selling, offer, tag } = useGoods(card)
  const { title, description } = wordsOf(card, locale)
  const pictures = card.pictures.length > 0 ? card.pictures : card.picture ? [card.picture] : []
  return (
    <Sheet
      isOpen title={title} onClose={onClose}
      foot={(
        <div className="foot-row">
          <div>
            {tag && <PriceLine tag={tag} />}
            {offer && <OfferLine offer={offer} selling={selling} isBesideBuy />}
          </div>
          <BuyButton card={card} selling={selling} offer={offer} onBuy={onBuy} />
        </div>
      )}
    >
      <div className="details">
        {pictures.map((picture) => (
          <img
            key={picture.id} src={`${picture.url}-640.webp`} alt={picture.alt || title}
            loading="lazy" width={picture.width} height={picture.height}
          />
        ))}
        {description && <p className="details-text" dir="auto">{description}</p>}
      </div>
    </Sheet>
  )
}

export interface ProductSheetProps {
  readonly card: ProductCard | null
  readonly onBuy: (card: ProductCard) => void
  readonly onClose: () => void
}

/** Pictures and the merchant's description of one product. */
export function ProductSheet(props: ProductSheetProps) {
  return props.card ? <Details {...props} card={props.card} /> : null
}
