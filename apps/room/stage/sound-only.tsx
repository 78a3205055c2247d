import { useEffect, useState, type RefObject } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { SoundOnIcon } from '#ui/primitives/icons.tsx'
import { useHouse } from '../context.ts'
import type { Saving } from '../view/comfort.ts'
import { useWords } from '../words.ts'

const EVENTS = ['loadeddata', 'resize'] as const

/** Sound only was asked for, and came: a word over the backdrop instead of a black box. */
export function SoundOnly({ video, saving }: {
  readonly video: RefObject<HTMLVideoElement | null>
  readonly saving: Saving
}) {
  const { t } = useWords()
  const house = useHouse()
  const [hasPicture, setPicture] = useState(true)
  useEffect(() => {
    const element = video.current
    if (!element) return
    const tell = () => setPicture(element.videoWidth > 0)
    tell()
    for (const name of EVENTS) element.addEventListener(name, tell)
    return () => { for (const name of EVENTS) element.removeEventListener(name, tell) }
  }, [video])
  if (saving !== 'sound' || hasPicture) return null
  return (
    <div className="veil">
      <SoundOnIcon /><p>{t('room.data.soundOnly')}</p>
      <Button onPress={() => house.setComfort({ dataSaver: 'on' })}>
        {t('room.data.picture')}
      </Button>
    </div>
  )
}
