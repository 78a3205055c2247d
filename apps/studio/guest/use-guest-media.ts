import { useCallback, useEffect, useRef, useState } from 'react'
import { defaultChoices } from '../camera/choices.ts'
import { openCamera, openMic, troubleOf, type Trouble } from '../camera/devices.ts'

export interface GuestMedia {
  readonly state: 'off' | 'opening' | 'on'
  readonly video: MediaStreamTrack | null
  readonly audio: MediaStreamTrack | null
  readonly trouble: Trouble | null
  readonly isMuted: boolean
  open(): void
  setMuted(isMuted: boolean): void
}

const choices = { ...defaultChoices, shape: 'wide' } as const

/** Camera and microphone as they are: the host's page cuts the picture as it needs it. */
export function useGuestMedia(): GuestMedia {
  const [state, setState] = useState<GuestMedia['state']>('off')
  const [video, setVideo] = useState<MediaStreamTrack | null>(null)
  const [audio, setAudio] = useState<MediaStreamTrack | null>(null)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [isMuted, setMuted] = useState(false)
  const open = useRef<MediaStreamTrack[]>([])

  const start = useCallback(async () => {
    setState('opening')
    setTrouble(null)
    for (const track of open.current) track.stop()
    const [camera, mic] = await Promise.allSettled([openCamera(choices), openMic(choices)])
    const tracks = [camera, mic].flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    open.current = tracks
    const failed = [mic, camera].find((one) => one.status === 'rejected')
    setTrouble(failed ? troubleOf(failed.reason) : null)
    setVideo(camera.status === 'fulfilled' ? camera.value : null)
    setAudio(mic.status === 'fulfilled' ? mic.value : null)
    setState(tracks.length > 0 ? 'on' : 'off')
    for (const track of tracks) {
      track.addEventListener('ended', () => {
        if (open.current.includes(track)) setTrouble('gone')
      })
    }
  }, [])
  useEffect(() => { if (audio) audio.enabled = !isMuted }, [audio, isMuted])
  useEffect(() => () => { for (const track of open.current) track.stop() }, [])
  return { state, video, audio, trouble, isMuted, open: () => void start(), setMuted }
}
