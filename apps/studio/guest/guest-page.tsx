import { useEffect, useMemo, useRef, useState, type SyntheticEvent } from 'react'
import { HOST, type MyPlace } from '#stage/backstage/contract'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { TextField } from '#ui/primitives/fields.tsx'
import { HoldButton } from '#ui/primitives/hold-button.tsx'
import { VideoIcon } from '#ui/primitives/icons.tsx'
import { Spinner } from '#ui/primitives/plain.tsx'
import { EmptyState, Notice } from '#ui/patterns/messages.tsx'
import { MicIcon, MicOffIcon } from '../camera/icons.tsx'
import { useStay, useWakeLock } from '../camera/use-watch.ts'
import { readIceServers } from '../camera/use-whip.ts'
import { openLine, showPath } from '../stage/line.ts'
import { useLines } from '../stage/use-lines.ts'
import { useWords } from '../words.ts'
import { readToken } from './guest-key.ts'
import { useGuest, useSendGuest, type GuestDesk } from './use-guest.ts'
import { useGuestMedia, type GuestMedia } from './use-guest-media.ts'

/** A picture of our own, as in a mirror. */
function OwnPicture({ media }: { media: GuestMedia }) {
  const { t } = useWords()
  const element = useRef<HTMLVideoElement>(null)
  const { video, state, trouble, open } = media
  useEffect(() => {
    if (!element.current) return
    element.current.srcObject = video ? new MediaStream([video]) : null
    if (video) void element.current.play().catch(() => {})
  }, [video])
  return (
    <div className="guest-own on-video">
      <video ref={element} muted playsInline data-mirrored aria-label={t('studio.guest.you')} />
      {!video && (
        <div className="preview-out">
          {state === 'opening' ? <Spinner label={t('studio.camera.opening')} /> : (
            <>
              <VideoIcon size={40} />
              {trouble && <p className="camera-trouble">{t(`studio.camera.trouble.${trouble}`)}</p>}
              <Button kind="primary" size="large" onPress={open}>{t('studio.camera.start')}</Button>
            </>
          )}
        </div>
      )}
    </div>
  )
}

function MuteOwn({ media }: { media: GuestMedia }) {
  const { t } = useWords()
  return (
    <IconButton
      label={t(media.isMuted ? 'studio.camera.unmute' : 'studio.camera.mute')}
      isPressed={media.isMuted} onPress={() => media.setMuted(!media.isMuted)}
    >{media.isMuted ? <MicOffIcon size={26} /> : <MicIcon size={26} />}</IconButton>
  )
}

function Door({ title, media, desk }: { title: string, media: GuestMedia, desk: GuestDesk }) {
  const words = useWords()
  const { t, locale } = words
  const [name, setName] = useState('')
  const [isBusy, setBusy] = useState(false)
  const isReady = media.state === 'on' && name.trim() !== ''
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!isReady || isBusy) return
    setBusy(true)
    await desk.enter(name.trim(), locale)
    setBusy(false)
  }
  return (
    <form className="guest-door" onSubmit={(event) => void submit(event)} noValidate>
      <h1>{t('studio.guest.title')}</h1>
      <p className="guest-show" dir="auto">{title}</p>
      <OwnPicture media={media} />
      <p className="quiet">{t('studio.guest.before')}</p>
      {desk.refusal && <Notice kind="bad" isUrgent>{words.refusal(desk.refusal)}</Notice>}
      <TextField
        label={t('studio.guest.name')} hint={t('studio.guest.name.hint')} value={name}
        onChange={setName} maxLength={40} dir="auto" autoComplete="name" isRequired
      />
      <Button
        type="submit" kind="primary" size="large" isWide isDisabled={!isReady} isBusy={isBusy}
      >{t('studio.guest.enter')}</Button>
    </form>
  )
}

/** What viewers see, without the delay of a player, silent: voices come by their own lines. */
function Programme({ showId, guestKey }: { showId: string, guestKey: string }) {
  const { t } = useWords()
  const element = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    let line: ReturnType<typeof openLine> | null = null
    let isGone = false
    void readIceServers().then((iceServers) => {
      if (isGone) return
      line = openLine({
        path: showPath(showId), key: guestKey, iceServers,
        onStream(stream) {
          if (!element.current) return
          element.current.srcObject = stream
          if (stream) void element.current.play().catch(() => {})
        },
      })
    }, () => {})
    return () => {
      isGone = true
      line?.close()
    }
  }, [showId, guestKey])
  return (
    <video
      ref={element} className="guest-programme" muted playsInline
      aria-label={t('studio.guest.programme')}
    />
  )
}

/** Everybody on stage but the guest: nobody hears themselves. */
function Voices({ place, guestKey }: { place: MyPlace, guestKey: string }) {
  const { others, showId } = place
  const names = others.map(({ id }) => id).join(' ')
  const who = useMemo(() => [HOST, ...names === '' ? [] : names.split(' ')], [names])
  const streams = useLines({
    showId, who, keyOf: async () => guestKey, iceServersOf: readIceServers,
  })
  return <>{[...streams].map(([id, stream]) => <Voice key={id} stream={stream} />)}</>
}

function Voice({ stream }: { stream: MediaStream }) {
  const element = useRef<HTMLAudioElement>(null)
  useEffect(() => {
    if (!element.current) return
    element.current.srcObject = stream
    void element.current.play().catch(() => {})
  }, [stream])
  return <audio ref={element} />
}

function Muted({ place, desk }: { place: MyPlace, desk: GuestDesk }) {
  const { t } = useWords()
  if (place.mute === 'open') return null
  return (
    <div className="guest-note" role="status">
      <p>{t(place.mute === 'muted' ? 'studio.guest.muted' : 'studio.guest.asked')}</p>
      {place.mute === 'asked' && (
        <Button kind="primary" size="large" onPress={desk.speak}>{t('studio.guest.speak')}</Button>
      )}
    </div>
  )
}

function Inside({ place, guestKey, media, desk }: {
  place: MyPlace, guestKey: string, media: GuestMedia, desk: GuestDesk
}) {
  const { t } = useWords()
  const sending = useSendGuest(guestKey, media)
  const isOnStage = place.state === 'on_stage'
  useWakeLock(true)
  useStay(isOnStage)
  return (
    <div className="guest-inside" data-state={place.state}>
      {isOnStage && <Programme showId={place.showId} guestKey={guestKey} />}
      {isOnStage && <Voices place={place} guestKey={guestKey} />}
      <div className="guest-head" role="status">
        <p className="guest-state">
          {t(isOnStage ? 'studio.guest.on_stage' : 'studio.guest.waiting')}
        </p>
        <p>{t(isOnStage ? 'studio.guest.on_stage.text' : 'studio.guest.waiting.text')}</p>
        {media.state === 'on' && sending.phase === 'reconnecting' && (
          <p>{t('studio.guest.reconnecting')}</p>
        )}
      </div>
      <OwnPicture media={media} />
      <div className="guest-foot">
        <Muted place={place} desk={desk} />
        <div className="guest-acts">
          <MuteOwn media={media} />
          <HoldButton onConfirm={desk.leave}>{t('studio.guest.leave')}</HoldButton>
        </div>
      </div>
    </div>
  )
}

const ends = ['left', 'removed', 'over'] as const

/** Where an invitation leads: a look at oneself, the waiting room, the stage. */
export function GuestPage() {
  const words = useWords()
  const { t } = words
  const [token] = useState(readToken)
  const desk = useGuest(token)
  const media = useGuestMedia()
  const { way } = desk
  const end = way.is === 'inside' ? ends.find((one) => one === way.place.state) : undefined
  if (way.is === 'looking') {
    return <main className="guest"><Spinner label={t('studio.loading')} /></main>
  }
  if (way.is === 'out') {
    return (
      <main className="guest">
        <EmptyState title={t('studio.guest.out')} text={words.refusal(way.refusal)} />
      </main>
    )
  }
  if (end) {
    return (
      <main className="guest">
        <EmptyState
          title={t(`studio.guest.${end}`)} text={t(`studio.guest.${end}.text`)}
          action={way.is === 'inside' && way.place.slug !== '' && (
            <a className="button" data-kind="primary" href={`/s/${way.place.slug}`}>
              {t('studio.guest.watch')}
            </a>
          )}
        />
      </main>
    )
  }
  if (!isSecureContext || !navigator.mediaDevices) {
    return (
      <main className="guest">
        <EmptyState title={t('studio.phone.insecure')} text={t('studio.guest.insecure')} />
      </main>
    )
  }
  return (
    <main className="guest">
      {way.is === 'door' ? <Door title={way.title} media={media} desk={desk} />
        : <Inside place={way.place} guestKey={way.key} media={media} desk={desk} />}
    </main>
  )
}
