import type { ReactNode } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { BagIcon, ChatIcon, GlobeIcon, HeartIcon, ReceiptIcon, ViewIcon,
} from '#ui/primitives/icons.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { useHouse, useRoom } from '../context.ts'
import type { Opened } from '../opened.ts'
import { useWords, type WordId } from '../words.ts'
import { ScreenButtons } from './comfort-sheet.tsx'

const LINES: readonly (readonly [Opened, WordId, ReactNode])[] = [
  ['bag', 'room.lineUp.title', <BagIcon key="bag" />],
  ['chat', 'room.chat.title', <ChatIcon key="chat" />],
  ['orders', 'room.orders.title', <ReceiptIcon key="orders" />],
  ['places', 'room.places.title', <GlobeIcon key="places" />],
  ['comfort', 'room.comfort.title', <ViewIcon key="comfort" />],
]

/** Silver mode: everything that is not one of the three buttons, in words, one tap away. */
export function MoreSheet({ isOpen, onClose, onOpen }: {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onOpen: (what: Opened) => void
}) {
  const { t } = useWords()
  const house = useHouse()
  const isLive = useRoom(({ room }) => room.show.state === 'live')
  return (
    <Sheet isOpen={isOpen} title={t('room.more.title')} onClose={onClose}>
      <div className="more">
        {LINES.map(([what, word, icon]) => (
          <Button key={what} isWide onPress={() => onOpen(what)}>{icon}{t(word)}</Button>
        ))}
        {isLive && (
          <Button isWide onPress={house.react}><HeartIcon />{t('room.react.heart')}</Button>
        )}
        <ScreenButtons isWide />
      </div>
    </Sheet>
  )
}
