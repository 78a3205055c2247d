import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { SoundOffIcon, SoundOnIcon, VideoIcon } from '#ui/primitives/icons.tsx'
import { useWords } from '../words.ts'
import { useControl } from './control-context.ts'
import type { Picture, Playing } from './player.ts'
import { setSeen } from './seen.ts'

function usePicture(showId: string, isWanted: boolean) {
  const video = useRef<HTMLVideoElement>(null)
  const [picture, setPicture] = useState<Picture>('waiting')
  useEffect(() => {
    const element = video.current
    if (!element || !isWanted) return
    let playing: Playing | null = null
    let isGone = false
    void import('./player.ts').then(({ playLive }) => {
      if (isGone) return
      playing = playLive(element, `/media/${showId}/live.m3u8`, setPicture)
      setSeen(playing.seenMs)
    })
    return () => {
      isGone = true
      playing?.stop()
      setSeen(null)
      setPicture('waiting')
    }
  }, [showId, isWanted])
  return { video, picture }
}

/** The picture as viewers get it, through the same door. */
export function Programme({ hasSetUp = true }: { hasSetUp?: boolean }) {
  const { t } = useWords()
  const { show, canRun, openSetup } = useControl()
  const isWanted = show.state !== 'ended' && show.signal !== 'none'
  const { video, picture } = usePicture(show.id, isWanted)
  const [isMuted, setMuted] = useState(true)
  const isOut = !isWanted || picture !== 'playing' || show.signal === 'lost'
  const sentence = show.state === 'ended' ? 'studio.picture.ended'
    : show.signal === 'none' ? 'studio.picture.none'
    : show.signal === 'lost' ? 'studio.picture.lost' : 'studio.picture.loading'
  return (
    <section className="programme on-video" aria-label={t('studio.picture')}>
      <video ref={video} muted={isMuted} playsInline aria-label={t('studio.picture')} />
      {isOut && (
        <div className="programme-out">
          <VideoIcon size={32} />
          <p>{t(sentence)}</p>
          {show.state === 'ended' && show.hasRecording && (
            <Link
              className="button" data-kind="plain" to="/studio/shows/$showId/replay"
              params={{ showId: show.id }}
            >{t('studio.replay')}</Link>
          )}
          {hasSetUp && canRun && show.state !== 'ended' && show.signal !== 'receiving' && (
            <Button onPress={openSetup}>{t('studio.setup.open')}</Button>
          )}
        </div>
      )}
      {!isOut && (
        <span className="programme-sound">
          <IconButton
            label={t(isMuted ? 'studio.sound_on' : 'studio.sound_off')}
            onPress={() => setMuted(!isMuted)}
          >{isMuted ? <SoundOffIcon /> : <SoundOnIcon />}</IconButton>
        </span>
      )}
    </section>
  )
}
