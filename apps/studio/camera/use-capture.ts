import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { makeCapture, startCaptured, type Capture, type Captured } from './capture.ts'
import { loadChoices, saveChoices, type Choices } from './choices.ts'
import { isAllowedAlready, listDevices, type Devices } from './devices.ts'

export interface CaptureDesk {
  readonly captured: Captured
  readonly choices: Choices
  readonly devices: Devices
  /** For what is looked at many times a second: the meter. */
  readonly capture: Capture | null
  choose(change: Partial<Choices>): void
  /** Asks for camera and microphone. */
  open(): void
}

const turnMs = 500

/** Camera, microphone and screen for as long as the page is open. */
export function useCapture(): CaptureDesk {
  const [captured, setCaptured] = useState<Captured>(startCaptured)
  const [choices, setChoices] = useState(loadChoices)
  const [devices, setDevices] = useState<Devices>({ cameras: [], mics: [] })
  const [capture, setCapture] = useState<Capture | null>(null)
  const first = useRef(choices)

  useEffect(() => {
    const made = makeCapture(first.current, setCaptured)
    let isGone = false
    const list = () => void listDevices().then((found) => { if (!isGone) setDevices(found) })
    const onPlug = () => {
      list()
      made.look()
    }
    // Sound begins with the first press, whatever it was meant for.
    const onPress = () => made.sound.wake()
    const turning = matchMedia('(orientation: portrait)')
    // The camera needs a moment to turn its picture.
    const onTurn = () => void setTimeout(() => made.refit(), turnMs)
    turning.addEventListener('change', onTurn)
    navigator.mediaDevices.addEventListener('devicechange', onPlug)
    addEventListener('pointerdown', onPress)
    addEventListener('keydown', onPress)
    void isAllowedAlready().then((isAllowed) => { if (isAllowed && !isGone) void made.open() })
    setCapture(made)
    list()
    return () => {
      isGone = true
      turning.removeEventListener('change', onTurn)
      navigator.mediaDevices.removeEventListener('devicechange', onPlug)
      removeEventListener('pointerdown', onPress)
      removeEventListener('keydown', onPress)
      made.close()
    }
  }, [])

  // Names of devices are told only once one of them is open.
  const hasOne = captured.camera === 'on' || captured.mic === 'on'
  useEffect(() => { if (hasOne) void listDevices().then(setDevices) }, [hasOne])

  const choose = useCallback((change: Partial<Choices>) =>
    setChoices((before) => ({ ...before, ...change })), [])
  useEffect(() => {
    saveChoices(choices)
    capture?.choose(choices)
  }, [capture, choices])
  const open = useCallback(() => void capture?.open(), [capture])
  return useMemo(
    () => ({ captured, choices, devices, capture, choose, open }),
    [captured, choices, devices, capture, choose, open])
}
