import { useEffect, useState, type RefObject } from 'react'
import { clockText } from '#ui/countdown-math.ts'
import { IconButton } from '#ui/primitives/button.tsx'
import { PauseIcon, PlayIcon } from '#ui/primitives/icons.tsx'
import { useWords } from '../words.ts'

/** Play, pause and seek in the recording. */
export function ReplayBar({ video }: { video: RefObject<HTMLVideoElement | null> }) {
  const { t } = useWords()
  const [at, setAt] = useState({ seconds: 0, length: 0, isPaused: true })
  useEffect(() => {
    const element = video.current
    if (!element) return
    const read = () => setAt({
      seconds: element.currentTime, isPaused: element.paused,
      length: Number.isFinite(element.duration) ? element.duration : 0,
    })
    const events = ['timeupdate', 'durationchange', 'play', 'pause', 'seeked'] as const
    for (const name of events) element.addEventListener(name, read)
    return () => { for (const name of events) element.removeEventListener(name, read) }
  }, [video])

  const toggle = () => {
    const element = video.current
    if (element) void (element.paused ? element.play() : element.pause())
  }
  const seek = (seconds: number) => {
    if (video.current) video.current.currentTime = seconds
  }
  const now = clockText(Math.floor(at.seconds))
  const all = clockText(Math.floor(at.length))
  return (
    <div className="replay-bar">
      <IconButton
        label={t(at.isPaused ? 'room.replay.play' : 'room.replay.pause')} onPress={toggle}
      >
        {at.isPaused ? <PlayIcon filled /> : <PauseIcon />}
      </IconButton>
      <input
        type="range" min={0} max={Math.max(1, Math.floor(at.length))} step={1}
        value={Math.floor(at.seconds)} aria-label={t('room.replay.seek')}
        aria-valuetext={t('room.replay.at', { now, all })}
        onChange={(event) => seek(Number(event.target.value))}
      />
      <span className="figures small" dir="ltr" aria-hidden="true">{now} / {all}</span>
    </div>
  )
}
