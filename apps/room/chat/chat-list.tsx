import { useEffect, useRef } from 'react'
import type { Message } from '#stage/chat/contract'
import { Badge } from '#ui/primitives/plain.tsx'
import { useRoom } from '../context.ts'
import { useWords } from '../words.ts'

function Line({ message }: { message: Message }) {
  const { t } = useWords()
  return (
    <li className="chat-line">
      <span className="chat-name"><bdi>{message.name}</bdi></span>
      {message.isStaff && <Badge kind="good">{t('room.chat.staff')}</Badge>}
      {message.isDemo && <Badge kind="outline">{t('room.demo')}</Badge>}
      {' '}<span dir="auto">{message.text}</span>
    </li>
  )
}

const PREVIEW_LINES = 3

/** The last lines over the picture; one press opens the whole. */
export function ChatPreview({ onOpen }: { onOpen: () => void }) {
  const { t } = useWords()
  const lines = useRoom(({ room }) => room.chat.slice(-PREVIEW_LINES))
  if (lines.length === 0) return null
  return (
    <div className="chat-preview on-video">
      <ul aria-hidden="true">{lines.map((line) => <Line key={line.id} message={line} />)}</ul>
      <button type="button" className="chat-open" onClick={onOpen}>
        <span className="visually-hidden">{t('room.chat.open')}</span>
      </button>
    </div>
  )
}

/** Everything said so far. Stays at the newest line unless the reader has scrolled up. Read aloud
 *  as it comes only where somebody went to read it: beside a show it would drown the host. */
export function ChatList({ isReadAloud = false }: { isReadAloud?: boolean }) {
  const { t } = useWords()
  const lines = useRoom(({ room }) => room.chat)
  const list = useRef<HTMLDivElement>(null)
  const isEnded = useRoom(({ room }) => room.show.state === 'ended')
  const isAtEnd = useRef(true)
  useEffect(() => {
    const element = list.current
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [lines])
  return (
    <div
      // A region that scrolls must be reachable by keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
      ref={list} className="chat-list" tabIndex={0} role="log" aria-label={t('room.chat.title')}
      aria-live={isReadAloud ? 'polite' : 'off'}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
      }}
    >
      {lines.length === 0 && !isEnded && <p className="quiet">{t('room.chat.empty')}</p>}
      <ul>{lines.map((line) => <Line key={line.id} message={line} />)}</ul>
    </div>
  )
}
