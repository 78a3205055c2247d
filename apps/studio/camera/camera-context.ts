import { createContext, use, useEffect, useRef, useState, type RefObject } from 'react'
import { client } from '../house.ts'
import { useControl } from '../control/control-context.ts'
import type { Hearing } from './level.ts'
import type { Light } from './light.ts'
import { testUpload } from './upload-test.ts'
import { useCapture, type CaptureDesk } from './use-capture.ts'
import { useHearing, useHidden, useLight, useStay, useWakeLock } from './use-watch.ts'
import { useWhip, type Sender } from './use-whip.ts'
import { findWarnings, type Warning } from './warnings.ts'

export interface Upload {
  readonly state: 'unknown' | 'measuring' | 'known' | 'failed'
  readonly kbps: number
  measure(): void
}

/** What every part of the camera page needs to know. */
export interface Camera extends CaptureDesk, Sender {
  readonly video: RefObject<HTMLVideoElement | null>
  readonly isSending: boolean
  readonly hearing: Hearing
  readonly light: Light
  readonly warnings: readonly Warning[]
  readonly upload: Upload
}

export const CameraContext = createContext<Camera | null>(null)

export function useCamera(): Camera {
  const camera = use(CameraContext)
  if (!camera) throw new Error('bug: no CameraContext above')
  return camera
}

const sendTest = async (bytes: Uint8Array<ArrayBuffer>) => (await client.call(
  'POST /api/rtc/upload-test',
  { body: new Blob([bytes]), type: 'application/octet-stream' })).ok

function useUpload(isReady: boolean): Upload {
  const [known, setKnown] = useState<Omit<Upload, 'measure'>>({ state: 'unknown', kbps: 0 })
  const isBusy = useRef(false)
  const measure = () => {
    if (isBusy.current) return
    isBusy.current = true
    setKnown({ state: 'measuring', kbps: 0 })
    void testUpload(sendTest, () => performance.now()).then((kbps) => {
      isBusy.current = false
      setKnown(kbps === null ? { state: 'failed', kbps: 0 } : { state: 'known', kbps })
    })
  }
  const run = useRef(measure)
  run.current = measure
  useEffect(() => { if (isReady) run.current() }, [isReady])
  return { ...known, measure }
}

export function useCameraDesk(): Camera {
  const { show } = useControl()
  const desk = useCapture()
  const sender = useWhip(show.id, desk)
  const video = useRef<HTMLVideoElement>(null)
  const { captured, capture, choices } = desk
  const { phase } = sender.sending
  const isSending = phase === 'live' || phase === 'connecting' || phase === 'reconnecting'
  const isOn = captured.camera === 'on'
  const hearing = useHearing(capture, captured.mic === 'on')
  const light = useLight(video, isOn && captured.source === 'camera')
  const isHidden = useHidden()
  // Measured before the picture goes out: beside it, it would take the line away from the show.
  const upload = useUpload(isOn && !isSending)
  useWakeLock(isSending)
  useStay(isSending)
  const isBefore = captured.camera === 'off' || (captured.camera === 'opening' && !isSending)
  const warnings = isBefore ? [] : findWarnings({
    isSending: phase === 'live',
    // One that never came on says so in its own place.
    hasCamera: isOn || captured.source === 'screen'
      || (!isSending && captured.cameraTrouble !== 'gone'),
    hasMic: captured.mic === 'on' || captured.mic === 'opening'
      || (!isSending && captured.micTrouble !== 'gone'),
    isMuted: captured.isMuted,
    hearing, light, isHidden, isComposed: captured.isComposed, lostScreen: captured.lostScreen,
    figures: sender.figures, wantedKbps: choices.kbps,
  })
  return { ...desk, ...sender, video, isSending, hearing, light, warnings, upload }
}
