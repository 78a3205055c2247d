import type { ReactNode } from 'react'
import type { PublicShow } from '#stage/gateway/contract'
import { useRoom } from '../context.ts'
import { wordsOf } from '../goods/goods.ts'
import { useWords } from '../words.ts'

/** Before the show and after it, when there is no picture to show. */
export function Curtain({ show, children }: { show: PublicShow, children: ReactNode }) {
  const { t, dateTime, locale } = useWords()
  const cards = useRoom(({ room }) => room.lineUp.filter((card) => card.picture).slice(0, 3))
  const isBefore = show.state === 'scheduled'
  return (
    <div className="curtain">
      {cards.length > 0 && (
        <ul className="curtain-goods">
          {cards.map((card) => (
            <li key={card.id}>
              <img src={`${card.picture!.url}-320.webp`} alt={wordsOf(card, locale).title} />
            </li>
          ))}
        </ul>
      )}
      <h2>{t(isBefore ? 'room.before.title' : 'room.after.title')}</h2>
      {children}
      <p>{isBefore
        ? t('room.before.when', { when: dateTime(show.startsAtMs) }) : t('room.after.noReplay')}</p>
    </div>
  )
}
