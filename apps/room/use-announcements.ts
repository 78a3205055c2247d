import { useEffect, useRef } from 'react'
import { secondsLeft } from '#ui/countdown-math.ts'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { useHouse, useRoom } from './context.ts'
import { offerOn, priceTag, sellingOf, wordsOf } from './goods/goods.ts'
import { useOfferMoments } from './goods/use-goods.ts'
import type { RoomState } from './house.ts'
import { sayingsOf, type Scene } from './sayings.ts'
import { useWords, type RoomWords } from './words.ts'

function sceneOf(state: RoomState, words: RoomWords, nowMs: number): Scene {
  const { room, market, line, isOnline } = state
  const { pinned, show } = room
  const offer = pinned && offerOn(room, pinned.id, market, nowMs)
  const tag = pinned && priceTag(pinned, null, offer, market)
  return {
    line: !isOnline ? 'offline' : line === 'lost' ? 'lost' : 'well',
    show: show.state, isSaleStopped: show.saleStopped, hasPicture: show.signal !== 'lost',
    product: pinned && {
      id: pinned.id, title: wordsOf(pinned, words.locale).title,
      price: tag ? words.money(tag.amount) : '', selling: sellingOf(room, pinned, market, nowMs),
      offerId: offer?.id ?? null, left: offer?.left ?? 0,
      opensInSeconds: offer ? secondsLeft(offer.opensAtMs, nowMs) : 0,
    },
  }
}

/** Says aloud, politely, what changes by itself: the line, the show, the product and its price. */
export function useAnnouncements(): void {
  const { announce } = useVoice()
  const words = useWords()
  const { clock } = useHouse()
  const state = useRoom((all) => all)
  const moments = useOfferMoments(state.room.offer)
  const last = useRef<{ scene: Scene, words: RoomWords } | null>(null)

  useEffect(() => {
    const scene = sceneOf(state, words, clock.nowMs())
    const before = last.current
    last.current = { scene, words }
    // Another language is not news.
    if (before?.words !== words) return
    const said = sayingsOf(before.scene, scene).map(({ id, values }) => words.t(id, values))
    if (said.length > 0) announce(said.join(' '))
  }, [announce, clock, moments, state, words])
}
