import { useEffect } from 'react'
import { stepChapter } from './places.ts'
import type { ReplayControl } from './use-replay.ts'

const STEP_MS = 5000

/** Keys are the page's own only where nobody types and nothing lies over it. */
function isFree(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false
  if (document.querySelector('dialog[open]')) return false
  const at = event.target instanceof HTMLElement ? event.target : null
  if (at?.isContentEditable || at?.matches('input:not([type="range"]), textarea, select')) {
    return false
  }
  // A focused button keeps its own space key, a focused bar its arrows.
  if (event.key === ' ') return !at?.matches('button, a, summary')
  return !(event.key.startsWith('Arrow') && at?.matches('input[type="range"], [role="slider"]'))
}

/** Space plays and pauses, arrows go five seconds, j and k go from chapter to chapter. */
export function useReplayKeys({ replay, head, seek, toggle }: ReplayControl): void {
  useEffect(() => {
    const act = (key: string): boolean => {
      const chapters = replay ?? { chapters: [] }
      if (key === ' ') toggle()
      else if (key === 'ArrowLeft') seek(head.atMs - STEP_MS)
      else if (key === 'ArrowRight') seek(head.atMs + STEP_MS)
      else if (key === 'j') seek(stepChapter(chapters, head.atMs, 'back'))
      else if (key === 'k') seek(stepChapter(chapters, head.atMs, 'on'))
      else return false
      return true
    }
    const onKey = (event: KeyboardEvent): void => {
      if (isFree(event) && act(event.key)) event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })
}
