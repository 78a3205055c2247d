import { useEffect, useRef, useState } from 'react'

/** The recording in a video element, and where its playhead is. Places are recording time. */
export function useRecording(showId: string) {
  const video = useRef<HTMLVideoElement>(null)
  const [atMs, setAt] = useState(0)
  const [isPaused, setPaused] = useState(true)
  const [hasFailed, setFailed] = useState(false)
  useEffect(() => {
    const element = video.current
    if (!element) return
    let stop = () => {}
    let isGone = false
    const read = () => {
      setAt(Math.round(element.currentTime * 1000))
      setPaused(element.paused)
    }
    const events = ['timeupdate', 'seeking', 'seeked', 'play', 'pause', 'ended'] as const
    for (const name of events) element.addEventListener(name, read)
    void import('./player.ts').then(({ playRecording }) => {
      if (isGone) return
      const url = `/api/shows/${showId}/recording/replay.m3u8`
      stop = playRecording(element, url, () => setFailed(true))
    })
    return () => {
      isGone = true
      for (const name of events) element.removeEventListener(name, read)
      stop()
    }
  }, [showId])
  const seek = (toMs: number) => {
    if (video.current) video.current.currentTime = Math.max(0, toMs / 1000)
  }
  const toggle = () => {
    const element = video.current
    if (element) void (element.paused ? element.play() : element.pause())
  }
  return { video, atMs, isPaused, hasFailed, seek, toggle }
}

/** See useRecording. */
export type Recording = ReturnType<typeof useRecording>
