import { useRef, type CSSProperties, type KeyboardEvent, type PointerEvent } from 'react'
import type { EditReplay } from '#stage/replay/contract'
import { useWords } from '../words.ts'
import { keyStep, moveEnd, placeText, type CutDraft } from './time-text.ts'

export interface TimelineProps {
  readonly replay: EditReplay
  readonly cut: CutDraft
  readonly atMs: number
  readonly isDisabled: boolean
  readonly onCut: (cut: CutDraft) => void
  readonly onSeek: (atMs: number) => void
}

const at = (ms: number, durationMs: number): CSSProperties =>
  ({ insetInlineStart: `${(ms / durationMs) * 100}%` })

function Handle({ end, ...props }: TimelineProps & { end: 'in' | 'out' }) {
  const { t } = useWords()
  const { replay: { durationMs }, cut, isDisabled, onCut, onSeek } = props
  const value = end === 'in' ? cut.inMs : cut.outMs
  const move = (toMs: number) => {
    const next = moveEnd(cut, end, toMs, durationMs)
    onCut(next)
    // What one would see there: the last picture of the cut for its end.
    onSeek(end === 'in' ? next.inMs : Math.max(next.inMs, next.outMs - 100))
  }
  const onKey = (event: KeyboardEvent) => {
    const step = keyStep(event.key, event.shiftKey)
    if (step === null || isDisabled) return
    event.preventDefault()
    move(step === 'first' ? 0 : step === 'last' ? durationMs : value + step)
  }
  const onDrag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const track = event.currentTarget.parentElement!.getBoundingClientRect()
    move(((event.clientX - track.left) / track.width) * durationMs)
  }
  return (
    <div
      className="cut-handle" data-end={end} style={at(value, durationMs)} role="slider"
      tabIndex={0} aria-label={t(end === 'in' ? 'studio.replay.in' : 'studio.replay.out')}
      aria-valuemin={0} aria-valuemax={durationMs} aria-valuenow={value}
      aria-valuetext={placeText(value)} aria-disabled={isDisabled || undefined}
      onKeyDown={onKey} onPointerMove={onDrag}
      onPointerDown={(event) => {
        if (!isDisabled) event.currentTarget.setPointerCapture(event.pointerId)
      }}
    />
  )
}

/** The whole recording: what is shown of it, its chapters, gaps, the playhead. Time runs from left
 *  to right in every language. */
export function Timeline(props: TimelineProps) {
  const { t } = useWords()
  const { replay, cut, atMs, onSeek } = props
  const { durationMs } = replay
  const track = useRef<HTMLDivElement>(null)
  const share = (ms: number) => (ms / durationMs) * 100
  const seekTo = (clientX: number) => {
    const box = track.current!.getBoundingClientRect()
    onSeek(Math.max(0, Math.min(1, (clientX - box.left) / box.width)) * durationMs)
  }
  return (
    <div className="cut-timeline" dir="ltr" ref={track} role="group"
      aria-label={t('studio.replay.timeline')}
    >
      {/* The keyboard has the player and the two ends; a click is only quicker. */}
      <div
        className="cut-track" aria-hidden="true"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          seekTo(event.clientX)
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) seekTo(event.clientX)
        }}
      >
        <span
          className="cut-shown"
          style={{
            insetInlineStart: `${share(cut.inMs)}%`, inlineSize: `${share(cut.outMs - cut.inMs)}%`,
          }}
        />
        {replay.chapters.map((chapter) => (
          <span
            key={chapter.id} className="cut-chapter" data-hidden={chapter.isHidden || undefined}
            style={at(chapter.atMs, durationMs)}
          />
        ))}
        {replay.gaps.map((gap) => (
          <span key={gap.atMs} className="cut-gap" style={at(gap.atMs, durationMs)} />
        ))}
        <span className="cut-head" style={at(Math.min(atMs, durationMs), durationMs)} />
      </div>
      <Handle {...props} end="in" />
      <Handle {...props} end="out" />
    </div>
  )
}
