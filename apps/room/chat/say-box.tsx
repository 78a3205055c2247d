import { useId, useState, type FormEvent } from 'react'
import { IconButton } from '#ui/primitives/button.tsx'
import { SendIcon } from '#ui/primitives/icons.tsx'
import { useHouse, useRoom } from '../context.ts'
import { useWords } from '../words.ts'

/** As in the contract of chat; the server has the last word. */
const TEXT_LENGTH = 280

export function SayBox() {
  const { t, refusal } = useWords()
  const house = useHouse()
  const id = useId()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [isSending, setSending] = useState(false)
  const isMuted = useRoom((state) => state.isMuted)
  const isEnded = useRoom(({ room }) => room.show.state === 'ended')
  if (isEnded) return <p className="say-closed quiet small">{t('room.chat.closed')}</p>

  const send = async (event: FormEvent) => {
    event.preventDefault()
    if (!text.trim() || isSending) return
    setSending(true)
    const answer = await house.say(text)
    setSending(false)
    if (answer.ok) setText('')
    setProblem(answer.ok ? null : refusal(answer.refusal))
  }
  return (
    <form className="say" onSubmit={(event) => void send(event)}>
      <label className="visually-hidden" htmlFor={id}>{t('room.chat.say')}</label>
      <input
        id={id} className="say-input" value={text} maxLength={TEXT_LENGTH} enterKeyHint="send"
        autoComplete="off" dir="auto" disabled={isMuted}
        placeholder={t(isMuted ? 'room.chat.muted' : 'room.chat.say')}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onChange={(event) => {
          setText(event.target.value)
          setProblem(null)
        }}
      />
      {text.trim() !== '' && (
        <IconButton type="submit" label={t('room.chat.send')} isDisabled={isSending}>
          <span className="mirrored"><SendIcon size={20} /></span>
        </IconButton>
      )}
      {problem && <p id={`${id}-problem`} className="say-problem small" role="alert">{problem}</p>}
    </form>
  )
}
