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
import { sellingOf } from './goods/goods.ts'
import { LineUp } from './goods/line-up.tsx'
import { PhoneCode } from './goods/phone-code.tsx'
import { PinnedCard } from './goods/product-card.tsx'
import { ProductSheet } from './goods/product-sheet.tsx'
import { HandButton } from './hand/hand-button.tsx'
import { Header } from './header.tsx'
import { useKeys } from './keys/use-keys.ts'
import type { Opened } from './opened.ts'
import { PlacesSheet } from './places/places-sheet.tsx'
import { toggleFullScreen, togglePip } from './stage/screen.ts'
import { Stage } from './stage/stage.tsx'
import { useAnnouncements } from './use-announcements.ts'
import { BigButtons } from './view/big-buttons.tsx'
import { ComfortSheet } from './view/comfort-sheet.tsx'
import { MoreSheet } from './view/more-sheet.tsx'
import { useView } from './view/use-view.ts'
import { useWords } from './words.ts'

type Buy = (card: ProductCard) => void

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

/** `?product=` of a link, such as the code on a television: that product lies open. */
function linkedCard(lineUp: readonly ProductCard[], pinned: ProductCard | null) {
  const wanted = new URLSearchParams(location.search).get('product')
  return [pinned, ...lineUp].find((card) => card && card.id === wanted) ?? null
}

/** The letters, and what they do in this room. */
function useRoomKeys(open: (what: Opened) => void, mute: () => void, buy: Buy): void {
  const house = useHouse()
  const hasKeys = useRoom((state) => state.hasKeys)
  useKeys(hasKeys, {
    'help': () => open('keys'), 'chat': () => open('chat'), 'goods': () => open('bag'),
    'orders': () => open('orders'), mute, 'pip': togglePip, 'full-screen': toggleFullScreen,
    buy() {
      const { room, market } = house.state.get()
      const selling = room.pinned && sellingOf(room, room.pinned, market, house.clock.nowMs())
      if (room.pinned && selling === 'open') buy(room.pinned)
      else open('bag')
    },
  })
}

export function Room({ onLocale }: { onLocale: (locale: Locale) => void }) {
  const { t } = useWords()
  const [opened, setOpen] = useState<Opened | null>(null)
  const { lineUp, pinned } = useRoom(({ room }) => room)
  const [product, setProduct] = useState(() => linkedCard(lineUp, pinned))
  const [hasSound, setSound] = useState(false)
  const [isWide, setWide] = useState(false)
  const buying = useBuying()
  const view = useRoom((state) => state.view)
  useView()
  useAnnouncements()
  usePaidToast(buying.state.step !== 'closed')

  const close = useCallback(() => setOpen(null), [])
  const buy: Buy = (card) => {
    close()
    setProduct(null)
    buying.buy(card)
  }
  const mute = () => setSound(!hasSound)
  const goods = { onBuy: buy, onOpen: setProduct }
  useRoomKeys(setOpen, mute, buy)
  return (
    <>
      <main className="room" data-shape={isWide ? 'wide' : 'tall'}>
        <Stage hasSound={hasSound} onSound={setSound} onShape={setWide} />
        <Header hasSound={hasSound} onSound={mute} onOpen={setOpen} />
        <div className="room-side">
          <ChatPreview onOpen={() => setOpen('chat')} />
          <PinnedCard {...goods} />
          {view === 'tv' && <PhoneCode />}
          <section className="room-chat" aria-label={t('room.chat.title')}><ChatList /></section>
          {view === 'silver' ? (
            <BigButtons
              hasSound={hasSound} onSound={mute} onBuy={buy} onSay={() => setOpen('chat')}
              onGoods={() => setOpen('bag')}
            />
          ) : <RoomBar onGoods={() => setOpen('bag')} />}
          <Hearts />
        </div>
        {/* After the product on stage in reading order, although it stands before it on a desk. */}
        <section className="room-goods" aria-label={t('room.lineUp.title')}>
          <h2>{t('room.lineUp.title')}</h2>
          <LineUp {...goods} />
        </section>
      </main>
      <MoreSheet isOpen={opened === 'more'} onClose={close} onOpen={setOpen} />
      <ComfortSheet
        open={opened === 'comfort' || opened === 'keys' ? opened : null} onClose={close}
      />
      <Sheet isOpen={opened === 'bag'} title={t('room.lineUp.title')} onClose={close}>
        <LineUp {...goods} />
      </Sheet>
      <Sheet
        isOpen={opened === 'chat'} title={t('room.chat.title')} onClose={close} foot={<SayBox />}
      >
        <ChatList isReadAloud />
      </Sheet>
      <ProductSheet card={product} onBuy={buy} onClose={() => setProduct(null)} />
      <OrdersSheet
        isOpen={opened === 'orders'} onClose={close}
        onPay={(order) => { close(); buying.pay(order) }}
      />
      <PlacesSheet isOpen={opened === 'places'} onClose={close} onLocale={onLocale} />
      <BuySheet buying={buying} onOrders={() => setOpen('orders')} />
    </>
  )
}

function RoomBar({ onGoods }: { onGoods: () => void }) {
  const { t } = useWords()
  const goodsCount = useRoom(({ room }) => room.lineUp.length)
  const isEnded = useRoom(({ room }) => room.show.state === 'ended')
  // Nobody comes on stage from a television: it has no camera.
  const isTv = useRoom(({ view }) => view === 'tv')
  return (
    <div className="room-bar on-video">
      <SayBox />
      {!isEnded && !isTv && <HandButton />}
      {!isEnded && <HeartButton />}
      <IconButton label={t('room.lineUp.title')} count={goodsCount} onPress={onGoods}>
        <BagIcon />
      </IconButton>
    </div>
  )
}
