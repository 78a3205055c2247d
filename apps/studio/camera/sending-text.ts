import { useWords } from '../words.ts'
import type { Sending } from './sending.ts'

/** Where the sending stands, in words: what happened, what it means, what to do. */
export function useSendingText(): (sending: Sending) => string {
  const words = useWords()
  return ({ phase, tries, code }) => {
    if (phase === 'refused') {
      if (code === 'camera.no_h264') return words.t('studio.camera.no_h264')
      // The shared sentence speaks to viewers.
      if (code === 'stage.media.full') return words.t('studio.camera.full')
      return words.refusal({ code: code ?? 'sdk.bad_answer' })
    }
    if (phase === 'connecting' && tries > 0) return words.t('studio.camera.phase.retrying')
    return words.t(`studio.camera.phase.${phase}`)
  }
}
