import { useEffect, useRef, useState, type RefObject } from 'react'
import type { Capture } from './capture.ts'
import type { Hearing } from './level.ts'
import { judgeLight, type Light } from './light.ts'
import { lookEveryMs, type Heard } from './sound.ts'

/** The screen stays on while a picture goes out. Given back by the browser when the page is hidden,
 *  so it is asked for again. */
export function useWakeLock(isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted || !('wakeLock' in navigator)) return
    let lock: WakeLockSentinel | null = null
    let isOver = false
    const ask = () => {
      if (document.hidden) return
      // Refused when the battery is low: the phone then sleeps as it always does.
      void navigator.wakeLock.request('screen').then((given) => {
        if (isOver) void given.release()
        else lock = given
      }, () => {})
    }
    ask()
    document.addEventListener('visibilitychange', ask)
    return () => {
      isOver = true
      document.removeEventListener('visibilitychange', ask)
      void lock?.release()
    }
  }, [isWanted])
}

/** Whether the page was hidden, and still is or was a moment ago. */
export function useHidden(): boolean {
  const [isHidden, setHidden] = useState(document.hidden)
  useEffect(() => {
    const look = () => setHidden(document.hidden)
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return isHidden
}

/** Closing the page would end the picture for everybody: the browser asks first. */
export function useStay(isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isWanted])
}

/** The meter, ten times a second: only where it is drawn. */
export function useHeard(capture: Capture | null): Heard {
  const [heard, setHeard] = useState<Heard>({ bar: 0, hearing: 'good' })
  useEffect(() => {
    if (!capture) return
    const timer = setInterval(() => setHeard(capture.sound.heard), lookEveryMs)
    return () => clearInterval(timer)
  }, [capture])
  return heard
}

/** The verdict alone, for the rest of the page. */
export function useHearing(capture: Capture | null, isOn: boolean): Hearing {
  const [hearing, setHearing] = useState<Hearing>('good')
  useEffect(() => {
    if (!capture || !isOn) return
    const timer = setInterval(() => setHearing(capture.sound.heard.hearing), 1000)
    return () => {
      clearInterval(timer)
      setHearing('good')
    }
  }, [capture, isOn])
  return hearing
}

const smallSide = 32

/** Looks at a small copy of the preview once a second. */
export function useLight(video: RefObject<HTMLVideoElement | null>, isOn: boolean): Light {
  const [light, setLight] = useState<Light>('good')
  const canvas = useRef<HTMLCanvasElement | null>(null)
  useEffect(() => {
    if (!isOn) return
    canvas.current ??= document.createElement('canvas')
    canvas.current.width = smallSide
    canvas.current.height = smallSide
    const brush = canvas.current.getContext('2d', { willReadFrequently: true })
    const look = () => {
      const element = video.current
      if (!brush || !element || element.videoWidth === 0) return
      brush.drawImage(element, 0, 0, smallSide, smallSide)
      setLight(judgeLight(brush.getImageData(0, 0, smallSide, smallSide).data))
    }
    const timer = setInterval(look, 1000)
    return () => {
      clearInterval(timer)
      setLight('good')
    }
  }, [video, isOn])
  return light
}

export function useMedia(query: string): boolean {
  const [fits, setFits] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const list = matchMedia(query)
    const look = () => setFits(list.matches)
    look()
    list.addEventListener('change', look)
    return () => list.removeEventListener('change', look)
  }, [query])
  return fits
}
