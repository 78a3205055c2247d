import type { ProductCard } from '#trade/catalog/contract'
import { Button } from '#ui/primitives/button.tsx'
import { BagIcon, ChatIcon, SoundOffIcon, SoundOnIcon } from '#ui/primitives/icons.tsx'
import { useRoom } from '../context.ts'
import { wordsOf } from '../goods/goods.ts'
import { useGoods } from '../goods/use-goods.ts'
import { useWords } from '../words.ts'

interface BuyProps {
  readonly onBuy: (card: ProductCard) => void
  readonly onGoods: () => void
}

function BuyNow({ card, onBuy, onGoods }: BuyProps & { readonly card: ProductCard }) {
  const { t, locale } = useWords()
  const { selling } = useGoods(card)
  if (selling !== 'open' && selling !== 'soon') return <Browse onGoods={onGoods} />
  return (
    <Button
      kind="primary" size="large" isDisabled={selling === 'soon'} onPress={() => onBuy(card)}
      aria-label={t('room.goods.buyThis', { title: wordsOf(card, locale).title })}
    >{t('room.goods.buy')}</Button>
  )
}

/** In the place of Buy while there is nothing to buy: the three buttons never move. */
function Browse({ onGoods }: { onGoods: () => void }) {
  const { t } = useWords()
  return (
    <Button kind="primary" size="large" onPress={onGoods}>
      <BagIcon />{t('room.silver.goods')}
    </Button>
  )
}

/** Silver mode's three: buy, say, sound. In words, and always in the same place. */
export function BigButtons({ hasSound, onSound, onSay, ...acts }: BuyProps & {
  readonly hasSound: boolean
  readonly onSound: () => void
  readonly onSay: () => void
}) {
  const { t } = useWords()
  const card = useRoom(({ room }) => room.pinned)
  const isEnded = useRoom(({ room }) => room.show.state === 'ended')
  return (
    <div className="big-buttons">
      {card ? <BuyNow card={card} {...acts} /> : <Browse onGoods={acts.onGoods} />}
      <Button size="large" onPress={onSay}>
        <ChatIcon />{t(isEnded ? 'room.silver.read' : 'room.silver.say')}
      </Button>
      <Button size="large" onPress={onSound}>
        {hasSound ? <SoundOnIcon /> : <SoundOffIcon />}
        {t(hasSound ? 'room.silver.soundOff' : 'room.silver.soundOn')}
      </Button>
    </div>
  )
}
