import { useEffect, useRef, useState } from 'react'
import { defaultChoices } from '../camera/choices.ts'
import { listDevices, openMic, troubleOf, type Trouble } from '../camera/devices.ts'
import { startSending, type Sending } from '../camera/sending.ts'
import { lookEveryMs, makeSound, type Heard, type Sound } from '../camera/sound.ts'
import { readIceServers, readKey } from '../camera/use-whip.ts'
import { hostLinePath } from '../camera/whip-door.ts'
import { makeWhip } from '../camera/whip.ts'
import { queries, refusalOf } from '../house.ts'

export interface VoiceLine {
  readonly isOn: boolean
  readonly sending: Sending
  readonly heard: Heard
  readonly trouble: Trouble | null
  readonly mics: readonly MediaDeviceInfo[]
  readonly micId: string
  start(): void
  stop(): void
  chooseMic(micId: string): void
}

const KEY = 'silkcast.studio.voice'
const silence: Heard = { bar: 0, hearing: 'good' }

/** Opens the microphone for as long as it is wanted, and another one when it is chosen. */
function useMic(
  sound: Sound | null, micId: string, fail: (trouble: Trouble) => void,
): readonly MediaDeviceInfo[] {
  const [mics, setMics] = useState<readonly MediaDeviceInfo[]>([])
  useEffect(() => {
    if (!sound) return
    let track: MediaStreamTrack | null = null
    let isGone = false
    const open = async () => {
      const opened = await openMic({ ...defaultChoices, micId })
      if (isGone) return opened.stop()
      track = opened
      sound.setMic(opened)
      opened.addEventListener('ended', () => fail('gone'))
      setMics((await listDevices()).mics)
    }
    open().catch((error: unknown) => { if (!isGone) fail(troubleOf(error)) })
    return () => {
      isGone = true
      sound.setMic(null)
      track?.stop()
    }
  }, [sound, micId, fail])
  return mics
}

/** The host's voice for guests alone, while an encoder sends the show. */
export function useVoiceLine(showId: string): VoiceLine {
  const [sound, setSound] = useState<Sound | null>(null)
  const [sending, setSending] = useState<Sending>(startSending)
  const [heard, setHeard] = useState<Heard>(silence)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [micId, setMicId] = useState(() => localStorage.getItem(KEY)?.slice(0, 300) ?? '')
  const fail = useRef((found: Trouble) => {
    setTrouble(found)
    setSound(null)
  }).current
  const mics = useMic(sound, micId, fail)
  useEffect(() => {
    if (!sound) return
    const whip = makeWhip({
      readKey: () => readKey(showId), readIceServers, path: hostLinePath, isSoundOnly: true,
      codeOfError: (error) => refusalOf(error).code,
      tell(state) {
        setSending(state)
        // A key that was changed meanwhile is read anew.
        if (state.code !== 'stage.show.key_unknown') return
        queries.removeQueries({ queryKey: ['ingest', showId] })
      },
    })
    whip.setAudio(sound.ownTrack)
    whip.publish()
    const listening = setInterval(() => setHeard(sound.heard), lookEveryMs)
    const leave = () => whip.leave()
    addEventListener('pagehide', leave)
    return () => {
      removeEventListener('pagehide', leave)
      clearInterval(listening)
      leave()
      sound.close()
      setSending(startSending)
      setHeard(silence)
    }
  }, [showId, sound])
  return {
    isOn: sound !== null, sending, heard, trouble, mics, micId,
    start() {
      setTrouble(null)
      const made = makeSound()
      made.wake()
      setSound(made)
    },
    stop: () => setSound(null),
    chooseMic(chosen) {
      localStorage.setItem(KEY, chosen)
      setMicId(chosen)
    },
  }
}
