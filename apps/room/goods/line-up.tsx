import type { ProductCard } from '#trade/catalog/contract'
import { BagIcon } from '#ui/primitives/icons.tsx'
import { EmptyState } from '#ui/patterns/messages.tsx'
import { useRoom } from '../context.ts'
import { useWords } from '../words.ts'
import { LineUpRow } from './product-card.tsx'

export interface GoodsActs {
  readonly onBuy: (card: ProductCard) => void
  readonly onOpen: (card: ProductCard) => void
}

/** Every product of the show, the one on stage first. */
export function LineUp(acts: GoodsActs) {
  const { t } = useWords()
  const cards = useRoom(({ room }) => {
    const { pinned, lineUp } = room
    return pinned ? [pinned, ...lineUp.filter((card) => card.id !== pinned.id)] : [...lineUp]
  })
  if (cards.length === 0) {
    return (
      <EmptyState
        icon={<BagIcon size={40} />} title={t('room.lineUp.emptyTitle')}
        text={t('room.lineUp.emptyText')}
      />
    )
  }
  return (
    <ul className="rows">
      {cards.map((card) => <LineUpRow key={card.id} card={card} {...acts} />)}
    </ul>
  )
}
