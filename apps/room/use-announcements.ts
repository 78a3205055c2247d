import { useEffect, useRef } from 'react'
import { secondsLeft } from '#ui/countdown-math.ts'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { useHouse, useRoom } from './context.ts'
import { offerOn, priceTag, wordsOf } from './goods/goods.ts'
import { useOfferMoments } from './goods/use-goods.ts'
import { useWords } from './words.ts'

/** Says aloud, politely, what changes by itself: the product, the offer and its end, the show. */
export function useAnnouncements(): void {
  const { announce } = useVoice()
  const words = useWords()
  const { clock } = useHouse()
  const room = useRoom((state) => state.room)
  const market = useRoom((state) => state.market)
  const { pinned, offer, show } = room
  useOfferMoments(offer)
  const isSoon = offer !== null && clock.nowMs() < offer.opensAtMs
  const key = [pinned?.id, offer?.id, offer?.state, isSoon, show.state, show.saleStopped, market]
    .join(' ')
  const last = useRef({ key, hadOffer: offer?.state === 'open' })

  useEffect(() => {
    if (last.current.key === key) return
    const { hadOffer } = last.current
    last.current = { key, hadOffer: offer?.state === 'open' }
    if (show.saleStopped) return announce(words.t('room.goods.saleStopped'))
    if (show.state === 'ended') return announce(words.t('room.after.title'))
    if (!pinned) return
    const open = offerOn(room, pinned.id, market, clock.nowMs())
    const tag = priceTag(pinned, null, open, market)
    const { title } = wordsOf(pinned, words.locale)
    const price = tag ? words.money(tag.amount) : ''
    if (open && tag && isSoon) {
      const seconds = secondsLeft(open.opensAtMs, clock.nowMs())
      return announce(words.t('room.say.offerSoon', { title, price, seconds }))
    }
    if (open && tag) return announce(words.t('room.say.offer', { title, price, left: open.left }))
    if (hadOffer) return announce(words.t('room.say.offerOver', { title }))
    announce(words.t('room.say.pinned', { title, price }))
  }, [announce, clock, isSoon, key, market, offer, pinned, room, show, words])
}
