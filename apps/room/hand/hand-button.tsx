import { useEffect, useState } from 'react'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { HandIcon } from '#ui/primitives/icons.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { useHouse, useRoom } from '../context.ts'
import type { Hand } from '../house.ts'
import { useWords } from '../words.ts'

const LOOK_MS = 4000
const KEY = 'silkcast.hand'

/** Only those who raised a hand ask how it stands: the others cost the house nothing. */
const wasRaised = (showId: string) => sessionStorage.getItem(KEY) === showId

function useHand() {
  const house = useHouse()
  const { toast } = useVoice()
  const { t, refusal } = useWords()
  const showId = house.boot.room.show.id
  const [hand, setHand] = useState<Hand>(() => (wasRaised(showId) ? 'up' : 'down'))
  useEffect(() => {
    if (hand !== 'up') return
    const look = async () => {
      const now = await house.readHand()
      if (now) setHand(now)
    }
    void look()
    const timer = setInterval(() => void look(), LOOK_MS)
    return () => clearInterval(timer)
  }, [house, hand])
  useEffect(() => {
    if (hand === 'down') sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, showId)
  }, [hand, showId])
  return {
    hand,
    async turn() {
      const answer = await house.setHand(hand === 'down')
      if (!answer.ok) return toast({ kind: 'bad', text: refusal(answer.refusal) })
      setHand(answer.value)
      if (answer.value === 'up') toast({ text: t('room.hand.isUp') })
    },
    async go() {
      const answer = await house.handPath()
      if (answer.ok) return location.assign(answer.value)
      return toast({ kind: 'bad', text: refusal(answer.refusal) })
    },
  }
}

/** Asks to come on stage; when the host agrees, the way there opens. */
export function HandButton() {
  const { t } = useWords()
  const isLive = useRoom(({ room }) => room.show.state === 'live')
  const { hand, turn, go } = useHand()
  const [isPutOff, setPutOff] = useState(false)
  if (!isLive) return null
  return (
    <>
      <IconButton
        label={t(hand === 'down' ? 'room.hand.raise' : 'room.hand.lower')}
        isPressed={hand !== 'down'}
        onPress={() => (hand === 'invited' ? setPutOff(false) : void turn())}
      ><HandIcon /></IconButton>
      <Sheet
        isOpen={hand === 'invited' && !isPutOff} title={t('room.hand.invited')}
        onClose={() => setPutOff(true)}
      >
        <div className="stack">
          <p>{t('room.hand.invited.text')}</p>
          <Button kind="primary" size="large" isWide onPress={() => void go()}>
            {t('room.hand.go')}
          </Button>
          <Button isWide onPress={() => setPutOff(true)}>{t('room.hand.later')}</Button>
        </div>
      </Sheet>
    </>
  )
}
