import { useEffect, useRef, useState, type SyntheticEvent } from 'react'
import type { Message } from '#stage/chat/contract'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { MuteIcon, SendIcon, TrashIcon } from '#ui/primitives/icons.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { Panel } from '#ui/patterns/workbench.tsx'
import { client, useAct } from '../house.ts'
import { useWords } from '../words.ts'
import { useControl } from './control-context.ts'

interface Muted { readonly personId: string, readonly name: string }

function useModeration() {
  const { t } = useWords()
  const { toast } = useVoice()
  const { show } = useControl()
  const [muted, setMuted] = useState<readonly Muted[]>([])
  const setMute = useAct(({ person, isMuted }: { person: Muted, isMuted: boolean }) =>
    client.call('PUT /api/shows/:showId/muted/:personId', {
      params: { showId: show.id, personId: person.personId }, body: { muted: isMuted },
    }), (_done, { person, isMuted }) => {
    const others = (list: readonly Muted[]) =>
      list.filter((one) => one.personId !== person.personId)
    setMuted((before) => (isMuted ? [...others(before), person] : others(before)))
    if (!isMuted) return toast({ text: t('studio.chat.unmuted', { name: person.name }) })
    toast({
      text: t('studio.chat.muted', { name: person.name }), showMs: 10_000,
      action: {
        label: t('studio.undo'), onPress: () => setMute.mutate({ person, isMuted: false }),
      },
    })
  })
  const remove = useAct((messageId: string) => client.call(
    'DELETE /api/shows/:showId/chat/:messageId', { params: { showId: show.id, messageId } }))
  return { muted, setMute: setMute.mutate, remove: remove.mutate }
}

type Moderation = ReturnType<typeof useModeration>

function Line({ message, moderation }: { message: Message, moderation: Moderation | null }) {
  const { t, time } = useWords()
  const { name, personId } = message
  return (
    <li className="chat-line">
      <div>
        <p className="chat-name">
          <bdi>{name}</bdi>
          {message.isStaff && <Badge kind="good">{t('studio.chat.staff')}</Badge>}
          {message.isDemo && <Badge kind="outline">{t('studio.demo')}</Badge>}
          <time className="quiet small">{time(message.atMs)}</time>
        </p>
        <p className="chat-text" dir="auto">{message.text}</p>
      </div>
      {moderation && !message.isStaff && (
        <span className="chat-acts">
          <IconButton
            label={t('studio.chat.remove', { name })} onPress={() => moderation.remove(message.id)}
          >
            <TrashIcon size={18} />
          </IconButton>
          <IconButton
            label={t('studio.chat.mute', { name })}
            onPress={() => moderation.setMute({ person: { personId, name }, isMuted: true })}
          ><MuteIcon size={18} /></IconButton>
        </span>
      )}
    </li>
  )
}

function Say() {
  const words = useWords()
  const { toast } = useVoice()
  const { live } = useControl()
  const [text, setText] = useState('')
  const send = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (text.trim() === '') return
    const answer = await live.say(text)
    if (answer.ok) setText('')
    else toast({ kind: 'bad', text: words.refusal(answer.refusal) })
  }
  return (
    <form className="chat-say" onSubmit={(event) => void send(event)}>
      <input
        id="chat-say" className="input" dir="auto" value={text} maxLength={280} autoComplete="off"
        aria-label={words.t('studio.chat.say')} placeholder={words.t('studio.chat.say')}
        onChange={(event) => setText(event.target.value)}
      />
      <IconButton
        type="submit" label={words.t('studio.chat.send')}
      ><SendIcon size={20} /></IconButton>
    </form>
  )
}

/** Stays at the newest line unless somebody is reading further up. */
function useFollow(last: string | undefined) {
  const list = useRef<HTMLOListElement>(null)
  const follows = useRef(true)
  useEffect(() => {
    const element = list.current
    if (element && follows.current) element.scrollTop = element.scrollHeight
  }, [last])
  useEffect(() => {
    const element = list.current
    if (!element) return
    // A notice that comes up makes the list shorter: the newest line stays in view.
    const watch = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight
    })
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  const onScroll = () => {
    const element = list.current
    if (!element) return
    follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40
  }
  return { list, onScroll }
}

export function ChatPanel() {
  const { t } = useWords()
  const { live, show, canModerate } = useControl()
  const chat = live.state.room?.chat ?? []
  const moderation = useModeration()
  const { list, onScroll } = useFollow(chat.at(-1)?.id)
  return (
    <div className="fills chat-panel">
      <Panel title={t('studio.chat')} isBare>
        {moderation.muted.length > 0 && (
          <ul className="muted" aria-label={t('studio.chat.muted_list')}>
            {moderation.muted.map((person) => (
              <li key={person.personId}>
                <bdi>{person.name}</bdi>
                <Button kind="link" onPress={() => moderation.setMute({ person, isMuted: false })}>
                  {t('studio.chat.unmute')}
                </Button>
              </li>
            ))}
          </ul>
        )}
        <ol ref={list} className="chat" onScroll={onScroll}>
          {chat.map((message) => (
            <Line key={message.id} message={message} moderation={canModerate ? moderation : null} />
          ))}
          {chat.length === 0 && <li className="panel-none quiet">{t('studio.chat.none')}</li>}
        </ol>
        {show.state !== 'ended' && <Say />}
      </Panel>
    </div>
  )
}
