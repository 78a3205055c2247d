import { lazy, Suspense, useEffect, useState, type RefObject } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { Countdown } from '#ui/primitives/figures.tsx'
import { OfflineIcon, PlayIcon, SoundOnIcon } from '#ui/primitives/icons.tsx'
import { useHouse, useRoom } from '../context.ts'
import { useWords } from '../words.ts'
import { Curtain } from './curtain.tsx'
import { SoundOnly } from './sound-only.tsx'
import { usePlayer } from './use-player.ts'

/** Who comes to a live show does not wait for it. */
const Replay = lazy(async () => ({ default: (await import('../replay/replay.tsx')).Replay }))

/** What lies over the picture when it is not simply playing; the first that holds. */
type Veil = 'offline' | 'lost' | 'back-soon' | 'reconnecting' | 'starting' | 'broken' | null

function useVeil(picture: string, source: string | null, transport: string): Veil {
  const line = useRoom((state) => state.line)
  const isOnline = useRoom((state) => state.isOnline)
  const signal = useRoom(({ room }) => room.show.signal)
  if (!isOnline) return 'offline'
  if (line === 'broken') return 'broken'
  if (line === 'lost') return 'reconnecting'
  if (!source || picture === 'blocked') return null
  if (source !== 'live') return picture === 'playing' ? null : 'starting'
  // What a player of HLS plays without a signal is the last second, again and again.
  const isEcho = signal === 'lost' && transport === 'hls'
  if (picture === 'playing' && !isEcho) return null
  return signal === 'lost' || picture === 'troubled' ? 'back-soon' : 'starting'
}

function VeilMessage({ veil }: { veil: Veil }) {
  const { t } = useWords()
  if (!veil) return null
  // Said aloud by useAnnouncements: here it is only shown.
  if (veil === 'starting') {
    return <p className="veil"><span className="spinner" />{t('room.stage.starting')}</p>
  }
  const text = veil === 'offline' ? t('room.stage.offline')
    : veil === 'back-soon' ? t('room.stage.backSoon')
    : veil === 'broken' ? t('refusal.stage.gateway.protocol_old') : t('room.stage.reconnecting')
  return (
    <div className="veil">
      {veil === 'offline' ? <OfflineIcon /> : <span className="spinner" aria-hidden="true" />}
      <p>{text}</p>
      {veil === 'broken'
        && <Button onPress={() => location.reload()}>{t('room.stage.reload')}</Button>}
    </div>
  )
}

/** Tall or wide: the page is laid out around it. */
function useShape(video: RefObject<HTMLVideoElement | null>, onShape: (isWide: boolean) => void) {
  useEffect(() => {
    const element = video.current
    if (!element) return
    const tell = () => element.videoWidth > 0 && onShape(element.videoWidth > element.videoHeight)
    element.addEventListener('resize', tell)
    tell()
    return () => element.removeEventListener('resize', tell)
  }, [video, onShape])
}

export interface StageProps {
  readonly hasSound: boolean
  readonly onSound: (hasSound: boolean) => void
  readonly onShape: (isWide: boolean) => void
}

export function Stage({ hasSound, onSound, onShape }: StageProps) {
  const { t } = useWords()
  const { clock } = useHouse()
  const { video, slow, fast, still, picture, source, saving, transport } = usePlayer()
  const veil = useVeil(picture, source, transport)
  const [isBlocked, setBlocked] = useState(false)
  const show = useRoom(({ room }) => room.show)
  const isTv = useRoom(({ view }) => view === 'tv')
  const backdrop = useRoom(({ room }) => (room.pinned ?? room.lineUp[0])?.picture?.url)
  useShape(video, onShape)

  useEffect(() => setBlocked(picture === 'blocked'), [picture])
  useEffect(() => {
    if (video.current) video.current.muted = !hasSound
  }, [hasSound, video])

  const play = () => {
    void video.current?.play()
    setBlocked(false)
  }
  return (
    <section
      className="stage on-video" aria-label={t('room.stage.title')} data-veil={veil ?? undefined}
    >
      {backdrop && <img className="stage-backdrop" src={`${backdrop}-320.webp`} alt="" />}
      {([[slow, 'hls'], [fast, 'whep']] as const).map(([element, way]) => (
        <video
          key={way} ref={element} className="stage-video" muted playsInline
          data-playing={transport === way || undefined}
          aria-label={t('room.stage.video', { title: show.title })}
          // Without a source readers would hear that it cannot be played.
          aria-hidden={source === null || transport !== way || undefined}
        />
      ))}
      <canvas ref={still} className="stage-video" hidden aria-hidden="true" />
      {source === null && (
        <Curtain show={show}>
          {show.state === 'scheduled' && (
            <p className="curtain-clock">
              <Countdown untilMs={show.startsAtMs} now={clock.nowMs} />
            </p>
          )}
        </Curtain>
      )}
      <VeilMessage veil={veil} />
      {picture === 'playing' && !veil && <SoundOnly video={video} saving={saving} />}
      {isBlocked && (
        <button type="button" className="stage-pill" onClick={play}>
          <PlayIcon size={20} filled />{t('room.stage.play')}
        </button>
      )}
      {source && picture === 'playing' && !hasSound && (
        <button
          type="button" className="stage-pill" data-sound onClick={() => onSound(true)}
        >
          <SoundOnIcon size={20} />{t(isTv ? 'room.sound.on' : 'room.sound.tap')}
        </button>
      )}
      {source === 'replay' && <Suspense><Replay video={video} /></Suspense>}
    </section>
  )
}
