import { useEffect, useState, type RefObject } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { SoundOnIcon } from '#ui/primitives/icons.tsx'
import { useHouse } from '../context.ts'
import type { Saving } from '../view/comfort.ts'
import { useWords } from '../words.ts'

const EVENTS = ['loadeddata', 'resize', 'renditionchange'] as const

/** Sound only was asked for, or is all that the line carries now: a word over the backdrop instead
 *  of a black box. */
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
    const tell = () => {
      setPicture(element.videoWidth > 0 && element.dataset['rendition'] !== 'audio')
    }
    tell()
    for (const name of EVENTS) element.addEventListener(name, tell)
    return () => { for (const name of EVENTS) element.removeEventListener(name, tell) }
  }, [video])
  if (hasPicture) return null
  if (saving !== 'sound') {
    return (
      <div className="veil" role="status"><SoundOnIcon /><p>{t('room.data.poorLine')}</p></div>
    )
  }
  return (
    <div className="veil">
      <SoundOnIcon /><p>{t('room.data.soundOnly')}</p>
      <Button onPress={() => house.setComfort({ dataSaver: 'on' })}>
        {t('room.data.picture')}
      </Button>
    </div>
  )
}
