import { useCallback, useEffect, useState } from 'react'
import type { ProductCard } from '#trade/catalog/contract'
import type { Locale } from '#ui/locales.ts'
import { IconButton } from '#ui/primitives/button.tsx'
import { BagIcon } from '#ui/primitives/icons.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { BuySheet } from './buy/buy-sheet.tsx'
import { OrdersSheet } from './buy/orders-sheet.tsx'
import { useBuying } from './buy/use-buy.ts'
import { ChatList, ChatPreview } from './chat/chat-list.tsx'
import { HeartButton, Hearts } from './chat/hearts.tsx'
import { SayBox } from './chat/say-box.tsx'
import { useHouse, useRoom } from './context.ts'
import { LineUp } from './goods/line-up.tsx'
import { PinnedCard } from './goods/product-card.tsx'
import { ProductSheet } from './goods/product-sheet.tsx'
import { Header } from './header.tsx'
import { PlacesSheet } from './places/places-sheet.tsx'
import { Stage } from './stage/stage.tsx'
import { useAnnouncements } from './use-announcements.ts'
import { useWords } from './words.ts'

type Open = 'bag' | 'chat' | 'orders' | 'places' | null

/** An order that was paid while its sheet was closed still deserves a word. */
function usePaidToast(isSheetOpen: boolean): void {
  const { toast } = useVoice()
  const { t } = useWords()
  const house = useHouse()
  useEffect(() => house.onPerson((event) => {
    if (event.k !== 'order' || isSheetOpen) return
    const { number, state } = event.order
    if (state === 'paid') toast({ text: t('room.orders.paidToast', { number }) })
    if (state === 'refunded') toast({ text: t('room.orders.refundedToast', { number }) })
  }), [house, isSheetOpen, t, toast])
}

export function Room({ onLocale }: { onLocale: (locale: Locale) => void }) {
  const { t } = useWords()
  const [open, setOpen] = useState<Open>(null)
  const [product, setProduct] = useState<ProductCard | null>(null)
  const [hasSound, setSound] = useState(false)
  const [isWide, setWide] = useState(false)
  const buying = useBuying()
  const goodsCount = useRoom(({ room }) => room.lineUp.length)
  const isEnded = useRoom(({ room }) => room.show.state === 'ended')
  useAnnouncements()
  usePaidToast(buying.state.step !== 'closed')

  const close = useCallback(() => setOpen(null), [])
  const buy = (card: ProductCard) => {
    close()
    setProduct(null)
    buying.buy(card)
  }
  const goods = { onBuy: buy, onOpen: setProduct }
  return (
    <>
      <main className="room" data-shape={isWide ? 'wide' : 'tall'}>
        <Stage hasSound={hasSound} onSound={setSound} onShape={setWide} />
        <Header
          hasSound={hasSound} onSound={() => setSound(!hasSound)}
          onPlaces={() => setOpen('places')} onOrders={() => setOpen('orders')}
        />
        <section className="room-goods" aria-label={t('room.lineUp.title')}>
          <h2>{t('room.lineUp.title')}</h2>
          <LineUp {...goods} />
        </section>
        <div className="room-side">
          <ChatPreview onOpen={() => setOpen('chat')} />
          <PinnedCard {...goods} />
          <section className="room-chat" aria-label={t('room.chat.title')}><ChatList /></section>
          <div className="room-bar on-video">
            <SayBox />
            {!isEnded && <HeartButton />}
            <IconButton
              label={t('room.lineUp.title')} count={goodsCount} onPress={() => setOpen('bag')}
            >
              <BagIcon />
            </IconButton>
          </div>
          <Hearts />
        </div>
      </main>
      <Sheet isOpen={open === 'bag'} title={t('room.lineUp.title')} onClose={close}>
        <LineUp {...goods} />
      </Sheet>
      <Sheet
        isOpen={open === 'chat'} title={t('room.chat.title')} onClose={close} foot={<SayBox />}
      >
        <ChatList />
      </Sheet>
      <ProductSheet card={product} onBuy={buy} onClose={() => setProduct(null)} />
      <OrdersSheet
        isOpen={open === 'orders'} onClose={close}
        onPay={(order) => { close(); buying.pay(order) }}
      />
      <PlacesSheet isOpen={open === 'places'} onClose={close} onLocale={onLocale} />
      <BuySheet buying={buying} onOrders={() => setOpen('orders')} />
    </>
  )
}
