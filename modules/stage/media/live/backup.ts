import type { MediaProblem } from '../contract.ts'
import type { FlvTag } from '#formats/flv'
import type { Publisher, Show } from './show.ts'

/** A second encoder on the key of a show, told apart by `?backup` behind it. It sends all the time
 *  and is shown when the first one is gone or silent, from its next keyframe on; when the first one
 *  comes back it waits again. `end`: the show is over, or the key was changed. */
export function makeBackup(show: Show, end: (problem?: MediaProblem) => void): Publisher {
  const settings = new Map<'video' | 'audio', FlvTag>()
  let publisher: Publisher | undefined
  let isOver = false
  const leaveWaiting = show.standBy(() => over())
  const over = (problem?: MediaProblem): void => {
    if (isOver) return
    isOver = true
    leaveWaiting()
    end(problem)
  }

  /** From a keyframe on, or from any sound where there is no picture. */
  const opens = (tag: FlvTag): boolean =>
    tag.kind === 'frame' ? tag.key : tag.kind === 'sound' && !settings.has('video')

  const enter = (wrappedMs: number): void => {
    const published = show.publish(() => { publisher = undefined }, 'tags', true)
    if (!published.ok) return
    publisher = published.value
    for (const tag of settings.values()) publisher.push(tag, wrappedMs)
  }

  return {
    push(tag, wrappedMs, wallMs) {
      if (isOver) return undefined
      if (tag.kind === 'video' || tag.kind === 'audio') settings.set(tag.kind, tag)
      if (!publisher && opens(tag) && show.needsBackup) enter(wrappedMs)
      return publisher?.push(tag, wrappedMs, wallMs)
    },
    leave(problem) {
      if (isOver) return
      isOver = true
      leaveWaiting()
      publisher?.leave(problem)
      publisher = undefined
    },
  }
}
